"""Which day it is for whom: a day begins where the patient or the clinic is, never where the server stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tracking import clock
from tracking.models import (
    Assessment,
    Patient,
    TreatmentEpisode,
)

LATE_AFTER = timedelta(hours=48)


def is_late(assessment: Assessment) -> bool:
    """Recorded more than 48 hours after the day it speaks of, by the days of the patient's time zone."""
    recorded_on = local_day(assessment.episode.patient, assessment.recorded_at)
    return recorded_on - assessment.assessed_on > LATE_AFTER


def was_after_window(assessment: Assessment) -> bool:
    """Whether the patient finished it after the last day on which it could be begun."""
    return bool(assessment.request and assessment.assessed_on > assessment.request.closes_on)


def local_today(patient: Patient) -> date:
    """The day that it is where the patient lives."""
    return local_day(patient, clock.now())


def latest_day(episode: TreatmentEpisode) -> date:
    """The later of the patient's day and the clinic's: neither of them writes in the future."""
    clinic = episode.patient.team.site.timezone
    return max(local_today(episode.patient), clock.day_of(clock.now(), clinic))


def local_day(patient: Patient, moment: datetime) -> date:
    """The day of a moment where the patient lives."""
    return clock.day_of(moment, patient.timezone)
