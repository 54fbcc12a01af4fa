"""A person's own copy: all that is held about somebody, every field for machines, and the course of it to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, Model
from django.utils.translation import gettext as _

from measures.language import marked
from tracking import clock
from tracking.fields import Unreadable
from tracking.models import (
    Assessment,
    MedicationCourse,
    OutboxMail,
    Patient,
    PatientIdentity,
    ResearchConsent,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.privacy import Privacy
from tracking.queries.alerts import AlertLine, alert_lines, alerts_about
from tracking.queries.assessments import AssessmentView, assessment_view
from tracking.queries.holdings import rows_about
from tracking.queries.own_looks import OwnLook, looks_at

OF_TWO = marked("whether two records are of one person: it speaks of somebody else, too")
# Tables about a person that are not in the copy, each with what the copy says of it.
TABLES_LEFT_OUT = {
    "tracking.EntryDraft": marked(
        "forms that somebody has begun and not submitted: they are no part of the record"
    ),
    "tracking.PossibleDuplicate": OF_TWO,
    "tracking.RecordMove": OF_TWO,
    "tracking.OddLook": marked(
        "which looks the privacy officer asks about: every look itself is in the copy"
    ),
    "tracking.EpisodeMark": marked(
        "what the machine has yet to compute: it holds no more than numbers of its own"
    ),
}
OPENS = marked("whatever opens a door: passwords, second factors, tokens, and links to questions")
OF_STAFF = marked("addresses of mail that went to the staff")
OF_OTHERS = marked(
    "the name of whoever opened the record in an emergency: the clinic tells it when it is asked"
)
FIELDS_LEFT_OUT = {
    "tracking.User": {"password": OPENS},
    "tracking.SittingLink": {"token_hash": OPENS},
    "tracking.OutboxMail": {"body": OPENS, "to": OF_STAFF},
    "tracking.BreakGlass": {"user": OF_OTHERS},
    "mfa.Authenticator": {"data": OPENS},
    "knox.AuthToken": {"digest": OPENS, "token_key": OPENS},
    "account.EmailConfirmation": {"key": OPENS},
}
OWN_WORDS = {"tracking.DraftAnswers"}  # free text that the person has written, not the staff
UNREADABLE = marked("cannot be read with the keys at hand")
Table = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OfEpisode:
    """One treatment: both of its arms, and what was answered."""

    episode: TreatmentEpisode
    medications: list[MedicationCourse]
    sessions: list[TreatmentSession]
    answered: list[AssessmentView]


@dataclass(frozen=True, slots=True)
class Copy:
    """``withheld``: why the words of the staff are not in it; empty where they are. ``tables``: every field."""

    patient: Patient
    identity: PatientIdentity | None
    made_at: datetime
    withheld: str
    left_out: list[str]
    statements: list[ResearchConsent]
    treatments: list[OfEpisode]
    alerts: list[AlertLine]
    looked: list[OwnLook]
    mails: list[OutboxMail]
    tables: dict[str, Table]

    @property
    def for_machines(self) -> dict[str, Any]:
        return {
            "study_code": self.patient.study_code,
            "made_at": self.made_at,
            "left_out": self.left_out,
            "tables": self.tables,
        }


def copy_of(patient: Patient, *, withheld: str = "") -> Copy:
    """All that is held about this person at this moment, in the language that is set. ``withheld``: the reason why what
    the staff wrote in their own words is left out."""
    names = dict(User.objects.values_list("pk", "name"))
    rows = rows_about(patient)
    people = rows[Patient].values("pk")
    tables = {
        model._meta.label_lower: [dict(_cells(row, names, bool(withheld))) for row in found.iterator(500)]
        for model, found in rows.items()
        if model._meta.label not in TABLES_LEFT_OUT
    }
    left_out = dict.fromkeys([*TABLES_LEFT_OUT.values(), OPENS, OF_STAFF, OF_OTHERS])
    return Copy(
        patient=patient,
        identity=PatientIdentity.objects.filter(patient=patient).first(),
        made_at=clock.now(),
        withheld=withheld,
        left_out=[_(reason) for reason in left_out],
        statements=list(ResearchConsent.objects.said_by(patient)),
        treatments=[
            _treatment(one) for one in TreatmentEpisode.objects.filter(patient=patient).order_by("starts_on")
        ],
        alerts=_alerts(patient),
        looked=looks_at(patient),
        mails=list(OutboxMail.objects.filter(patient__in=people).order_by("pk")),
        tables={name: table for name, table in sorted(tables.items()) if table},
    )


def _cells(row: Model, names: dict[int, str], is_withheld: bool) -> Iterator[tuple[str, Any]]:
    label = row._meta.label
    privacy = {} if label in OWN_WORDS else getattr(row, "privacy", {})
    for field in row._meta.concrete_fields:
        if field.name in FIELDS_LEFT_OUT.get(label, {}):
            continue
        if not (is_withheld and privacy.get(field.name) == Privacy.FREE_TEXT):
            yield field.name, _cell(row, field, names)


def _cell(row: Model, field: Field[Any, Any], names: dict[int, str]) -> Any:
    """People by name, other rows by the number under which they stand in their own table."""
    value = getattr(row, field.attname)
    if isinstance(value, Unreadable):
        return _(UNREADABLE)
    return names.get(value, value) if field.related_model is User else value


def _treatment(episode: TreatmentEpisode) -> OfEpisode:
    return OfEpisode(
        episode=episode,
        medications=list(episode.medications.standing().prefetch_related("dose_changes").order_by("pk")),
        sessions=list(episode.sessions.standing().prefetch_related("doses").order_by("starts_at")),
        answered=list(_answered(episode)),
    )


def _answered(episode: TreatmentEpisode) -> Iterator[AssessmentView]:
    """The versions that count now: what was corrected is among the tables."""
    rows = Assessment.objects.filter(episode=episode)
    last = rows.filter(superseded_by=None).select_related(
        "episode__study", "episode__patient__team__site", "rater"
    )
    for one in last.prefetch_related("scores", "outcomes").order_by("assessed_on", "pk"):
        yield assessment_view(one, rows)


def _alerts(patient: Patient) -> list[AlertLine]:
    return alert_lines(alerts_about(patient).order_by("raised_at", "pk"))
