"""What a clinician should be told about a course, each with its evidence and a sentence that states it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from measures.language import figure, marked
from measures.language import gettext as _
from measures.words.phrases import listed
from reports.stats.amounts import points
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
BASELINE, BEST = marked("baseline"), marked("the best so far")


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at, and why.

    ``day``: the day of the first score that showed it (one event keeps its day when it is confirmed).
    ``known_day``: the day of the score that decided it, so on which it could be known.
    ``anchor``: what it is measured against, and ``beside`` what that is: the onset of remission, the baseline, or
    the best score so far.
    ``evidence``: the scores that show it, in order, without the anchor.
    ``rule``: says the rule, in the language of the moment. ``rule_version``: the version of the rules that were
    applied.
    ``cleared_by``: the later score that took it back; such a flag is history and no longer open.
    ``told_by``: the flag that tells the same worsening now, and tells more; this one is then not open.
    ``over_by``: the later score with which a confirmed return was over. It stays open until somebody has looked.
    """

    kind: Kind
    day: int
    known_day: int
    anchor: Score
    evidence: tuple[Score, ...]
    rule: Callable[[], str] = field(compare=False)
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

    @property
    def criterion(self) -> str:
        """The rule in words."""
        return self.rule()

    def sentence(self, scale: str) -> str:
        """The flag in words with its numbers. ``scale`` is the short title shown to the reader ("HAM-D")."""
        said = self._pattern().format(
            scale=scale,
            scores=listed(_on_day(score) for score in self.evidence),
            points=points(abs(self.evidence[0].value - self.anchor.value)),
            anchor=_on_day(self.anchor),
            beside=_(self.beside),
            day=self.anchor.day,
            rule=self.criterion,
        )
        if self.cleared_by is None:
            return said
        cleared = _("Cleared by {score}.").format(score=_on_day(self.cleared_by))
        return f"{said} {cleared}"

    def _pattern(self) -> str:
        if self.kind in _RELAPSE_KINDS.values():
            return _("{scale} {scores}, after remission from day {day}: {rule}.")
        if self.kind == "no_response":
            return _("{scale} {scores}, after {anchor} ({beside}): {rule}.")
        return _("{scale} {scores}, {points} worse than {anchor} ({beside}): {rule}.")


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
        rule=partial(_lost, stage, yardstick),
        rule_version=yardstick.rules.version,
        beside=BASELINE if stage.anchor == baseline else BEST,
    )


def _lost(stage: Stage, yardstick: Yardstick) -> str:
    """ "8 of 16 points gained are lost, treatment response is no longer met; 7 points or more are reliable" """
    rule = yardstick.deterioration_in_words(stage.anchor, stage.score)
    if stage.gain is None:
        return rule
    pattern = (
        _("{lost} of {gain} gained are lost; {rule}")
        if stage.still_responding
        else _("{lost} of {gain} gained are lost, treatment response is no longer met; {rule}")
    )
    unknown = _("what is more than error is not published for this scale")
    return pattern.format(
        lost=figure(yardstick.worse_by(stage.anchor, stage.score)),
        gain=points(stage.gain),
        rule=rule if yardstick.knows_deterioration else unknown,
    )


def _unmet(yardstick: Yardstick) -> str:
    words = _("{amount} better is treatment response, and no score met it")
    return words.format(amount=yardstick.response_in_words())


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
                rule=partial(_unmet, yardstick),
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
        rule=partial(yardstick.relapse_in_words, confirmed=confirmed),
        rule_version=yardstick.rules.version,
        cleared_by=found.cleared_by,
        beside=marked("the onset of remission"),
        over_by=within.cleared_by if within and confirmed else None,
    )


_RELAPSE_KINDS: dict[tuple[bool, bool], Kind] = {
    (False, False): "relapse_suspected",
    (False, True): "relapse_confirmed",
    (True, False): "recurrence_suspected",
    (True, True): "recurrence_confirmed",
}


_WORDS: dict[str, str] = {
    "relapse_suspected": marked("relapse suspected"),
    "relapse_confirmed": marked("relapse confirmed"),
    "recurrence_suspected": marked("recurrence suspected"),
    "recurrence_confirmed": marked("recurrence confirmed"),
    "deterioration": marked("worsened"),
    "response_lost": marked("response lost"),
    "no_response": marked("no response"),
}


def flag_words(kind: str) -> str:
    """A kind of flag as it is called on a page: "relapse suspected", "worsened"."""
    return _(_WORDS[kind]) if kind in _WORDS else kind.replace("_", " ")


def _on_day(score: Score) -> str:
    words = _("{score} (estimated) on day {day}") if score.estimated else _("{score} on day {day}")
    return words.format(score=figure(score.value), day=score.day)
