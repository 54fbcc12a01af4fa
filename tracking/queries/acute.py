"""The acute windows of episodes, and which of their assessments lie in one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from measures.instrument import Instrument
from tracking import clock
from tracking.models import Assessment, Dose, TreatmentEpisode
from tracking.rules import protocol as protocols
from tracking.rules.acute import Acute, AcuteWindow, DosingMoment, Taken
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import AnswerSource


def standing_doses(episodes: QuerySet[TreatmentEpisode]) -> QuerySet[Dose]:
    """The doses that were not taken back, in sessions that were not."""
    return Dose.objects.standing().filter(session__episode__in=episodes, session__voided_at__isnull=True)


def acute_windows(episodes: QuerySet[TreatmentEpisode]) -> dict[int, AcuteWindow]:
    """The windows of each episode, by its key."""
    moments = dosing_moments(episodes)
    rows = episodes.values_list("pk", "protocol", "protocol_version")
    return {key: acute_window(followed, version, moments.get(key, ())) for key, followed, version in rows}


def acute_window(followed: str, version: str, doses: Sequence[DosingMoment]) -> AcuteWindow:
    """The window of an episode under this protocol. One that follows none, as imported ones may, has no window:
    nobody has said how long a dose of it is at work."""
    known = protocols.find(followed, version)
    return AcuteWindow(known.acute_days if known else 0, known.key if known else "", tuple(doses))


def dosing_moments(episodes: QuerySet[TreatmentEpisode]) -> dict[int, list[DosingMoment]]:
    """The days with a dose that stands, rising, by the key of the episode."""
    found: dict[int, dict[date, datetime]] = {}
    rows: Iterable[tuple[int, datetime, str]] = (
        standing_doses(episodes)
        .order_by("given_at", "pk")
        .values_list("session__episode_id", "given_at", "session__episode__patient__timezone")
    )
    for episode, at, zone in rows:
        found.setdefault(episode, {}).setdefault(clock.day_of(at, zone), at)
    return {key: [DosingMoment(*each) for each in days.items()] for key, days in found.items()}


def acute_marks(
    assessments: Collection[Assessment], windows: Mapping[int, AcuteWindow] | None = None
) -> dict[int, Acute]:
    """Of these assessments, by their key, those that are not judged because of a dose, and why."""
    episodes = TreatmentEpisode.objects.filter(pk__in={row.episode_id for row in assessments})
    known = acute_windows(episodes) if windows is None else windows
    corrected = {row.episode_id for row in assessments if row.supersedes_id}
    first = first_versions(Assessment.objects.filter(episode__in=corrected)) if corrected else {}
    shelf, found = Shelf(), {}
    for row in assessments:
        mark = known[row.episode_id].acute(_taken(row, first))
        if mark and can_be_acute(shelf.get(row.instrument, row.version, row.episode.study)):
            found[row.pk] = mark
    return found


def can_be_acute(instrument: Instrument) -> bool:
    """Whether it speaks of weeks and has a better and a worse end: a scale of the state that a dose brings is meant
    to be answered then, and vital signs are not judged at all."""
    return not instrument.state and instrument.primary_scale.direction != "neutral"


def taken_at(
    *, assessed_on: date, assessed_at: datetime | None, recorded_at: datetime, source: str, zone: str
) -> Taken:
    """When an assessment was taken. ``recorded_at`` is that of its first version."""
    answered_then = source == AnswerSource.SELF and clock.day_of(recorded_at, zone) == assessed_on
    return Taken(assessed_on, assessed_at or recorded_at, exact=assessed_at is not None or answered_then)


def first_versions(assessments: QuerySet[Assessment]) -> dict[int, tuple[int, datetime]]:
    """For each correction among these, by its key: the key of its first version, and when that was recorded. A
    correction is younger than what it corrects."""
    found: dict[int, tuple[int, datetime]] = {}
    corrections = assessments.filter(supersedes__isnull=False).order_by("pk")
    for key, corrected, at in corrections.values_list("pk", "supersedes_id", "supersedes__recorded_at"):
        found[key] = found.get(corrected, (corrected, at))
    return found


def _taken(row: Assessment, first: Mapping[int, tuple[int, datetime]]) -> Taken:
    return taken_at(
        assessed_on=row.assessed_on,
        assessed_at=row.assessed_at,
        recorded_at=first[row.pk][1] if row.pk in first else row.recorded_at,
        source=row.source,
        zone=row.episode.patient.timezone,
    )
