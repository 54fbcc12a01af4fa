"""What administrators give and who else has a say in it: nobody makes a reader of people's data alone."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from tracking.models import (
    CareTeam,
    Membership,
    RoleGrant,
    Site,
    StudyMembership,
    User,
    current,
    waiting,
)
from tracking.queries.administration import administered_sites
from tracking.vocabulary import Role

DELAY = timedelta(hours=24)  # before what one administrator gave alone holds
Given = RoleGrant | Membership | StudyMembership
KINDS: dict[str, type[Given]] = {"role": RoleGrant, "team": Membership, "study": StudyMembership}


def kind_of(row: Given) -> str:
    """What the addresses and the audit log call it."""
    return next(kind for kind, model in KINDS.items() if isinstance(row, model))


def places(row: Given, by: User) -> QuerySet[Site] | None:
    """The sites whose administrators have a say in what ``by`` gives; ``None`` where it takes those of every site."""
    if row.place:
        return Site.objects.filter(pk=row.place.pk)
    if isinstance(row, RoleGrant) and row.role == Role.ADMINISTRATOR:
        return None
    return administered_sites(by)


def second_people(row: Given, by: User) -> QuerySet[User]:
    """Who may approve what ``by`` gives: other administrators of the place, who have been that for so long that ``by``
    cannot have made them for the purpose. Whom the command line named is taken as named."""
    since = Coalesce("opens_at", "decided_at", "granted_at")
    settled = Q(granted_by=None) | Q(since__lte=row.granted_at - DELAY)
    grants = _administrators(row, by).annotate(since=since).filter(settled)
    return _active(grants).exclude(pk__in=[by.pk, row.user_id])


def leads_of(row: Given, by: User) -> QuerySet[User]:
    """The leads of the teams whose records it may open; all of a team that has none. Neither of the two themselves."""
    teams = CareTeam.objects.filter(site__in=_sites(row, by))
    if isinstance(row, Membership):
        teams = teams.filter(pk=row.team_id)
    members = Membership.objects.filter(current(), team__in=teams, user__is_active=True)
    members = members.exclude(user__in=[by.pk, row.user_id])
    led = members.filter(is_lead=True)
    told = members.filter(Q(is_lead=True) | ~Q(team__in=led.values("team")))
    return User.objects.filter(pk__in=told.values("user")).order_by("pk")


def may_refuse(row: Given, user: User) -> bool:
    """Whoever gave it may take it back; every administrator of the place, and whoever leads there, may say no."""
    if user.pk == row.user_id or not row.granted_by:
        return False
    if user == row.granted_by:
        return True
    return any(
        people.filter(pk=user.pk).exists()
        for people in (_active(_administrators(row, row.granted_by)), leads_of(row, row.granted_by))
    )


def may_approve(row: Given, user: User) -> bool:
    """Whether this is the second person for what waits for one."""
    by = row.granted_by
    return by is not None and second_people(row, by).filter(pk=user.pk).exists()


def waiting_access(user: User) -> list[Given]:
    """What waits and is for this person to approve, to refuse or to take back, the oldest first. Few rows ever wait."""
    rows = [row for kind in KINDS for row in access_rows(kind).filter(waiting()) if may_refuse(row, user)]
    return sorted(rows, key=lambda row: (row.granted_at, row.pk))


def access_rows(kind: str) -> QuerySet[Given]:
    """What an administrator has given of a kind, with the people and the place that it names."""
    related = {"role": "site", "team": "team__site", "study": "study__site"}[kind]
    rows = KINDS[kind].objects.filter(granted_by__isnull=False)
    return rows.select_related("user", "granted_by", "decided_by", related)


def joining(team: CareTeam) -> QuerySet[Membership]:
    """Who is about to be in a team."""
    rows = team.memberships.filter(waiting()).select_related("user", "team__site", "granted_by")
    return rows.order_by("granted_at", "pk")


def members_now(team: CareTeam) -> QuerySet[Membership]:
    """Who is in a team today, the last to come first, with who let them in."""
    rows = team.memberships.filter(current()).select_related("user", "granted_by", "decided_by")
    return rows.order_by("-starts_on", "-granted_at", "pk")


def _administrators(row: Given, by: User) -> QuerySet[RoleGrant]:
    sites = places(row, by)
    here = Q(site=None) if sites is None else Q(site=None) | Q(site__in=sites)
    return RoleGrant.objects.filter(current(), here, role=Role.ADMINISTRATOR)


def _active(grants: QuerySet[RoleGrant]) -> QuerySet[User]:
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("pk")


def _sites(row: Given, by: User) -> QuerySet[Site]:
    sites = places(row, by)
    return Site.objects.all() if sites is None else sites
