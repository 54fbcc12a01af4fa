"""Steps of a schedule that several tests take."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from tracking.actions import scheduling, treatment
from tracking.models import TreatmentEpisode, TreatmentSession, User


def asked(episode: TreatmentEpisode) -> set[tuple[str, str]]:
    return set(episode.requests.values_list("time_point", "instrument"))


def schedule(episode: TreatmentEpisode, by: User, as_of: date) -> int:
    return len(scheduling.schedule_episode(by=by, episode=episode, as_of=as_of))


def dosing(episode: TreatmentEpisode, by: User, days: int) -> TreatmentSession:
    begins = timezone.now() - timedelta(days=days)
    session = treatment.record_session(by=by, episode=episode, kind="dosing", starts_at=begins)
    treatment.record_dose(
        by=by,
        session=session,
        substance="psilocybin",
        amount=Decimal(25),
        unit="mg",
        route="oral",
        given_at=begins,
    )
    return session
