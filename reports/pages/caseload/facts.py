"""What is known of many treatment episodes at once, for the rule that says where each person stands today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from reports.actions.courses import ALGORITHM
from reports.frames import Axis, axes
from reports.models import EpisodeCourse
from reports.stats.present import Asked, Facts, Heard, Standing, Told
from tracking.models import (
    Assessment,
    AssessmentRequest,
    Death,
    DraftAnswers,
    SittingLink,
    TreatmentEpisode,
    TreatmentSession,
)
from tracking.queries.events import protocol_of
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import Attendance, EpisodeStatus, RequestStatus

Key = tuple[str, str]  # instrument and scale
Windows = Mapping[str, Asked]  # by instrument
NOTHING_ASKED = Asked()


@dataclass(frozen=True, slots=True)
class Known:
    """The rows that the pages show beside the states: courses of each episode, and its axis of days."""

    courses: Mapping[int, Sequence[EpisodeCourse]]
    axes: Mapping[int, Axis]


def facts_of(
    episodes: Sequence[TreatmentEpisode],
    told: Mapping[int, Sequence[Told]],
    known: Known,
    now: datetime,
    shelf: Shelf,
) -> dict[int, Facts]:
    """The facts of each episode by its key, in as many queries for two thousand as for one. ``told``: what is open in
    each. ``episodes``: with patient, study and mark."""
    days = {episode.pk: local_day(episode.patient, now) for episode in episodes}
    windows, heard = _windows(days), _heard(episodes, now)
    deaths = Death.objects.standing().filter(patient__in=[episode.patient_id for episode in episodes])
    died = dict(deaths.values_list("patient", "died_on"))
    return {
        episode.pk: Facts(
            begun_on=episode.starts_on,
            ended_on=None if episode.status == EpisodeStatus.ACTIVE else episode.ends_on or episode.starts_on,
            heard=heard[episode.pk],
            asked=_together(windows[episode.pk].values()),
            scales=_standings(episode, known, windows[episode.pk], shelf),
            told=told.get(episode.pk, ()),
            is_judged=_is_judged(episode, known.courses.get(episode.pk, ())),
            is_dated=not episode.dates_are_nominal,
            died_on=died.get(episode.patient_id),
        )
        for episode in episodes
    }


def outcome_of(episode: TreatmentEpisode) -> Key | None:
    """What the treatment is judged by: as its study says, else as its protocol does."""
    if episode.study:
        return episode.study.outcome_instrument, episode.study.outcome_scale
    protocol = protocol_of(episode)
    return (protocol.outcome.instrument, protocol.outcome.scale) if protocol else None


def known_of(episodes: Sequence[TreatmentEpisode]) -> Known:
    """The courses and the axes of these episodes."""
    courses: defaultdict[int, list[EpisodeCourse]] = defaultdict(list)
    for course in EpisodeCourse.objects.filter(episode__in=episodes):
        courses[course.episode_id].append(course)
    keys = [episode.pk for episode in episodes]
    return Known(courses, axes(TreatmentEpisode.objects.filter(pk__in=keys)))


def _is_judged(episode: TreatmentEpisode, courses: Iterable[EpisodeCourse]) -> bool:
    """Whether nothing is newer than what was computed, and all of it by the rules of this version."""
    mark = getattr(episode, "mark", None)
    is_new = mark is not None and mark.wanted_rev > mark.done_rev
    return not is_new and all(course.details.get("algorithm") == ALGORITHM for course in courses)


def _standings(
    episode: TreatmentEpisode, known: Known, windows: Windows, shelf: Shelf
) -> tuple[Standing, ...]:
    """The scales that are followed by a rule, and the outcome even while it has no score."""
    outcome = outcome_of(episode)
    found = {}
    for course in known.courses.get(episode.pk, ()):
        key = (course.instrument, course.scale)
        instrument = shelf.get(course.instrument, study=episode.study)
        if key == outcome or instrument.change is not None:
            worse = instrument.scale(course.scale).direction == "higher_is_worse"
            change = course.change
            found[key] = Standing(
                scale=instrument.short_title,
                latest=course.latest,
                latest_on=None
                if course.latest_day is None
                else known.axes[episode.pk].date(course.latest_day),
                better=change if change is None or not worse else 0 - change,
                asked=windows.get(course.instrument, NOTHING_ASKED),
                is_outcome=key == outcome,
            )
    if outcome and outcome not in found:
        asked = windows.get(outcome[0], NOTHING_ASKED)
        title = shelf.get(outcome[0], study=episode.study).short_title
        found[outcome] = Standing(title, None, None, None, asked, is_outcome=True)
    return tuple(found.values())


def _windows(days: Mapping[int, date]) -> dict[int, dict[str, Asked]]:
    """What each episode is asked, by instrument. What somebody asks by hand is no plan: it lets nobody wait for longer.
    At one moment there are two or three days on earth: each has a column of one query."""
    todays = sorted(set(days.values()))
    over = {f"over_{at}": Max("opens_on", filter=Q(closes_on__lt=day)) for at, day in enumerate(todays)}
    rows = AssessmentRequest.objects.filter(episode__in=list(days)).exclude(status=RequestStatus.CANCELLED)
    found: dict[int, dict[str, Asked]] = {key: {} for key in days}
    latest_planned = Max("opens_on", filter=~Q(protocol_point=""))
    grouped = rows.order_by().values_list("episode", "instrument").annotate(planned=latest_planned, **over)
    for key, instrument, planned, *closed in grouped:
        found[key][instrument] = Asked(closed[todays.index(days[key])], planned)
    return found


def _together(asked: Iterable[Asked]) -> Asked:
    """All that an episode is asked, whatever the instrument."""
    found = list(asked)
    return Asked(
        max((each.over for each in found if each.over), default=None),
        max((each.latest for each in found if each.latest), default=None),
    )


def _heard(episodes: Sequence[TreatmentEpisode], now: datetime) -> dict[int, Heard]:
    """The last sign of each: when a form speaks of, when a link or a question was last opened, when they came."""
    keys = [episode.pk for episode in episodes]
    scores = _latest(Assessment.objects.current().filter(episode__in=keys), "assessed_on")
    held = TreatmentSession.objects.standing().filter(
        episode__in=keys, attendance=Attendance.ATTENDED, starts_at__lte=now
    )
    sessions = _latest(held, "starts_at")
    opened = _latest(SittingLink.objects.filter(episode__in=keys, opened_at__isnull=False), "opened_at")
    drafts = DraftAnswers.objects.filter(request__episode__in=keys).order_by()
    begun = dict(drafts.values_list("request__episode").annotate(Max("updated_at")))
    return {
        episode.pk: Heard(
            score=scores.get(episode.pk),
            sitting=_last_day(episode, opened.get(episode.pk), begun.get(episode.pk)),
            session=_last_day(episode, sessions.get(episode.pk)),
        )
        for episode in episodes
    }


def _latest(rows: QuerySet[Any], field: str) -> dict[int, Any]:
    """The latest value of a field in each episode."""
    return dict(rows.order_by().values_list("episode").annotate(Max(field)))


def _last_day(episode: TreatmentEpisode, *moments: datetime | None) -> date | None:
    """The later of these moments as the day that it was where the patient lives."""
    known = [moment for moment in moments if moment]
    return local_day(episode.patient, max(known)) if known else None
