"""What a clinician should be told about a course, each with its evidence and a sentence that states it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from reports.stats.remission import Return
from reports.stats.series import Score
from reports.stats.yardstick import Yardstick

Kind = Literal[
    "relapse_suspected",
    "relapse_confirmed",
    "recurrence_suspected",
    "recurrence_confirmed",
    "deterioration",
]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at, and why.

    ``day``: the day of the first score that showed it (one event keeps its day when it is confirmed).
    ``known_day``: the day of the score that decided it, so on which it could be known.
    ``anchor``: what it is measured against: the onset of remission, or the baseline.
    ``evidence``: the scores that show it, in order, without the anchor.
    ``criterion``: the rule in words. ``rule_version``: the version of the rules that were applied.
    ``cleared_by``: the later score that took it back; such a flag is history and no longer open.
    """

    kind: Kind
    day: int
    known_day: int
    anchor: Score
    evidence: tuple[Score, ...]
    criterion: str
    rule_version: str
    cleared_by: Score | None = None

    @property
    def open(self) -> bool:
        return self.cleared_by is None

    def sentence(self, scale: str) -> str:
        """The flag in words with its numbers. ``scale`` is the short title shown to the reader ("HAM-D")."""
        shown = " and ".join(_on_day(score) for score in self.evidence)
        cleared = f" Cleared by {_on_day(self.cleared_by)}." if self.cleared_by else ""
        return f"{scale} {shown}, {self._against()}: {self.criterion}.{cleared}"

    def _against(self) -> str:
        if self.kind == "deterioration":
            worse = abs(self.evidence[0].value - self.anchor.value)
            return f"{worse:g} points worse than {_on_day(self.anchor)} (baseline)"
        return f"after remission from day {self.anchor.day}"


def deteriorations(baseline: Score, scores: Iterable[Score], yardstick: Yardstick) -> tuple[Flag, ...]:
    """One flag for each unbroken run of scores that are worse than baseline by the rule.

    The evidence is the first score of the run; the first score after the run clears it. The rule is the
    instrument's own for deterioration, or reliable change for the worse where it states none.
    """
    runs = [
        (worse, next(run))
        for worse, run in groupby(scores, lambda score: yardstick.deteriorated(baseline, score) is True)
    ]
    following: list[Score | None] = [*(first for _, first in runs[1:]), None]
    return tuple(
        _deterioration(baseline, first, cleared_by, yardstick)
        for (worse, first), cleared_by in zip(runs, following, strict=False)
        if worse
    )


def _deterioration(baseline: Score, first: Score, cleared_by: Score | None, yardstick: Yardstick) -> Flag:
    return Flag(
        kind="deterioration",
        day=first.day,
        known_day=first.day,
        anchor=baseline,
        evidence=(first,),
        criterion=yardstick.deterioration_in_words(baseline, first),
        rule_version=yardstick.rules.version,
        cleared_by=cleared_by,
    )


def relapse(found: Return, yardstick: Yardstick) -> Flag:
    """The flag for a return out of remission."""
    confirmed = found.confirmed_by is not None
    decided_by = found.confirmed_by or found.first
    return Flag(
        kind=_RELAPSE_KINDS[found.recurrence, confirmed],
        day=found.first.day,
        known_day=decided_by.day,
        anchor=found.onset_of_remission,
        evidence=(found.first, decided_by) if confirmed else (found.first,),
        criterion=yardstick.relapse_in_words(confirmed=confirmed),
        rule_version=yardstick.rules.version,
        cleared_by=found.cleared_by,
    )


_RELAPSE_KINDS: dict[tuple[bool, bool], Kind] = {
    (False, False): "relapse_suspected",
    (False, True): "relapse_confirmed",
    (True, False): "recurrence_suspected",
    (True, True): "recurrence_confirmed",
}


def _on_day(score: Score) -> str:
    estimated = " (estimated)" if score.estimated else ""
    return f"{score.value:g}{estimated} on day {score.day}"
