"""The database itself refuses to change what was recorded."""

import uuid
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.db import IntegrityError, connection, transaction

from tracking import migrations
from tracking.models import AuditEvent

TABLES = [
    table
    for module in iter_modules(migrations.__path__)
    for table in getattr(import_module(f"{migrations.__name__}.{module.name}"), "TABLES", [])
]

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
        # SQLite has no TRUNCATE; this is what it optimises to.
        statement = "DELETE FROM tracking_auditevent WHERE 1"
    else:
        statement = "TRUNCATE tracking_auditevent CASCADE"
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("table", TABLES)
def test_every_guarded_table_has_its_triggers(table: str) -> None:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], [table])
        names = [name for (name,) in cursor.fetchall()]
    assert len([name for name in names if name.startswith(f"{table}_no_")]) == 2
