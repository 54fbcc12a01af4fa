"""Audit and read log."""

from collections.abc import Iterable

from django.db import models

from tracking.models import AuditEvent, Patient, ReadEvent, User
from tracking.vocabulary import AuditAction, ReadPage


def record(
    *,
    by: User | None,
    action: AuditAction,
    target: models.Model,
    patient: Patient | None = None,
    **details: object,
) -> None:
    """Writes one audit event. Call it inside the transaction of the write it tells of.

    ``details`` hold names and states, never an answer, a score or free text.
    """
    event(by=by, action=action, target=target, patient=patient, **details).save()


def event(
    *,
    by: User | None,
    action: AuditAction,
    target: models.Model,
    patient: Patient | None = None,
    **details: object,
) -> AuditEvent:
    """The same, not yet stored: for a writer of many rows at once, which stores it in its transaction."""
    return AuditEvent(
        actor=by.public_id if by else None,
        action=action,
        object_type=str(target._meta.model_name),
        object_id=getattr(target, "public_id", None),
        patient=patient.public_id if patient else None,
        details=details,
    )


def record_read(*, by: User, patient: Patient, page: ReadPage) -> None:
    """Says that ``by`` is about to see ``patient`` on ``page``. Call it before anything is shown."""
    ReadEvent.objects.create(actor=by.public_id, patient=patient.public_id, page=page)


def record_reads(*, by: User, patients: Iterable[Patient], page: ReadPage) -> None:
    """The same for everybody on a page of a list."""
    ReadEvent.objects.bulk_create(
        ReadEvent(actor=by.public_id, patient=patient.public_id, page=page) for patient in patients
    )
