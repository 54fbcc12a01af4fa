"""What the site administrator reads: people, roles, teams and counts. No clinical value, and no patient."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tracking.models import (
    CareTeam,
    EpisodeMark,
    Membership,
    Patient,
    RoleGrant,
    SafetyAlert,
    Site,
    Study,
    StudyMark,
    User,
    current,
)
from tracking.vocabulary import AlertStatus, Role


@dataclass(frozen=True, slots=True)
class Counts:
    """How much work waits. Counts only: an administrator learns of no patient from them."""

    parked_jobs: int
    open_alerts: int
    late_alerts: int


def governs_everything(user: User) -> bool:
    """Whether the user administers every site: the grant names none."""
    return user.role_grants.filter(current(), role=Role.ADMINISTRATOR, site__isnull=True).exists()


def administered_sites(user: User) -> QuerySet[Site]:
    """The sites that the user administers today."""
    if governs_everything(user):
        return Site.objects.order_by("name")
    grants = user.role_grants.filter(current(), role=Role.ADMINISTRATOR)
    return Site.objects.filter(pk__in=grants.values("site")).order_by("name")


def administered_teams(user: User) -> QuerySet[CareTeam]:
    """The teams of those sites, with the people who are in them today."""
    members = Prefetch("memberships", Membership.objects.filter(current()).select_related("user"), "members")
    rows = CareTeam.objects.filter(site__in=administered_sites(user)).select_related("site")
    return rows.prefetch_related(members).order_by("site__name", "name")


def administered_users(user: User) -> QuerySet[User]:
    """The staff whom the user administers: those of the own sites and those who are tied to none. Patients
    are not among them, and neither is who governs every site or belongs to other sites alone."""
    staff = User.objects.filter(~Exists(Patient.objects.filter(user=OuterRef("pk"))))
    if not governs_everything(user):
        sites = administered_sites(user)
        grants = RoleGrant.objects.filter(current(), user=OuterRef("pk"))
        teams = Membership.objects.filter(current(), user=OuterRef("pk"))
        above = grants.filter(role=Role.ADMINISTRATOR, site__isnull=True)
        here = Exists(grants.filter(site__in=sites)) | Exists(teams.filter(team__site__in=sites))
        elsewhere = Exists(grants.filter(site__isnull=False)) | Exists(teams)
        staff = staff.filter(~Exists(above), Q(here) | ~Q(elsewhere))
    return staff.order_by("name", "pk")


def administered_people(user: User) -> QuerySet[User]:
    """The same, each with the roles and the teams of today, as far as they are administered too."""
    roles = Prefetch("role_grants", administered_grants(user).filter(current()), "roles_now")
    teams = Membership.objects.filter(current(), team__site__in=administered_sites(user))
    teams_now = Prefetch("memberships", teams.select_related("team"), "teams_now")
    return administered_users(user).prefetch_related(roles, teams_now)


def administered_grants(user: User) -> QuerySet[RoleGrant]:
    """The roles that those people hold at the own sites, or at no particular site. What somebody is trusted with
    elsewhere is for the administrators there."""
    rows = RoleGrant.objects.filter(user__in=administered_users(user)).select_related("user", "site")
    if not governs_everything(user):
        rows = rows.filter(Q(site__in=administered_sites(user)) | Q(site__isnull=True))
    return rows


def administered_studies(user: User) -> QuerySet[Study]:
    """The studies of the own sites and those that belong to none."""
    rows = Study.objects.order_by("title")
    if governs_everything(user):
        return rows
    return rows.filter(Q(site__in=administered_sites(user)) | Q(site__isnull=True))


def administered_marks(user: User) -> tuple[QuerySet[EpisodeMark], QuerySet[StudyMark]]:
    """What is to be computed of treatments on the own sites; of studies where the study is administered."""
    episodes = EpisodeMark.objects.filter(episode__patient__team__site__in=administered_sites(user))
    return episodes, StudyMark.objects.filter(study__in=administered_studies(user))


def parked_jobs(user: User) -> tuple[QuerySet[EpisodeMark], QuerySet[StudyMark]]:
    """What failed three times of these."""
    episodes, studies = administered_marks(user)
    return episodes.filter(parked_at__isnull=False), studies.filter(parked_at__isnull=False)


def counts(user: User) -> Counts:
    """What waits on the own sites."""
    sites = administered_sites(user)
    alerts = SafetyAlert.objects.filter(episode__patient__team__site__in=sites, status=AlertStatus.OPEN)
    return Counts(
        parked_jobs=sum(marks.count() for marks in parked_jobs(user)),
        open_alerts=alerts.count(),
        late_alerts=alerts.filter(escalated_at__isnull=False).count(),
    )
