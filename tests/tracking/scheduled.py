"""Steps of a schedule that several tests take."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from tests.cast import days_ago
from tests.tracking.dosing import sure
from tests.tracking.treated import dosed
from tracking.actions import care, scheduling, treatment
from tracking.models import Patient, TreatmentEpisode, TreatmentSession, User


def start(
    patient: Patient, by: User, protocol: str, arm: str, days: int = 120, diagnosis: str = "anxiety"
) -> TreatmentEpisode:
    """An episode that began so many days ago."""
    return care.start_episode(
        by=by, patient=patient, diagnosis=diagnosis, protocol=protocol, arm=arm, starts_on=days_ago(days)
    )


def asked(episode: TreatmentEpisode) -> set[tuple[str, str]]:
    return set(episode.requests.values_list("time_point", "instrument"))


def schedule(episode: TreatmentEpisode, by: User, as_of: date) -> int:
    return len(scheduling.schedule_episode(by=by, episode=episode, as_of=as_of))


def dosing(episode: TreatmentEpisode, by: User, days: int) -> TreatmentSession:
    begins = timezone.now() - timedelta(days=days)
    session = treatment.record_session(by=by, episode=episode, kind="dosing", starts_at=begins)
    dosed(by, session, given_at=begins, **sure(25, "whatever the protocol plans"))
    return session
