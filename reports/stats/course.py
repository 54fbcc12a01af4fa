"""Where one episode stands on one scale: change, treatment response, remission, deterioration, flags.

Days are those of the points; ``index_day`` is the day of the first dose or of the start of treatment.
Judged are only usable scores (see ``series.usable``): acute-state scores and unscorable forms change
nothing here.

Sources: Rush et al. 2006 (ACNP task force), Frank et al. 1991, Jacobson and Truax 1991; the numbers come
from the instrument's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from measures.change import Category
from measures.instrument import ChangeRules, Direction
from reports.stats.flags import Flag, no_response, relapse, worsenings
from reports.stats.losses import losses
from reports.stats.remission import Phase, Remitting, follow
from reports.stats.series import Point, Score, missing, prepare, usable
from reports.stats.yardstick import Yardstick

Verdict = Literal["met", "not_met", "undecidable", "no_rule"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A yes or no about the latest score, and since which day it has held without a break."""

    verdict: Verdict
    since_day: int | None = None


@dataclass(frozen=True, slots=True)
class Remission:
    """Remission now. ``phase``:

    ``undecidable`` (no score since treatment began, or the last hangs on a missing answer), ``not_met``,
    ``threshold_met`` (not yet long enough), ``sustained``, ``suspected`` (sustained, but a first
    score is at the relapse threshold), ``ended`` (lost to a relapse or recurrence; without a relapse rule,
    to a score short of the threshold), ``no_rule``.
    ``threshold_met_now``: whether the latest score alone meets the threshold, three-valued.
    ``since_day``: first score of the present run, or of the last sustained one when it has ended.
    ``until_day``: the score that ended it. ``recovered``: lasted the recovery time up to the latest score.
    """

    phase: Phase | Literal["undecidable", "no_rule"]
    threshold_met_now: bool | None = None
    since_day: int | None = None
    until_day: int | None = None
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One episode on one scale, as its latest score leaves it.

    ``baseline``: the last usable score on or before ``index_day``; ``None`` with ``reason`` when there is
    none (a later score never stands in). ``latest``: the last usable score after ``index_day``.
    ``change``: latest minus baseline, in points of the scale. ``percent_change``: 100 x change / baseline;
    ``None`` when the baseline is 0. ``n`` and ``missing``: usable scores and unscorable forms, whole series.
    """

    index_day: int
    rule_version: str
    n: int
    missing: int
    baseline: Score | None
    reason: str
    latest: Score | None
    change: float | None
    percent_change: float | None
    reliable_change: Category | None
    treatment_response: Finding
    remission: Remission
    deterioration: Finding


def classify(points: Iterable[Point], rules: ChangeRules, direction: Direction, index_day: int) -> Course:
    """The course as of the last point.

    Missing data: nothing is imputed; a conclusion that needs a baseline, a later score or a rule that is not
    there is ``undecidable`` or ``no_rule``, never ``not_met``. Remission needs no baseline.
    Raises ``ValueError`` for a scale without direction and for points that ``series.prepare`` refuses.
    """
    series = prepare(points)
    yardstick = Yardstick(rules, direction)
    scores = usable(series)
    baseline, later = _split(scores, index_day)
    latest = later[-1] if later else None
    pair = (baseline, latest) if baseline and latest else None
    return Course(
        index_day=index_day,
        rule_version=rules.version,
        n=len(scores),
        missing=missing(series),
        baseline=baseline,
        reason="" if baseline else _why_no_baseline(later, index_day),
        latest=latest,
        change=yardstick.change(*pair) if pair else None,
        percent_change=yardstick.percent_change(*pair) if pair else None,
        reliable_change=yardstick.reliable_change(*pair) if pair else None,
        treatment_response=_finding(yardstick.knows_response, yardstick.responded, baseline, later),
        remission=_remission(later, yardstick),
        deterioration=_finding(yardstick.knows_deterioration, yardstick.deteriorated, baseline, later),
    )


def flags(
    points: Iterable[Point],
    rules: ChangeRules,
    direction: Direction,
    index_day: int,
    respond_by: int | None = None,
) -> tuple[Flag, ...]:
    """Every flag the series gives rise to, by day; those taken back by a later score are in it, not ``open``. At most
    one of the scores' present worsening is open, the one that tells most.

    ``respond_by``: the day by which treatment response is expected; ``None``: by none. Otherwise the same arguments,
    missing-data policy and errors as ``classify``.
    """
    yardstick = Yardstick(rules, direction)
    scores = usable(points)
    baseline, later = _split(scores, index_day)
    lost = losses(scores, baseline, index_day, yardstick)
    returns = [
        relapse(each, yardstick, next((loss for loss in lost if loss.holds(each.first.day)), None))
        for each in follow(later, yardstick).returns
    ]
    found = [*returns, *worsenings(lost, baseline, yardstick, returns)]
    if baseline and respond_by is not None:
        worse = next((flag.kind for flag in found if flag.standing), None)
        found += [
            replace(each, told_by=worse) for each in no_response(baseline, later, respond_by, yardstick)
        ]
    return tuple(sorted(found, key=lambda flag: (flag.day, flag.kind)))


def _split(scores: Sequence[Score], index_day: int) -> tuple[Score | None, tuple[Score, ...]]:
    before = [score for score in scores if score.day <= index_day]
    return (before[-1] if before else None), tuple(score for score in scores if score.day > index_day)


def _why_no_baseline(later: Sequence[Score], index_day: int) -> str:
    if not later:
        return "There is no usable score."
    return f"The first usable score is of day {later[0].day}, after treatment began on day {index_day}."


def _finding(
    known: bool,
    met: Callable[[Score, Score], bool | None],
    baseline: Score | None,
    later: Sequence[Score],
) -> Finding:
    if not known:
        return Finding("no_rule")
    if baseline is None or not later or (now := met(baseline, later[-1])) is None:
        return Finding("undecidable")
    run = list(takewhile(lambda score: met(baseline, score) is now, reversed(later)))
    return Finding("met" if now else "not_met", run[-1].day)


def _remission(later: Sequence[Score], yardstick: Yardstick) -> Remission:
    if not yardstick.knows_remission:
        return Remission("no_rule")
    state = follow(later, yardstick)
    met_now = yardstick.remission_met(later[-1]) if later else None
    since, until = _extent(state)
    return Remission(
        phase="undecidable" if state.phase == "not_met" and met_now is None else state.phase,
        threshold_met_now=met_now,
        since_day=since,
        until_day=until,
        recovered=state.phase == "sustained"
        and since is not None
        and yardstick.recovered(later[-1].day - since),
    )


def _extent(state: Remitting) -> tuple[int | None, int | None]:
    if state.run:
        return state.run.onset.day, None
    if state.spells:
        return state.spells[-1].run.onset.day, state.spells[-1].ended_by.day
    return None, None
