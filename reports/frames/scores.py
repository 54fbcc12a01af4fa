"""Scores as rows, and as a tidy table.

Only the latest version of each assessment is read, and no second rating of the same occasion. A score is its
complete value, else its estimate (``estimated``), else missing; a partial sum is never a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isnan
from typing import Any, NamedTuple, cast

import pandas as pd
from django.db.models import QuerySet

from measures.instrument import Instrument
from reports.frames.axis import Axis, Episodes, axes
from reports.stats.series import Point
from tracking.models import Assessment, OutcomeResult, ScaleScore, Study
from tracking.queries.acute import can_be_acute, first_versions, taken_at
from tracking.rules.policies.instruments import instrument_of


class ScoreRow(NamedTuple):
    """One assessment of a scale. ``recorded``: rank in the order of recording, a correction keeping the rank
    of what it corrects. ``value`` is ``None`` where too little was answered. ``acute``: not judged because of a dose
    (see ``tracking.rules.acute``); never true for an instrument about a state."""

    episode: int
    assessment: str
    recorded: int
    day: int
    value: float | None
    estimated: bool
    acute: bool
    band: str
    time_point: str
    source: str
    outcomes: Mapping[str, bool | None]


_STORED = (
    "assessment_id",
    "assessment__public_id",
    "assessment__episode_id",
    "assessment__episode__patient__timezone",
    "assessment__assessed_on",
    "assessment__assessed_at",
    "assessment__recorded_at",
    "assessment__time_point",
    "assessment__source",
    "value",
    "prorated",
    "band",
)


def score_rows(
    episodes: Episodes, instrument: Instrument, scale: str, known_axes: Mapping[int, Axis] | None = None
) -> list[ScoreRow]:
    """The scores of ``scale`` in these episodes."""
    rows = list(_scores(episodes, instrument, scale))
    if not rows:
        return []
    lines = known_axes if known_axes is not None else axes(episodes)
    outcomes = _outcomes(episodes, instrument)
    originals = first_versions(Assessment.objects.filter(episode__in=episodes, instrument=instrument.key))
    judged = can_be_acute(instrument)
    return [
        _row(row, lines[row.assessment__episode_id], originals.get(row.assessment_id), judged, outcomes)
        for row in rows
    ]


def score_frame(
    episodes: Episodes, instrument: Instrument, scale: str, known_axes: Mapping[int, Axis] | None = None
) -> pd.DataFrame:
    """``score_rows`` as a table, for the analyses of a whole study: a missing value is NaN."""
    rows = score_rows(episodes, instrument, scale, known_axes)
    frame = pd.DataFrame(rows, columns=list(ScoreRow._fields))
    return frame.astype(
        {"episode": int, "recorded": int, "day": int, "value": float, "estimated": bool, "acute": bool}
    )


def rows_of(frame: pd.DataFrame) -> Iterable[ScoreRow]:
    """The rows of a ``score_frame``, whose columns are the fields of a ``ScoreRow``: pandas cannot tell."""
    return cast("Iterable[ScoreRow]", frame.itertuples())


def points(rows: Iterable[ScoreRow]) -> list[Point]:
    """The scores of one episode as the statistics take them. Rows of a ``score_frame`` come by
    ``rows_of``."""
    return [
        Point(
            day=int(row.day),
            value=None if row.value is None or isnan(row.value) else float(row.value),
            assessment=row.assessment,
            acute=bool(row.acute),
            estimated=bool(row.estimated),
            outcomes=row.outcomes,
            recorded=int(row.recorded),
        )
        for row in rows
    ]


def judged_instruments(episodes: Episodes, study: Study | None) -> list[Instrument]:
    """What these episodes have assessments of and a course can be judged on: traits with a better and a
    worse end.

    The latest rules of an instrument are used, whatever version was filled in. Raises ``UnknownInstrument``
    for one that is neither shipped nor declared by the study.
    """
    given = Assessment.objects.counted().filter(episode__in=episodes).order_by("instrument")
    found = [instrument_of(key, study=study) for key in given.values_list("instrument", flat=True).distinct()]
    return [each for each in found if not each.state and each.primary_scale.direction != "neutral"]


def _row(
    row: Any,
    axis: Axis,
    original: tuple[int, datetime] | None,
    judged: bool,
    outcomes: Mapping[int, Mapping[str, bool | None]],
) -> ScoreRow:
    first, first_at = original or (row.assessment_id, row.assessment__recorded_at)
    taken = taken_at(
        assessed_on=row.assessment__assessed_on,
        assessed_at=row.assessment__assessed_at,
        recorded_at=first_at,
        source=row.assessment__source,
        zone=row.assessment__episode__patient__timezone,
    )
    return ScoreRow(
        row.assessment__episode_id,
        str(row.assessment__public_id),
        first,
        axis.day(row.assessment__assessed_on),
        row.value if row.value is not None else row.prorated,
        row.value is None and row.prorated is not None,
        judged and axis.window.acute(taken) is not None,
        row.band,
        row.assessment__time_point,
        row.assessment__source,
        outcomes.get(row.assessment_id, {}),
    )


def _scores(episodes: Episodes, instrument: Instrument, scale: str) -> Iterable[Any]:
    rows = ScaleScore.objects.filter(assessment__in=_current(episodes, instrument), scale=scale)
    return rows.values_list(*_STORED, named=True)


def _current(episodes: Episodes, instrument: Instrument) -> QuerySet[Assessment]:
    """What is about a session that was taken back is about nothing; any other score stands without its session."""
    rows = Assessment.objects.counted().filter(episode__in=episodes, instrument=instrument.key).order_by()
    return rows.filter(session__voided_at=None) if instrument.state else rows


def _outcomes(episodes: Episodes, instrument: Instrument) -> dict[int, dict[str, bool | None]]:
    found: dict[int, dict[str, bool | None]] = {}
    if instrument.outcomes:
        rows = OutcomeResult.objects.filter(assessment__in=_current(episodes, instrument))
        for assessment, outcome, met in rows.values_list("assessment_id", "outcome", "met"):
            found.setdefault(assessment, {})[outcome] = met
    return found
