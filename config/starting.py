"""What each process asks before it takes on any work."""

import logging
from importlib import import_module

from django.db import OperationalError, connection

log = logging.getLogger(__name__)


def refuse_wrong_keys() -> None:
    """Raises ``WrongFieldKey`` where ``FIELD_KEYS`` are not those of the database.

    A database that does not answer yet is no reason not to start: the keys are asked for again before the first value
    is encrypted. The connection is closed: a process that forks must not hand it on.
    """
    try:
        import_module("tracking.actions.field_keys").confirm_field_keys()  # Django is set up by now
    except OperationalError:
        log.warning("the database does not answer: FIELD_KEYS are checked before anything is encrypted")
    finally:
        connection.close()


def keep_contacts() -> None:
    """Whom patients can call is on the disk of each machine from the start on: it may have been saved on another."""
    try:
        import_module("tracking.actions.contacts_on_disk").keep_contacts_on_disk()
    finally:
        connection.close()
