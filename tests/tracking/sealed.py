"""A record of several days that is sealed, and somebody who changes it behind the product's back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from tracking.actions.chain import seal_days
from tracking.models import AuditEvent, ReadEvent

FIRST = date(2027, 3, 1)
DAYS = 3
AFTER = datetime(2027, 3, 4, 2, tzinfo=UTC)
WHO, WHOM = uuid.UUID(int=1), uuid.UUID(int=2)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def a_record() -> None:
    """Two writes and two reads on each of three days, sealed."""
    for number in range(DAYS):
        at = noon(FIRST + timedelta(days=number))
        for minute in range(2):
            moment = at + timedelta(minutes=minute)
            AuditEvent.objects.create(
                at=moment, actor=WHO, action="look", object_type="patient", patient=WHOM
            )
            ReadEvent.objects.create(at=moment, actor=WHO, patient=WHOM, page="patient")
    seal_days(now=AFTER)


@contextmanager
def guard_disarmed() -> Iterator[None]:
    """As the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO append_only_key VALUES ('somebody')")
        yield
        cursor.execute("DELETE FROM append_only_key")


def tamper(statement: str, *values: object) -> None:
    with guard_disarmed(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1, "nothing was changed"
