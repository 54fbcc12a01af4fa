"""Who did what at the own sites: a list for administrators. It says what was done, by whom and under which code; no
answer, no score, no free word and no name of a patient is read for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reports.models import Release
from tracking.models import (
    AuditEvent,
    CareTeam,
    ImportBatch,
    OddLook,
    Patient,
    SettingTemplate,
    SiteInstrument,
    Study,
    User,
    WordingPack,
)
from tracking.queries.administration import (
    administered_sites,
    administered_studies,
    administered_users,
    governs_everything,
)
from tracking.rules.chain import ends, starts
from tracking.vocabulary import AuditAction, Role
from tracking.vocabulary.audit import KINDS, DeedKind

PER_PAGE = 50
# What has no id that stands in the log, and names the key of its site.
SAYS_ITS_SITE = ("site", "retentionrule")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed by. ``before``: the number of the row that the page before it has ended with."""

    first: date | None = None
    last: date | None = None
    person: User | None = None
    kind: str = ""
    code: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One deed. ``who`` is a member of staff, or nobody whose name stands here; ``patient`` is known by code alone;
    ``what``: whom or what of the staff's own things it was done to."""

    at: datetime
    who: User | None
    by_patient: bool
    words: str
    patient: Patient | None
    what: str
    role: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    lines: list[Line]
    before: int | None  # where the next, older page begins

    @property
    def patients(self) -> list[Patient]:
        return list({line.patient.pk: line.patient for line in self.lines if line.patient}.values())


def audit_rows(user: User, asked: Asked) -> QuerySet[AuditEvent]:
    """The latest first. Whoever rates as well is told nothing of records: what was done there tells the treatment."""
    rows = AuditEvent.objects.filter(_of_sites(user)).order_by("-pk")
    if user.has_role(Role.RATER):
        rows = rows.filter(patient=None)
    if asked.first:
        rows = rows.filter(at__gte=starts(asked.first))
    if asked.last:
        rows = rows.filter(at__lt=ends(asked.last))
    if asked.person:
        rows = rows.filter(actor=asked.person.public_id)
    if asked.kind:
        others = [action for action, kind in KINDS.items() if kind != DeedKind.CARE]
        own = [action for action, kind in KINDS.items() if kind == asked.kind]
        rows = rows.exclude(action__in=others) if asked.kind == DeedKind.CARE else rows.filter(action__in=own)
    if asked.code:
        known = Patient.objects.filter(study_code=asked.code).values_list("public_id", flat=True)
        rows = rows.filter(patient__in=list(known))
    if asked.before:
        rows = rows.filter(pk__lt=asked.before)
    return rows


def _of_sites(user: User) -> Q:
    """What was done at the sites that the user administers: known by the patient, by what it was done to, or, where
    neither stands in the row, by who did it."""
    if governs_everything(user):
        return Q()
    sites, studies, people = administered_sites(user), administered_studies(user), administered_users(user)
    patients = Patient.objects.filter(team__site__in=sites).values("public_id")
    things = {
        "user": people.order_by(),
        "careteam": CareTeam.objects.filter(site__in=sites),
        "study": studies.order_by(),
        "importbatch": ImportBatch.objects.filter(study__in=studies),
        "release": Release.objects.filter(study__in=studies).order_by(),
        "settingtemplate": SettingTemplate.objects.filter(site__in=sites).order_by(),
        "siteinstrument": SiteInstrument.objects.filter(site__in=sites).order_by(),
        "wordingpack": WordingPack.objects.filter(site__in=sites).order_by(),
        "oddlook": OddLook.objects.filter(patient__in=patients).order_by(),
    }
    found = Q(patient__in=patients)
    for name, rows in things.items():
        found |= Q(patient=None, object_type=name, object_id__in=rows.values("public_id"))
    keys = list(sites.values_list("key", flat=True))
    found |= Q(object_type__in=SAYS_ITS_SITE, details__site__in=keys)
    nameless = Q(patient=None, object_id=None) & ~Q(object_type__in=SAYS_ITS_SITE)
    return found | nameless & Q(actor__in=people.order_by().values("public_id"))


def audit_page(user: User, asked: Asked) -> AuditPage:
    """One page, found by the key of the row before it: the thousandth costs what the first does."""
    rows = list(audit_rows(user, asked)[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    return AuditPage(_lines(shown), shown[-1].pk if len(rows) > PER_PAGE else None)


def _lines(rows: Iterable[AuditEvent]) -> list[Line]:
    rows = list(rows)
    ids = {row.actor for row in rows} | {row.object_id for row in rows if row.object_type == "user"}
    people = User.objects.select_related("patient").in_bulk(
        [one for one in ids if one], field_name="public_id"
    )
    whom = {row.patient for row in rows if row.patient}
    patients = Patient.objects.select_related("team").in_bulk(list(whom), field_name="public_id")
    named = _names(rows, people)
    return [_line(row, people, patients, named) for row in rows]


def _names(rows: list[AuditEvent], people: dict[UUID, User]) -> dict[UUID, str]:
    """What teams, studies and staff are called. The account of a patient is not."""
    ids = [row.object_id for row in rows if row.object_id]
    return {
        **dict(CareTeam.objects.filter(public_id__in=ids).values_list("public_id", "name")),
        **dict(Study.objects.filter(public_id__in=ids).values_list("public_id", "title")),
        **{key: one.name for key, one in people.items() if not hasattr(one, "patient")},
    }


def _line(
    row: AuditEvent, people: dict[UUID, User], patients: dict[UUID, Patient], named: dict[UUID, str]
) -> Line:
    who = people.get(row.actor) if row.actor else None
    is_patient = who is not None and hasattr(who, "patient")
    role = row.details.get("role", "")
    return Line(
        at=row.at,
        who=None if is_patient else who,
        by_patient=is_patient,
        words=str(AuditAction(row.action).label) if row.action in AuditAction.values else _("something else"),
        patient=patients.get(row.patient) if row.patient else None,
        what=named.get(row.object_id, "") if row.object_id else "",
        role=str(Role(role).label) if role in Role.values else "",
    )
