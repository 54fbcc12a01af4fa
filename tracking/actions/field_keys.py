"""The keys of the encrypted fields: told from wrong ones before anything is stored."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import Error as DatabaseError
from django.db import transaction

from tracking.fields import WrongFieldKey, check_value
from tracking.models import FieldKey
from tracking.queries.field_keys import fault_of_keys, is_anything_stored, keys_are_kept

CONFIRMED_FOR = 10  # seconds: so much later the last process notices that a key was retired

_confirmed: tuple[tuple[str, ...], float] = ((), 0.0)


def confirm_field_keys() -> None:
    """Raises ``WrongFieldKey`` unless ``FIELD_KEYS`` are those of this database. The newest is put on record when it is
    not yet: at the first start, and when a key is added."""
    if not keys_are_kept():
        return
    if fault := fault_of_keys():
        raise WrongFieldKey(fault)
    if not FieldKey.objects.filter(check_value=check_value(settings.FIELD_KEYS[0])).exists():
        _record()


def confirm_before_writing() -> None:
    """The same, asked now and then by each process that encrypts, whichever way it was started."""
    global _confirmed
    keys, now = tuple(settings.FIELD_KEYS), time.monotonic()
    if _confirmed[0] == keys and now < _confirmed[1]:
        return
    confirm_field_keys()
    _confirmed = (keys, now + CONFIRMED_FOR)


def check_field_keys(**_: object) -> list[CheckMessage]:
    """For ``manage.py check``, and so for each command that runs it first. Says nothing of a database that does not
    answer: that is another fault, and some commands need none."""
    try:
        fault = fault_of_keys() if keys_are_kept() else ""
    except DatabaseError:
        return []
    return [Error(fault, id="tracking.E002")] if fault else []


def confirm_after_migrating(**_: object) -> None:
    confirm_field_keys()


@transaction.atomic
def _record() -> None:
    """Where keys were in use before any was on record, each that is given may be needed."""
    is_first = not FieldKey.objects.exists()
    keys = settings.FIELD_KEYS if is_first and is_anything_stored() else settings.FIELD_KEYS[:1]
    for key in reversed(keys):
        FieldKey.objects.get_or_create(check_value=check_value(key))
