"""Scores as rows, and as a tidy table.

Only the latest version of each assessment is read, and no second rating of the same occasion. A score is its
complete value, else its estimate (``estimated``), else missing; a partial sum is never a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan
from typing import NamedTuple

import pandas as pd
from django.db.models import QuerySet

from measures.instrument import Instrument
from reports.frames.axis import Axis, Episodes, axes
from reports.stats.series import Point
from tracking.instruments import instrument_of
from tracking.models import Assessment, OutcomeResult, ScaleScore, Study


class ScoreRow(NamedTuple):
    """One assessment of a scale. ``recorded``: rank in the order of recording, a correction keeping the rank
    of what it corrects. ``value`` is ``None`` where too little was answered. ``acute`` is never true for an
    instrument about a state."""

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
    "assessment__assessed_on",
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
    lines = known_axes if known_axes is not None else axes(episodes)
    outcomes = _outcomes(episodes, instrument)
    originals = _originals(episodes, instrument)
    return [
        ScoreRow(
            episode,
            str(public_id),
            originals.get(key, key),
            lines[episode].day(on),
            value if value is not None else prorated,
            value is None and prorated is not None,
            not instrument.state and lines[episode].acute(lines[episode].day(on)),
            band,
            time_point,
            source,
            outcomes.get(key, {}),
        )
        for key, public_id, episode, on, time_point, source, value, prorated, band in _scores(
            episodes, instrument, scale
        )
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


def points(rows: Iterable[ScoreRow]) -> list[Point]:
    """The scores of one episode as the statistics take them. Rows of a ``score_frame`` come by
    ``itertuples``."""
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


def _scores(episodes: Episodes, instrument: Instrument, scale: str) -> Iterable[tuple]:
    return ScaleScore.objects.filter(assessment__in=_current(episodes, instrument), scale=scale).values_list(
        *_STORED
    )


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


def _originals(episodes: Episodes, instrument: Instrument) -> dict[int, int]:
    """From each correction to the first version of what it corrects. A correction is younger than its
    original."""
    first: dict[int, int] = {}
    corrections = Assessment.objects.filter(
        episode__in=episodes, instrument=instrument.key, supersedes__isnull=False
    )
    for key, corrected in corrections.order_by("pk").values_list("pk", "supersedes_id"):
        first[key] = first.get(corrected, corrected)
    return first
