"""Dosing sessions of the demonstration clinic: those that ended are signed, and one is under way today."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tracking import clock
from tracking.actions.scheduling import schedule_episode
from tracking.actions.signing import sign_run_sheet
from tracking.models import RunSheetEntry, TreatmentEpisode
from tracking.rules.policies.days import local_today
from tracking.simulation.sheet import Sheet, keep_run_sheet
from tracking.simulation.walk import Staff
from tracking.vocabulary import EpisodeStatus, RunSheetKind

BEGAN_BEFORE = timedelta(minutes=140)
SIGNED_AFTER = timedelta(minutes=12)
LENGTH = 420  # minutes


def show_dosing(*, staff: Staff, password: str, now: datetime) -> None:
    """For one team: everybody who was present signs, and whoever is next to be dosed is, today."""
    for end in RunSheetEntry.objects.filter(
        kind=RunSheetKind.END, session__episode__patient__team=staff.team
    ):
        for number, present in enumerate(end.session.people_present.order_by("pk"), start=1):
            with clock.simulated(min(end.happened_at + number * SIGNED_AFTER, now)):
                sign_run_sheet(by=present.user, session=end.session, password=password)
    _begin_today(staff, now)


def _begin_today(staff: Staff, now: datetime) -> None:
    waiting = TreatmentEpisode.objects.filter(
        patient__team=staff.team, arm="psilocybin", status=EpisodeStatus.ACTIVE, sessions__kind="preparation"
    )
    episode = waiting.exclude(sessions__kind="dosing").order_by("-starts_on", "-pk").first()
    if episode is None:
        return
    starts = now - BEGAN_BEFORE
    sheet = Sheet(staff.lead, staff.second, episode, starts, LENGTH, (("psilocybin", 25.0, 0.5, "main"),))
    rng = Random(starts.toordinal())  # noqa: S311 (invented readings)
    keep_run_sheet(by=staff.lead, sheet=sheet, rng=rng, until=now)
    schedule_episode(by=staff.lead, episode=episode, as_of=local_today(episode.patient))
