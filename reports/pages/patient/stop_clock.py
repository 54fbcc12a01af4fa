"""The watch after the last dose, from what is stored of an episode."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from measures.instrument import Instrument
from reports.frames import Axis
from reports.models import RETURNS, CourseFlag, FlagState
from reports.rules import rules_of
from reports.stats.stop_clock import Return, StopClock, WatchPoint, stop_clock
from tracking.models import Assessment, TreatmentEpisode
from tracking.queries.events import LastStop, events_of, protocol_of
from tracking.rules.due_dates import WantedRequest, watch_requests
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary.time_points import time_point_in_words


def clock_of(
    episode: TreatmentEpisode,
    stop: LastStop | None,
    axis: Axis,
    as_of: date,
    assessments: Sequence[Assessment],
    shelf: Shelf,
) -> StopClock | None:
    """The clock of an episode; nothing without a ``stop``: the medication of the treatment is taken, or none is
    known."""
    if stop is None:
        return None
    wanted = _watch(episode)
    scales = _scales(episode, wanted, assessments, stop, shelf)
    judged = [one for one in scales if _rules_relapse(one)]
    return stop_clock(
        last_dose=stop.last_dose,
        substance=stop.substance,
        why=stop.why,
        as_of=as_of,
        points=[WatchPoint(time_point_in_words(row.time_point), row.due_on) for row in wanted],
        returns=_returns(episode, axis, shelf),
        scores=[row.assessed_on for row in assessments if _has_score(row, judged)],
        judged=[one.short_title for one in judged],
        unjudged=[one.short_title for one in scales if one not in judged],
    )


def _watch(episode: TreatmentEpisode) -> tuple[WantedRequest, ...]:
    protocol = protocol_of(episode)
    return watch_requests(protocol, episode.arm, events_of(episode)) if protocol else ()


def _scales(
    episode: TreatmentEpisode,
    wanted: Iterable[WantedRequest],
    assessments: Iterable[Assessment],
    stop: LastStop,
    shelf: Shelf,
) -> list[Instrument]:
    """What is followed after the last dose: asked by the watch, or answered since and judged by a rule."""
    asked = {row.instrument for row in wanted}
    answered = {row.instrument for row in assessments if row.assessed_on > stop.last_dose}
    known = {key: shelf.get(key, study=episode.study) for key in asked | answered}
    followed = [one for key, one in known.items() if not one.state and (key in asked or _rules_relapse(one))]
    return sorted(followed, key=lambda one: one.short_title)


def _rules_relapse(instrument: Instrument) -> bool:
    return rules_of(instrument, instrument.primary_scale.key).relapse is not None


def _returns(episode: TreatmentEpisode, axis: Axis, shelf: Shelf) -> list[Return]:
    rows = CourseFlag.objects.filter(episode=episode, kind__in=RETURNS).exclude(state=FlagState.WITHDRAWN)
    return [
        Return(
            row.kind,
            axis.date(row.day),
            shelf.get(row.instrument, study=episode.study).short_title,
        )
        for row in rows
    ]


def _has_score(assessment: Assessment, judged: Iterable[Instrument]) -> bool:
    scale = next((one.primary_scale.key for one in judged if one.key == assessment.instrument), None)
    return any(row.scale == scale and row.best is not None for row in assessment.scores.all())
