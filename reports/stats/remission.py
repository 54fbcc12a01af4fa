"""Remission, relapse and recurrence as a state machine over the scores after treatment began.

Definitions (the numbers come from the instrument's rules, never from here):

* *Remission* is not one low score. The threshold must be held over several consecutive scores that span a
  number of days (Rush et al. 2006, ACNP task force: three consecutive weeks; Frank et al. 1991: at least
  two). It dates from the first score of that run.
* *Relapse* is the return of the full syndrome during remission (Frank 1991: HRSD-17 of 15 or more). Both
  sources tie it to an established remission, so a rise after a threshold that was met but not sustained is
  not a relapse. Remission is lost by relapse only (ACNP): a score between the two thresholds ends nothing.
* *Recurrence* is such a return after recovery, that is after remission had lasted the recovery time (ACNP:
  four months counted from the onset of remission). Time runs to the day of the score that showed the
  return.
* One score at the relapse threshold is a suspicion. The next score confirms it when it is also there and
  falls within the confirmation window of the score before it; a score short of the threshold clears it.

A score whose further criterion (``absent_outcome``, a diagnosis) is undecidable does not meet the
threshold: no remission is claimed on a missing answer. Where an instrument has no relapse rule, remission
ends with the first score that does not meet its threshold, and no flag is raised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from reports.stats.series import Score
from reports.stats.yardstick import Yardstick

Phase = Literal["not_met", "threshold_met", "sustained", "suspected", "ended"]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive scores at the remission threshold, and what followed once they had lasted long enough."""

    onset: Score
    held: int = 1
    sustained_by: Score | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """A return to the relapse threshold out of sustained remission, and what became of it."""

    onset_of_remission: Score
    first: Score
    last: Score
    recurrence: bool
    confirmed_by: Score | None = None
    cleared_by: Score | None = None

    @property
    def pending(self) -> bool:
        return self.confirmed_by is None and self.cleared_by is None


@dataclass(frozen=True, slots=True)
class Spell:
    """A sustained remission that is over, and the score that ended it."""

    run: Run
    ended_by: Score


@dataclass(frozen=True, slots=True)
class Remitting:
    """All that the scores so far say about remission."""

    run: Run | None = None
    spells: tuple[Spell, ...] = ()
    returns: tuple[Return, ...] = ()

    @property
    def suspicion(self) -> Return | None:
        return self.returns[-1] if self.returns and self.returns[-1].pending else None

    @property
    def phase(self) -> Phase:
        if self.suspicion:
            return "suspected"
        if self.run:
            return "sustained" if self.run.sustained_by else "threshold_met"
        return "ended" if self.spells else "not_met"


def follow(scores: Iterable[Score], yardstick: Yardstick) -> Remitting:
    """Walk through the scores in order. Linear in their number."""
    state = Remitting()
    for score in scores:
        if state.run and state.run.sustained_by:
            state = _remitted(state, state.run, score, yardstick)
        else:
            state = replace(state, run=_lengthened(state.run, score, yardstick))
    return state


def _lengthened(run: Run | None, score: Score, yardstick: Yardstick) -> Run | None:
    if yardstick.remission_met(score) is not True:
        return None
    longer = replace(run, held=run.held + 1) if run else Run(score)
    long_enough = yardstick.sustains(longer.held, score.day - longer.onset.day)
    return replace(longer, sustained_by=score) if long_enough else longer


def _remitted(state: Remitting, run: Run, score: Score, yardstick: Yardstick) -> Remitting:
    if not yardstick.knows_relapse:
        return _ended(state, run, score) if yardstick.remission_met(score) is False else state
    suspicion = state.suspicion
    if not yardstick.relapse_met(score):
        return _settled(state, replace(suspicion, cleared_by=score)) if suspicion else state
    if suspicion is None:
        recurrence = yardstick.recovered(score.day - run.onset.day)
        return replace(state, returns=(*state.returns, Return(run.onset, score, score, recurrence)))
    if not yardstick.confirms(score.day - suspicion.last.day):
        return _settled(state, replace(suspicion, last=score))
    confirmed = replace(suspicion, last=score, confirmed_by=score)
    return _ended(_settled(state, confirmed), run, suspicion.first)


def _settled(state: Remitting, suspicion: Return) -> Remitting:
    return replace(state, returns=(*state.returns[:-1], suspicion))


def _ended(state: Remitting, run: Run, by: Score) -> Remitting:
    return replace(state, run=None, spells=(*state.spells, Spell(run, by)))
