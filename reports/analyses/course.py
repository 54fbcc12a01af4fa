"""The course of a study on one scale: means by arm and time point, and rates counted over patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from django.utils.translation import gettext as _

from reports.analyses.refused import Said
from reports.analyses.sample import Sample
from reports.analyses.standing import IN_REMISSION_ONLY, definitions, standings
from reports.stats.cohort import (
    MeanAt,
    Rate,
    SignificantChange,
    mean_course,
    rate,
    rates_by_arm,
    significant_change,
)
from reports.stats.errors import Refusal
from tracking.tongues import in_every_language
from tracking.vocabulary.time_points import time_point_in_words

ALL = "all"


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A named time point: its number in order, and the median day of its scores."""

    name: str
    occasion: int
    day: float


@dataclass(frozen=True, slots=True)
class Criterion:
    """One yes-or-no outcome: what it asks in every language, the rate over all patients, and that of each arm."""

    key: str
    definition: Said
    all: Rate
    by_arm: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Norm:
    """What Jacobson and Truax's criteria need besides the scores: the reliability of the scale, and mean
    and SD of people who are well."""

    reliability: float
    functional_mean: float
    functional_sd: float


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """``patients``, ``episodes``: those with a usable score. ``means``: by arm ("all" where there is none)
    and time point. ``significant_change``: from baseline to endpoint, over all arms."""

    patients: int
    episodes: int
    arms: tuple[str, ...]
    time_points: tuple[TimePoint, ...]
    means: tuple[MeanAt, ...]
    rates: tuple[Criterion, ...]
    significant_change: SignificantChange | None


def course(sample: Sample, norm: Norm | None = None) -> CourseFigures:
    """Observed means and rates. Missing scores are left out; undecided patients are counted (see
    ``stats.cohort``).

    Raises ``Refusal`` when there is no usable score, or with ``norm`` fewer than two pairs to compare.
    """
    if sample.scores.empty:
        raise Refusal(lambda: _("{title}: there is no usable score.").format(title=sample.title))
    points = _time_points(sample)
    occasion = {point.name: point.occasion for point in points}
    rows = sample.named.assign(arm=sample.named["arm"].astype(object).fillna(ALL))
    means = mean_course(rows, outcome="value", arm="arm", time="time_point")
    return CourseFigures(
        patients=int(sample.scores["patient"].nunique()),
        episodes=int(sample.scores["episode"].nunique()),
        arms=tuple(sample.arms),
        time_points=points,
        means=tuple(sorted(means, key=lambda mean: (str(mean.arm), occasion[str(mean.time)]))),
        rates=_rates(sample),
        significant_change=_significant_change(sample, norm) if norm else None,
    )


def _time_points(sample: Sample) -> tuple[TimePoint, ...]:
    found = sample.named.groupby("time_point").agg(occasion=("occasion", "first"), day=("day", "median"))
    ordered = found.sort_values("occasion")
    rows = zip(ordered.index, ordered["occasion"], ordered["day"], strict=True)
    return tuple(TimePoint(str(name), int(occasion), float(day)) for name, occasion, day in rows)


def _rates(sample: Sample) -> tuple[Criterion, ...]:
    judged = pd.DataFrame(standings(sample), index=sample.episodes.index).astype(object)
    table = judged.assign(patient=sample.episodes["patient"], arm=sample.episodes["arm"])
    return tuple(_criterion(key, _definition(sample, key), table) for key in definitions(sample))


def _definition(sample: Sample, key: str) -> Said:
    return in_every_language(lambda: definitions(sample)[key])


def _criterion(key: str, words: Said, table: pd.DataFrame) -> Criterion:
    rows = table[table["sustained_remission"].eq(True)] if key in IN_REMISSION_ONLY else table
    arms = rates_by_arm(rows, patient="patient", arm="arm", outcome=key)
    return Criterion(
        key,
        words,
        rate(rows, patient="patient", outcome=key),
        {str(arm): found for arm, found in arms.items()},
    )


def _significant_change(sample: Sample, norm: Norm) -> SignificantChange:
    pairs = sample.episodes[["baseline", "endpoint"]]
    if len(pairs.dropna()) < 2:
        raise Refusal(
            lambda: _("{title}: fewer than two patients have a baseline and a score at {endpoint}.").format(
                title=sample.title, endpoint=time_point_in_words(sample.endpoint)
            )
        )
    return significant_change(
        pairs,
        pre="baseline",
        post="endpoint",
        reliability=norm.reliability,
        functional_mean=norm.functional_mean,
        functional_sd=norm.functional_sd,
        direction=sample.scale.direction,
    )
