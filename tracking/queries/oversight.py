"""Who looked at whom: what a privacy officer reads, and the facts by which odd looking is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from tracking.models import (
    AssessmentRequest,
    BreakGlass,
    Membership,
    OddLook,
    Patient,
    PatientTransfer,
    ReadEvent,
    RoleGrant,
    Site,
    User,
    current,
    given,
)
from tracking.rules.chain import ends, starts
from tracking.rules.oversight import ASKED_ONCE, Seen, Sign, one_too_many, signs
from tracking.vocabulary import Place, ReadPage, Role, place_of

OPENED = [
    page for page in ReadPage if page.place in {Place.RECORD, Place.IDENTITY, Place.ANSWERS, Place.EMERGENCY}
]
Pair = tuple[UUID, UUID]
Found = tuple[UUID, UUID, Sign]  # who looked, at whom, and what is odd about it


def overseen_sites(user: User) -> QuerySet[Site]:
    """The sites that somebody watches over today; a role that names no site is for every one."""
    grants = RoleGrant.objects.filter(current(), user=user, role=Role.OFFICER)
    if not user.has_role(Role.OFFICER):
        return Site.objects.none()
    if grants.filter(site=None).exists():
        return Site.objects.order_by("name")
    return Site.objects.filter(pk__in=grants.values("site")).order_by("name")


def active_officers() -> QuerySet[User]:
    """Whoever watches over a site today."""
    grants = RoleGrant.objects.filter(current(), role=Role.OFFICER)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("pk")


def overseen_patients(user: User) -> QuerySet[Patient]:
    """Everybody who is treated there, also under a record that was set aside."""
    return Patient.objects.filter(team__site__in=overseen_sites(user))


def readers(user: User) -> QuerySet[User]:
    """Who may look there today: whoever holds a role or is in a team. A clinician's role without a site is that of
    the own teams."""
    sites = overseen_sites(user)
    grants = RoleGrant.objects.filter(current(), user=OuterRef("pk"))
    everywhere = grants.filter(site=None).exclude(role__in=[Role.CLINICIAN, Role.PATIENT])
    teams = Membership.objects.filter(current(), user=OuterRef("pk"), team__site__in=sites)
    here = Exists(grants.filter(site__in=sites)) | Exists(everywhere) | Exists(teams)
    return User.objects.filter(here, patient=None).order_by("name", "pk")


def odd_looks(user: User) -> QuerySet[OddLook]:
    """What is odd about looking there, the latest first."""
    return OddLook.objects.filter(patient__in=overseen_patients(user).values("public_id"))


def emergencies_of(odd: OddLook) -> QuerySet[BreakGlass]:
    """What the reader has opened of this patient in an emergency on that day (UTC), where that is what is odd."""
    rows = BreakGlass.objects.filter(user__public_id=odd.actor, patient__public_id=odd.patient)
    rows = rows.filter(opened_at__gte=starts(odd.day), opened_at__lt=ends(odd.day)).order_by("opened_at")
    return rows if odd.sign == Sign.EMERGENCY else rows.none()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed by."""

    day: date | None = None
    reader: User | None = None
    code: str = ""

    @property
    def rows(self) -> dict[str, Any]:
        """The same for rows that name reader and patient."""
        narrowed: dict[str, Any] = {"actor": self.reader.public_id} if self.reader else {}
        if self.code:
            narrowed["patient__in"] = Patient.objects.filter(study_code=self.code).values("public_id")
        return narrowed


@dataclass(slots=True)
class Line:
    """One reader, one patient, one day (UTC)."""

    day: date
    reader: User
    patient: Patient
    times: int = 0
    first: datetime | None = None
    last: datetime | None = None
    places: list[Place] = field(default_factory=list)
    odd: list[OddLook] = field(default_factory=list)


def looks(user: User, asked: Asked) -> QuerySet[Any, Any]:
    """Every look, by day, reader and patient, the latest first. Reading this very page is in the log, and not here."""
    theirs = ReadEvent.objects.filter(patient__in=overseen_patients(user).values("public_id"))
    rows = theirs.filter(**asked.rows).exclude(page=ReadPage.OVERSIGHT)
    day: Value | TruncDate = TruncDate("at", tzinfo=UTC)
    if asked.day:
        rows = rows.filter(at__gte=starts(asked.day), at__lt=ends(asked.day))
        day = Value(asked.day, DateField())  # of one day there is nothing to work out
    return (
        rows.annotate(day=day)
        .values("day", "actor", "patient")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-day", "-last", "actor", "patient")
    )


def odd_pairs(user: User, asked: Asked, *, closed: bool) -> QuerySet[Any, Any]:
    """The same of what is odd alone; without what was closed unless ``closed``."""
    rows = odd_looks(user).filter(**asked.rows, **({"day": asked.day} if asked.day else {}))
    if not closed:
        rows = rows.filter(closed_at=None)
    return rows.order_by("-day", "actor", "patient").values("day", "actor", "patient").distinct()


