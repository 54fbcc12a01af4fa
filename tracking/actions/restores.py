"""Puts a backup back: all of it or nothing, and never over what is there unless somebody says so.

The whole file is read once before anything is touched: a wrong key, a file that was cut short, or one of a later
version changes nothing. Then the database is built anew and read again; ``rebuilding`` knows how, on each engine.
"""

from __future__ import annotations

from pathlib import Path

import pyrage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tracking.actions.rebuilding import rebuilt
from tracking.errors import CommandRefused
from tracking.queries.snapshots import LEFT_OUT, quoted
from tracking.rules.backups import Damaged, Header, Receiver, Row, Sums, Unpacked

MADE_BY_MIGRATING = {"django_content_type", "auth_permission", "tracking_fieldkey", *LEFT_OUT}
Identities = list[pyrage.x25519.Identity]


class Looking:
    """Takes nothing in: what a backup is, and whether it is whole."""

    header: Header

    def begin(self, header: Header) -> None:
        self.header = header

    def table(self, name: str, columns: list[str]) -> None: ...

    def row(self, row: Row) -> None: ...


def identities_in(text: str) -> Identities:
    """The secret keys of a file as ``age-keygen`` writes it. Raises ``CommandRefused`` for any other."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        raise CommandRefused("that is no file with a secret key of age (AGE-SECRET-KEY-…)") from None
    if not found:
        raise CommandRefused("the file of the identity holds no secret key of age (AGE-SECRET-KEY-…)")
    return found


def look_into(*, file: Path, identities: Identities) -> tuple[Header, Sums]:
    """What a backup is and what it comes to, after all of it was read. Raises ``CommandRefused``, which says what is
    wrong with it."""
    looking = Looking()
    sums = _read(file, identities, looking)
    return looking.header, sums


def restore(*, file: Path, identities: Identities, replace: bool) -> tuple[Header, Sums]:
    """Puts the database of the backup in the place of this one. Raises ``CommandRefused`` where something is there
    and ``replace`` was not said, and for a file that cannot be restored; nothing is changed then."""
    header, sums = look_into(file=file, identities=identities)
    if header.engine != connection.vendor:
        raise CommandRefused(
            f"{file.name} was made on {header.engine}, and this database is {connection.vendor}"
        )
    _check_known(file, header)
    if not replace and is_anything_there():
        raise CommandRefused("there is something in this database already: say --replace to lose it")
    with rebuilt() as taking:
        if not _read(file, identities, taking) == taking.sums() == sums:
            raise CommandRefused("what was written is not what was read: nothing was restored")
    return header, sums


def is_anything_there() -> bool:
    """Whether any table holds a row that ``migrate`` has not put there."""
    with connection.cursor() as cursor:
        for name in set(connection.introspection.table_names()) - MADE_BY_MIGRATING:
            cursor.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1")  # noqa: S608 (our own names)
            if cursor.fetchone():
                return True
    return False


def _read(file: Path, identities: Identities, receiver: Receiver) -> Sums:
    unpacked = Unpacked(receiver)
    try:
        with file.open("rb") as sealed:
            pyrage.decrypt_io(sealed, unpacked, identities)
        unpacked.finish()
    except FileNotFoundError:
        raise CommandRefused(f"{file.name} is not there") from None
    except pyrage.DecryptError:
        raise CommandRefused(f"{file.name} does not open with this key, or is no backup") from None
    except Damaged as error:
        raise CommandRefused(f"{file.name} cannot be restored: {error}") from None
    except OSError:
        raise CommandRefused(f"{file.name} cannot be restored: it is cut short or changed") from None
    return unpacked.sums


def _check_known(file: Path, header: Header) -> None:
    known = MigrationLoader(None).disk_migrations
    later = [f"{app}.{name}" for app, name in header.migrations if (app, name) not in known]
    if later:
        why = f"it was made by version {header.version}, which knows {later[0]}: install that version first"
        raise CommandRefused(f"{file.name} cannot be restored: {why}")
