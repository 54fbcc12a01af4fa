"""How long a site keeps what it holds, and a person who asks that it be erased."""

from __future__ import annotations

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.patients import nameless
from tracking.actions import erasures, people, retention
from tracking.models import Patient
from tracking.vocabulary import AuditAction

DECIDED = "~Erasure:approved,decided_at,decided_by +AuditEvent"


@deed(
    retention.set_retention,
    Note(AuditAction.SET_RETENTION),
    writes="+RetentionRule +AuditEvent",
    twice=Twice.ADDS,
    of_site=True,
)
def how_long(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.administrator,
        "site": clinic.site,
        "holding": "record",
        "years": 10,
        "law": "§ 630f BGB",
    }


def untreated(clinic: Clinic) -> Patient:
    return people.enrol_patient(**nameless(clinic))


@deed(
    erasures.ask_erasure,
    Note(AuditAction.ASK_ERASURE, patient="patient"),
    writes="+Erasure +AuditEvent",
    twice=Twice.REFUSED,
)
def asked_to_be_erased(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": untreated(clinic)}


@deed(
    erasures.decide_erasure,
    Note(AuditAction.APPROVE_ERASURE, of="row", patient="row.patient"),
    writes=DECIDED,
    twice=Twice.REFUSED,
)
def erasure_approved(clinic: Clinic) -> Arguments:
    row = erasures.ask_erasure(by=clinic.lead, patient=untreated(clinic))
    return {"by": clinic.colleague, "row": row, "approve": True}


@deed(
    erasures.decide_erasure,
    Note(AuditAction.REFUSE_ERASURE, of="row", patient="row.patient"),
    writes=DECIDED,
    twice=Twice.REFUSED,
)
def erasure_refused(clinic: Clinic) -> Arguments:
    return erasure_approved(clinic) | {"approve": False}
