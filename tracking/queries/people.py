"""What the pages about patients and their teams read."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.db.models import QuerySet

from tracking.models import CareTeam, Patient, ResearchConsent, TreatmentEpisode, User, current
from tracking.vocabulary import ConsentKind, EpisodeStatus

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def time_zones() -> list[tuple[str, str]]:
    """The time zones that people live in, by name; first UTC."""
    names = sorted(name for name in available_timezones() if name.split("/")[0] in REGIONS)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def own_teams(user: User) -> QuerySet[CareTeam]:
    """The teams that the user is in today."""
    rows = user.memberships.filter(current()).values("team")
    return CareTeam.objects.filter(pk__in=rows).select_related("site").order_by("name")


def own_time_zone(user: User) -> ZoneInfo:
    """The time zone of the site where the user works: that of the first team by name, else UTC."""
    team = own_teams(user).first()
    return ZoneInfo(team.site.timezone if team else "UTC")


def statements_about_research(patient: Patient) -> QuerySet[ResearchConsent]:
    """What the patient said, the latest first."""
    rows = ResearchConsent.objects.said_by(patient).select_related("recorded_by")
    return rows.order_by("-stated_on", "-id")


def is_visible(user: User, patient: Patient) -> bool:
    """Whether the user may see the record, as it stands now."""
    return Patient.objects.visible_to(user).filter(pk=patient.pk).exists()


def running_episodes(patient: Patient) -> QuerySet[TreatmentEpisode]:
    """The treatment that is under way, if there is one."""
    rows = TreatmentEpisode.objects.filter(
        patient=patient, patient__set_aside_at=None, status=EpisodeStatus.ACTIVE
    )
    return rows.select_related("patient__team__site", "study")


def has_consent(patient: Patient) -> bool:
    """Whether the patient's latest statement is a consent to research."""
    latest = ResearchConsent.objects.said_by(patient).last()
    return latest is not None and latest.kind == ConsentKind.GIVEN
