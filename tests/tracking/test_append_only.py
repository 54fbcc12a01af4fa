"""The database itself refuses to change what was recorded."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from tracking.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent.objects.create(action="look", object_type="patient", object_id=uuid.uuid4())


def test_update_is_refused(event: AuditEvent) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(action="nothing")
    event.refresh_from_db()
    assert event.action == "look"


def test_delete_is_refused(event: AuditEvent) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.delete()
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE tracking_auditevent SET action='x'", "DELETE FROM tracking_auditevent"]
)
def test_raw_sql_is_refused(event: AuditEvent, statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.get().action == "look"


def test_truncate_is_refused(event: AuditEvent) -> None:
    if connection.vendor == "sqlite":
        statement = (
            "DELETE FROM tracking_auditevent WHERE 1"  # SQLite has no TRUNCATE; this is what it optimises to
        )
    else:
        statement = "TRUNCATE tracking_auditevent CASCADE"
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 1