def lines(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The rows of a page with whom they name, what was seen, and what is odd about it."""
    rows = list(rows)
    days, pairs = {row["day"] for row in rows}, {(row["actor"], row["patient"]) for row in rows}
    named = {"actor__in": {actor for actor, _ in pairs}, "patient__in": {patient for _, patient in pairs}}
    people = User.objects.in_bulk(list(named["actor__in"]), field_name="public_id")
    patients = Patient.objects.select_related("team").in_bulk(
        list(named["patient__in"]), field_name="public_id"
    )
    found = {
        (row["day"], row["actor"], row["patient"]): Line(
            row["day"], people[row["actor"]], patients[row["patient"]]
        )
        for row in rows
        if row["actor"] in people and row["patient"] in patients
    }
    for odd in OddLook.objects.filter(day__in=days, **named).order_by("pk"):
        if line := found.get((odd.day, odd.actor, odd.patient)):
            line.odd.append(odd)
    for day in days:
        _count(found, day, ReadEvent.objects.filter(at__gte=starts(day), at__lt=ends(day), **named))
    return list(found.values())


def _count(found: Mapping[tuple[date, UUID, UUID], Line], day: date, rows: QuerySet[ReadEvent]) -> None:
    counted = rows.exclude(page=ReadPage.OVERSIGHT).values("actor", "patient", "page")
    for row in counted.annotate(times=Count("pk"), first=Min("at"), last=Max("at")).order_by("first"):
        line = found.get((day, row["actor"], row["patient"]))
        if line is None:
            continue
        line.times += row["times"]
        line.first = min(line.first or row["first"], row["first"])
        line.last = max(line.last or row["last"], row["last"])
        place = place_of(row["page"])
        if place not in line.places:
            line.places.append(place)


def odd_on(day: date) -> set[Found]:
    """What is odd about what was opened on that day, and was not found or explained before."""
    rows = ReadEvent.objects.filter(at__gte=starts(day), at__lt=ends(day), page__in=OPENED)
    rows = rows.order_by("actor", "at", "pk")
    moments = list(rows.values_list("actor", "at", "patient"))
    inside = set(rows.exclude(page=ReadPage.EMERGENCY_RECORD).values_list("actor", "patient"))
    found: set[Found] = set()
    for actor, opened in groupby(moments, key=lambda row: row[0]):
        if patient := one_too_many((at, whom) for _, at, whom in opened):
            found.add((actor, patient, Sign.MANY))
    pairs = {(actor, patient) for actor, _, patient in moments}
    for (actor, patient), seen in _seen(day, pairs, inside).items():
        found |= {(actor, patient, sign) for sign in signs(seen)}
    asked = OddLook.objects.filter(sign__in=ASKED_ONCE, actor__in={actor for actor, _, _ in found})
    return found - {
        (actor, whom, Sign(sign)) for actor, whom, sign in asked.values_list("actor", "patient", "sign")
    }


def _seen(day: date, pairs: set[Pair], inside: set[Pair]) -> dict[Pair, Seen]:
    """What is known of each reader and patient. Whom nobody knows any more is left out. ``inside``: whoever has read
    on other pages than that of an emergency, which is asked about by itself."""
    people = User.objects.in_bulk(list({actor for actor, _ in pairs}), field_name="public_id")
    patients = Patient.objects.select_related("identity").in_bulk(
        list({patient for _, patient in pairs}), field_name="public_id"
    )
    known = [(people[a], patients[p]) for a, p in sorted(pairs) if a in people and p in patients]
    treated = _treated(day, [patient for _, patient in known])
    held = Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))
    members = set(Membership.objects.filter(given(), held).values_list("user", "team"))
    asked = AssessmentRequest.objects.filter(assigned_to__in=people.values())
    raters = set(asked.values_list("assigned_to", "episode__patient"))
    found = {}
    for reader, patient in known:
        identity = getattr(patient, "identity", None)
        is_of_team = any((reader.pk, team) in members for team in treated[patient.pk])
        found[reader.public_id, patient.public_id] = Seen(
            reader=reader.name,
            given=identity.given_name if identity and identity.name else "",
            family=identity.family_name if identity and identity.name else "",
            entitled=is_of_team
            or (reader.pk, patient.pk) in raters
            or (reader.public_id, patient.public_id) not in inside,
            is_own=patient.user_id == reader.pk,
        )
    return found


def _treated(day: date, patients: Iterable[Patient]) -> dict[int, set[int]]:
    """The teams that each was with on that day: the one of today, walked back over what changed since."""
    teams = defaultdict(set, {patient.pk: {patient.team_id} for patient in patients})
    later = PatientTransfer.objects.filter(transferred_at__gte=starts(day), patient__in=list(teams))
    for row in later.order_by("-pk").annotate(whose=F("patient_id")):
        if row.transferred_at >= ends(day):
            teams[row.whose] = {row.from_team_id}
        else:
            teams[row.whose] |= {row.from_team_id}
    return teams
