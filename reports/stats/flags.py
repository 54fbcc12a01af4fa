"""What a clinician should be told about a course, each with its evidence and a sentence that states it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.stats.losses import Loss, Stage
from reports.stats.remission import Return
from reports.stats.series import Score
from reports.stats.yardstick import Yardstick

Kind = Literal[
    "relapse_suspected",
    "relapse_confirmed",
    "recurrence_suspected",
    "recurrence_confirmed",
    "deterioration",
    "response_lost",
    "no_response",
]
BASELINE, BEST = "baseline", "the best so far"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at, and why.

    ``day``: the day of the first score that showed it (one event keeps its day when it is confirmed).
    ``known_day``: the day of the score that decided it, so on which it could be known.
    ``anchor``: what it is measured against, and ``beside`` what that is: the onset of remission, the baseline, or
    the best score so far.
    ``evidence``: the scores that show it, in order, without the anchor.
    ``criterion``: the rule in words. ``rule_version``: the version of the rules that were applied.
    ``cleared_by``: the later score that took it back; such a flag is history and no longer open.
    ``told_by``: the flag that tells the same worsening now, and tells more; this one is then not open.
    ``over_by``: the later score with which a confirmed return was over. It stays open until somebody has looked.
    """

    kind: Kind
    day: int
    known_day: int
    anchor: Score
    evidence: tuple[Score, ...]
    criterion: str
    rule_version: str
    cleared_by: Score | None = None
    beside: str = BASELINE
    told_by: Kind | None = None
    over_by: Score | None = None

    @property
    def open(self) -> bool:
        return self.cleared_by is None and self.told_by is None

    @property
    def standing(self) -> bool:
        """Whether the latest score still says so."""
        return self.open and self.over_by is None

    def sentence(self, scale: str) -> str:
        """The flag in words with its numbers. ``scale`` is the short title shown to the reader ("HAM-D")."""
        shown = " and ".join(_on_day(score) for score in self.evidence)
        cleared = f" Cleared by {_on_day(self.cleared_by)}." if self.cleared_by else ""
        return f"{scale} {shown}, {self._against()}: {self.criterion}.{cleared}"

    def _against(self) -> str:
        if self.kind in _RELAPSE_KINDS.values():
            return f"after remission from day {self.anchor.day}"
        if self.kind == "no_response":
            return f"after {_on_day(self.anchor)} ({self.beside})"
        moved = abs(self.evidence[0].value - self.anchor.value)
        return f"{moved:g} points worse than {_on_day(self.anchor)} ({self.beside})"


def worsenings(
    found: Iterable[Loss], baseline: Score | None, yardstick: Yardstick, told: Sequence[Flag]
) -> tuple[Flag, ...]:
    """The flags of each loss (see ``losses``): one for each stage, of which the last stands as long as the loss does.

    ``told``: the returns out of remission. One that is open and began within a loss tells the same worsening.
    """
    flags: list[Flag] = []
    for loss in found:
        same = next((each.kind for each in told if each.open and loss.holds(each.day)), None)
        for stage, later in zip(loss.stages, [*loss.stages[1:], None], strict=True):
            told_by = later.kind if later else same
            flag = _worsening(stage, baseline, yardstick)
            flags.append(replace(flag, cleared_by=loss.cleared_by, told_by=told_by))
    return tuple(flags)


def _worsening(stage: Stage, baseline: Score | None, yardstick: Yardstick) -> Flag:
    return Flag(
        kind=stage.kind,
        day=stage.score.day,
        known_day=stage.score.day,
        anchor=stage.anchor,
        evidence=(stage.score,),
        criterion=_lost(stage, yardstick),
        rule_version=yardstick.rules.version,
        beside=BASELINE if stage.anchor == baseline else BEST,
    )


def _lost(stage: Stage, yardstick: Yardstick) -> str:
    """ "8 of 16 points gained are lost and treatment response with them, 7 points or more count as deterioration" """
    rule = yardstick.deterioration_in_words(stage.anchor, stage.score)
    if stage.gain is None:
        return rule
    lost = f"{yardstick.worse_by(stage.anchor, stage.score):g} of {stage.gain:g} points gained are lost"
    response = "" if stage.still_responding else ", treatment response is no longer met"
    if yardstick.knows_deterioration:
        return f"{lost}{response}; {rule}"
    return f"{lost}{response}; what is more than error is not published for this scale"


def no_response(
    baseline: Score, later: Iterable[Score], respond_by: int, yardstick: Yardstick
) -> tuple[Flag, ...]:
    """The flag of somebody who at no score met treatment response, raised by the first score from ``respond_by`` on
    and cleared by the first that meets it. Where the rule cannot judge a score, it is not taken for a failure."""
    raised: Flag | None = None
    for score in later:
        responds = yardstick.responded(baseline, score)
        if responds:
            return (replace(raised, cleared_by=score),) if raised else ()
        if raised is None and responds is False and score.day >= respond_by:
            raised = Flag(
                kind="no_response",
                day=score.day,
                known_day=score.day,
                anchor=baseline,
                evidence=(score,),
                criterion=f"{yardstick.response_in_words()} better is treatment response, and no score met it",
                rule_version=yardstick.rules.version,
            )
    return (raised,) if raised else ()


def relapse(found: Return, yardstick: Yardstick, within: Loss | None) -> Flag:
    """The flag for a return out of remission. ``within``: the loss that it is part of, whose end ends it."""
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
        beside="the onset of remission",
        over_by=within.cleared_by if within and confirmed else None,
    )


_RELAPSE_KINDS: dict[tuple[bool, bool], Kind] = {
    (False, False): "relapse_suspected",
    (False, True): "relapse_confirmed",
    (True, False): "recurrence_suspected",
    (True, True): "recurrence_confirmed",
}


_WORDS = {"deterioration": "worsened"}


def flag_words(kind: str) -> str:
    """A kind of flag as it is called on a page: "relapse suspected", "worsened"."""
    return _WORDS.get(kind, kind.replace("_", " "))


def _on_day(score: Score) -> str:
    estimated = " (estimated)" if score.estimated else ""
    return f"{score.value:g}{estimated} on day {score.day}"
