"""What was published of a treatment beside what the platform computes from the answers of a study.

A published figure enters no computation: it is laid beside one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

import pandas as pd
from django.utils.translation import gettext as _

from measures.language import marked
from reports.analyses.refused import Said
from reports.analyses.sample import Sample
from reports.frames import axes, score_frame
from reports.stats.cohort import mean_course, rates_by_arm
from reports.stats.errors import Refusal
from reports.stats.relief import duration_of_relief
from reports.stats.series import usable
from reports.stats.survival import kaplan_meier
from reports.stats.yardstick import Yardstick
from tracking.models import TreatmentEpisode
from tracking.rules import protocol as protocols
from tracking.rules.protocol import Protocol, Published
from tracking.tongues import in_every_language
from tracking.vocabulary.time_points import time_point_in_words

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published figure and the computed one, in the same ``unit``.

    ``as_published``: with the decimals that were published. ``n``: people whom the computed figure rests on; ``met``:
    those of them without the outcome, or whose relief has ended; ``None`` for a mean. ``undecided``: people of the arm
    who could not be judged. ``low`` and ``high``: 95 % interval; ``high`` is ``None`` where the end of an interval lies
    beyond what was followed. ``inside``: whether the published figure lies in it. ``value`` is ``None`` with the
    ``reason`` in words, in every language.
    """

    arm: str
    what: str
    statistic: str
    time_point: str
    unit: str
    published: float
    as_published: str
    published_n: int | None
    source: str
    n: int = 0
    met: int | None = None
    undecided: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    inside: bool | None = None
    reason: Said | str = ""


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """The figures of one protocol, in the order of its file."""

    protocol: str
    version: str
    rows: tuple[Comparison, ...]


def published(sample: Sample) -> PublishedFigures:
    """Each published figure of the protocol that the study follows, computed from its answers.

    ``mean``: of observed scores at the time point, with t interval. ``absent``: share of people whose answers at the
    time point decide that the outcome is not met, with Wilson interval; who is undecided is counted and left out.
    ``duration``: Kaplan-Meier median of ``stats.relief.duration_of_relief``. Scores in an acute window are left out
    everywhere. Raises ``Refusal`` when the episodes do not follow one protocol, it has no published figure, or they
    are of another scale.
    """
    known = _protocol(sample)
    compute: dict[str, Callable[[Comparison], Comparison]] = {
        "mean": _mean_of(sample),
        "absent": _absent_of(sample, known.outcome.absent),
        "duration": _duration_of(sample),
    }
    rows = tuple(_judged(compute[row.statistic](_begun(row))) for row in known.published)
    return PublishedFigures(known.key, known.version, rows)


def _protocol(sample: Sample) -> Protocol:
    followed = set(
        TreatmentEpisode.objects.filter(study=sample.study).values_list("protocol", "protocol_version")
    )
    known = protocols.find(*followed.pop()) if len(followed) == 1 else None
    if known is None:
        raise Refusal(lambda: _("The episodes of this study do not follow one protocol."))
    if not known.published:
        raise Refusal(lambda: _("Nothing that was published stands in the file of this protocol."))
    if (known.outcome.instrument, known.outcome.scale) != (sample.instrument.key, sample.scale.key):
        raise Refusal(lambda: _("What was published is of another scale than that of this study."))
    return known


def _begun(row: Published) -> Comparison:
    return Comparison(
        arm=row.arm,
        what=row.what,
        statistic=row.statistic,
        time_point=row.time_point,
        unit=row.unit,
        published=float(row.value),
        as_published=str(row.value),
        published_n=row.n,
        source=row.source.text,
    )


def _mean_of(sample: Sample) -> Callable[[Comparison], Comparison]:
    found = {
        (str(mean.arm), str(mean.time)): mean
        for mean in mean_course(sample.named, outcome="value", arm="arm", time="time_point")
    }

    def compute(row: Comparison) -> Comparison:
        mean = found.get((row.arm, row.time_point))
        if mean is None:
            reason = marked("Nobody of this arm has a score at {time_point}.")
            return replace(row, reason=_said(reason, row))
        se = None if mean.sd is None else mean.sd / sqrt(mean.n)
        return replace(row, n=mean.n, value=mean.mean, low=mean.low, high=mean.high, se=se)

    return compute


def _absent_of(sample: Sample, outcome: str) -> Callable[[Comparison], Comparison]:
    """By what was concluded on the forms themselves: a form with a gap may still decide."""
    judged = _concluded(sample, outcome) if outcome else pd.DataFrame()

    def compute(row: Comparison) -> Comparison:
        here = judged[judged["time_point"] == row.time_point]
        rate = rates_by_arm(here, patient="patient", arm="arm", outcome="absent").get(row.arm)
        if rate is None or rate.proportion is None or rate.low is None or rate.high is None:
            undecided = rate.undecided if rate else 0
            reason = marked("Nobody of this arm is judged at {time_point}.")
            return replace(row, undecided=undecided, reason=_said(reason, row))
        share, low, high = (PERCENT * float(each) for each in (rate.proportion, rate.low, rate.high))
        se = sqrt(share * (PERCENT - share) / rate.n)
        return replace(
            row, n=rate.n, met=rate.met, undecided=rate.undecided, value=share, low=low, high=high, se=se
        )

    return compute


def _concluded(sample: Sample, outcome: str) -> pd.DataFrame:
    """One row per episode and time point: the last form, and whether the outcome is absent on it."""
    episodes = TreatmentEpisode.objects.filter(study=sample.study)
    forms = score_frame(episodes, sample.instrument, sample.scale.key, axes(episodes))
    forms = forms[~forms["acute"]].sort_values(["day", "recorded"])
    forms = forms.drop_duplicates(["episode", "time_point"], keep="last")
    met = [row.get(outcome) for row in forms["outcomes"]]
    absent = pd.Series([None if each is None else not each for each in met], index=forms.index, dtype=object)
    return forms.assign(absent=absent).join(sample.episodes[["patient", "arm"]], on="episode")


def _duration_of(sample: Sample) -> Callable[[Comparison], Comparison]:
    yardstick = Yardstick(sample.rules, sample.scale.direction)
    arms = sample.episodes["arm"].to_dict()

    def compute(row: Comparison) -> Comparison:
        cases = [case for key, case in sample.cases.items() if arms[key] == row.arm]
        reliefs = [
            duration_of_relief(usable(case.series), case.baseline, yardstick, index_day=0) for case in cases
        ]
        known = [relief for relief in reliefs if relief is not None]
        row = replace(row, n=len(known), undecided=len(reliefs) - len(known))
        if not known:
            reason = marked("Nobody of this arm has a baseline and a rating after the first dose.")
            return replace(row, reason=_said(reason, row))
        curve = kaplan_meier([relief.days for relief in known], [relief.ended for relief in known])
        row = replace(row, met=curve.events, low=curve.median_low, high=curve.median_high)
        if curve.median is None:
            reason = marked("More than half still had relief when they were last rated.")
            return replace(row, reason=_said(reason, row))
        return replace(row, value=curve.median)

    return compute


def _said(reason: str, row: Comparison) -> Said:
    return in_every_language(lambda: _(reason).format(time_point=time_point_in_words(row.time_point)))


def _judged(row: Comparison) -> Comparison:
    """With the answer to whether the published figure lies in the interval of the computed one."""
    if row.value is None or row.low is None:
        return row
    return replace(row, inside=row.low <= row.published and (row.high is None or row.published <= row.high))
