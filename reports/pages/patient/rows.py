"""The table of all assessments of an episode, and those of the questionnaires about single sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from measures.instrument import Instrument, Scale
from reports.frames import Axis
from reports.models import EpisodeCourse
from reports.pages.patient.timeline import band_label
from reports.stats.series import Point, outdone
from tracking.models import Assessment, ScaleScore, TreatmentEpisode
from tracking.queries.acute import first_versions
from tracking.rules.acute import Acute
from tracking.rules.policies.days import was_after_window
from tracking.rules.policies.instruments import Shelf


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One line of the table of all assessments."""

    assessment: Assessment
    day: int
    title: str
    scale: str
    value: float | None
    estimated: bool
    band: str
    change: float | None
    is_second: bool
    is_after_window: bool
    acute: Acute | None
    remark: str = ""  # of several of one day: whether this one is judged, and why


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One filled-in questionnaire about a session: its scales in their order."""

    assessment: Assessment
    day: int
    percents: tuple[tuple[str, float | None], ...]
    met: bool | None


@dataclass(frozen=True, slots=True)
class FactorTable:
    """One questionnaire about single sessions, every time that it was filled in."""

    title: str
    scales: tuple[str, ...]
    conclusion: str  # the outcome that sums the others up; empty where there is none
    rows: tuple[FactorRow, ...]


def assessment_rows(
    assessments: Sequence[Assessment],
    courses: Sequence[EpisodeCourse],
    marks: Mapping[int, Acute],
    axis: Axis,
    episode: TreatmentEpisode,
    shelf: Shelf,
) -> list[AssessmentRow]:
    """The latest first. Of several of one day each says whether it is the one that is judged."""
    baselines = {(course.instrument, course.scale): course for course in courses}
    rows = [_row(each, baselines, marks.get(each.pk), axis, episode, shelf) for each in reversed(assessments)]
    remarks = _remarks(
        [row for row in rows if not row.is_second and not _is_about_state(row, shelf, episode)]
    )
    return [replace(row, remark=remarks.get(str(row.assessment.public_id), "")) for row in rows]


def _is_about_state(row: AssessmentRow, shelf: Shelf, episode: TreatmentEpisode) -> bool:
    return shelf.get(row.assessment.instrument, row.assessment.version, episode.study).state


def _remarks(rows: Sequence[AssessmentRow]) -> dict[str, str]:
    together: dict[tuple[str, str, int, bool], list[AssessmentRow]] = {}
    for row in rows:
        key = (row.assessment.instrument, row.scale, row.day, row.acute is not None)
        together.setdefault(key, []).append(row)
    several = [group for group in together.values() if len(group) > 1]
    if not several:
        return {}
    keys = [row.assessment.pk for group in several for row in group]
    first = first_versions(Assessment.objects.filter(episode__assessments__in=keys).distinct())
    return {key: words for group in several for key, words in _of_one_day(group, first).items()}


def _of_one_day(rows: Sequence[AssessmentRow], first: Mapping[int, tuple[int, datetime]]) -> dict[str, str]:
    """Why each of these is the one that is judged, or is not."""
    points = [_point(row, first) for row in rows]
    aside = outdone(points)
    scored = sum(point.value is not None for point in points)
    judged = _("Judged: the one recorded last of {n} of this day.")
    if scored == 1:
        judged = _("Judged: the only one with a score of {n} of this day.")
    judged = judged.format(n=len(rows))
    return {point.assessment: _aside(point, aside) or judged for point in points}


def _aside(point: Point, aside: Mapping[str, Point]) -> str:
    """Why it is not judged; empty for the one that is."""
    instead = aside.get(point.assessment)
    if instead is None:
        return ""
    if point.value is None and instead.value is not None:
        return _("Not judged: it has no score, another one of this day has.")
    return _("Not judged: another one of this day was recorded later.")


def _point(row: AssessmentRow, first: Mapping[int, tuple[int, datetime]]) -> Point:
    given = row.assessment
    rank = first[given.pk][0] if given.pk in first else given.pk
    return Point(row.day, row.value, str(given.public_id), acute=row.acute is not None, recorded=rank)


def _row(
    assessment: Assessment,
    baselines: Mapping[tuple[str, str], EpisodeCourse],
    acute: Acute | None,
    axis: Axis,
    episode: TreatmentEpisode,
    shelf: Shelf,
) -> AssessmentRow:
    instrument = shelf.get(assessment.instrument, assessment.version, episode.study)
    scores = {row.scale: row for row in assessment.scores.all()}
    scale = _scale_of_row(instrument, scores)
    found = scores.get(scale.key)
    value = found.best if found else None
    day = axis.day(assessment.assessed_on)
    return AssessmentRow(
        assessment=assessment,
        day=day,
        title=_title_of_row(instrument, scale),
        scale=scale.key,
        value=value,
        estimated=bool(found and found.is_estimate),
        band=band_label(scale, found.band) if found and found.band else "",
        change=_change(value, day, baselines.get((instrument.key, scale.key))),
        is_second=is_second_rating(assessment),
        is_after_window=was_after_window(assessment),
        acute=acute,
    )


def _change(value: float | None, day: int, course: EpisodeCourse | None) -> float | None:
    """Since the baseline; the baseline itself, and what came before it, has changed from nothing."""
    if value is None or course is None or course.baseline is None or course.baseline_day is None:
        return None
    return value - course.baseline if day > course.baseline_day else None


def _scale_of_row(instrument: Instrument, scores: Mapping[str, ScaleScore]) -> Scale:
    """The scale that change is judged on; where a total of that one was not recorded, the first that was."""
    usual = instrument.primary_scale
    return next((scale for scale in (usual, *instrument.scales) if scale.key in scores), usual)


def _title_of_row(instrument: Instrument, scale: Scale) -> str:
    """Another scale than the usual one is named, or its number would pass for that of the usual one; so is the
    first of scales that stand beside each other without a total."""
    beside = instrument.state and "total" not in {one.key for one in instrument.scales}
    usual = scale == instrument.primary_scale and not beside
    return instrument.short_title if usual else f"{instrument.short_title}, {_(scale.title)}"


def experiences(
    assessments: Sequence[Assessment], axis: Axis, episode: TreatmentEpisode, shelf: Shelf
) -> list[FactorTable]:
    """Questionnaires about one session, with every scale: a single number would hide what they measure.

    Each version of each has a table of its own, since no two have the same scales.
    """
    found: dict[tuple[str, str], list[Assessment]] = {}
    for assessment in assessments:
        found.setdefault((assessment.instrument, assessment.version), []).append(assessment)
    tables = ((shelf.get(*key, episode.study), given) for key, given in found.items())
    return [_factor_table(instrument, given, axis) for instrument, given in tables if instrument.state]


def _factor_table(instrument: Instrument, assessments: Sequence[Assessment], axis: Axis) -> FactorTable:
    last = instrument.outcomes[-1] if instrument.outcomes else None
    return FactorTable(
        title=instrument.short_title,
        scales=tuple(scale.title for scale in instrument.scales),
        conclusion=last.title if last else "",
        rows=tuple(_factors(assessment, instrument, axis) for assessment in assessments),
    )


def _factors(assessment: Assessment, instrument: Instrument, axis: Axis) -> FactorRow:
    scores = {row.scale: row for row in assessment.scores.all()}
    met = {row.outcome: row.met for row in assessment.outcomes.all()}
    last = instrument.outcomes[-1] if instrument.outcomes else None
    return FactorRow(
        assessment=assessment,
        day=axis.day(assessment.assessed_on),
        percents=tuple((scale.title, _percent(scores.get(scale.key), scale)) for scale in instrument.scales),
        met=met.get(last.key) if last else None,
    )


def _percent(found: ScaleScore | None, scale: Scale) -> float | None:
    """The score as a share of the scale's range; ``None`` when an answer is missing."""
    if found is None or found.value is None:
        return None
    return 100 * (found.value - scale.minimum) / (scale.maximum - scale.minimum)


def is_second_rating(assessment: Assessment) -> bool:
    """Whether it repeats another rating of the same occasion: it is listed, and counts in no course."""
    return bool(assessment.request and assessment.request.second_of_id)
