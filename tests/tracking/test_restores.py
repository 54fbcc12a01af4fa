"""A backup is put back at one stroke, into a database of its own on the engine of the run."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyrage
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from django.db.migrations.loader import MigrationLoader

from config import starting
from config.celery import end_under_wrong_keys
from tests.upgrade import dumps
from tests.upgrade.kept import connected
from tracking import clock
from tracking.actions import rebuilding
from tracking.actions.backups import back_up
from tracking.actions.restores import is_anything_there, restore
from tracking.errors import CommandRefused
from tracking.models import CareTeam, FieldKey, Site, SiteContacts
from tracking.queries.backups import last_backup
from tracking.rules.backups import Header, Table, written

SECRET = pyrage.x25519.Identity.generate()

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def elsewhere(tmp_path: Path, settings: Any) -> Iterator[None]:
    """An empty database in the place of that of the tests."""
    settings.BACKUPS = tmp_path
    name = str(tmp_path / "own.sqlite3") if connection.vendor == "sqlite" else f"own_{tmp_path.name}"
    if connection.vendor != "sqlite":
        dumps.drop(name)
        dumps.on_server(f'CREATE DATABASE "{name}"')
    try:
        with connected(name):
            yield
    finally:
        if connection.vendor != "sqlite":
            dumps.drop(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup of one site, from the tables of now."""
    return made(tmp_path, site(1, "North"))


def site(pk: int, name: str) -> Table:
    fields = Site._meta.local_concrete_fields
    given = {"id": pk, "key": f"s{pk}", "name": name, "crisis_contacts": "Crisis line, 1"}
    values = [given.get(field.column, field.get_default()) for field in fields]
    return Table("tracking_site", [field.column for field in fields], iter([[*map(cell, values)]]))


def cell(value: object) -> Any:
    """As the engine itself says it."""
    if connection.vendor == "sqlite":
        return int(value) if isinstance(value, bool) else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def made(folder: Path, *tables: Table) -> Path:
    migrations = [list(key) for key in MigrationLoader(None).disk_migrations]
    header = Header("2026-11-30T22:00:00+00:00", "0.2.0", connection.vendor, migrations)
    path = folder / "made.age"
    path.write_bytes(pyrage.encrypt(b"".join(written(header, tables, {})), [SECRET.to_public()]))
    return path


def test_into_nothing_and_over_what_is_there(elsewhere: None, file: Path, tmp_path: Path) -> None:
    assert not is_anything_there()
    restore(file=file, identities=[SECRET], replace=False)
    assert Site.objects.get().name == "North"
    assert is_anything_there()
    with pytest.raises(CommandRefused, match="say --replace to lose it"):
        restore(file=file, identities=[SECRET], replace=False)
    restore(file=made(tmp_path, site(7, "South")), identities=[SECRET], replace=True)
    assert Site.objects.get().name == "South"
    assert CareTeam.objects.create(site=Site.objects.get(), name="A").pk
    assert Site.objects.create(key="new", name="New").pk == 8


def test_an_error_in_the_middle_leaves_what_was_there(
    elsewhere: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(file=file, identities=[SECRET], replace=False)
    broken = made(tmp_path, Table("tracking_careteam", ["id", "name"], iter([[cell(1), "Of no site"]])))
    with pytest.raises(CommandRefused, match="a row of tracking_careteam does not fit into its table"):
        restore(file=broken, identities=[SECRET], replace=True)
    fields = [field.column for field in SiteContacts._meta.local_concrete_fields]
    row = [{"id": cell(1), "site_id": cell(999)}.get(name, "de") for name in fields]
    of_nobody = made(tmp_path, Table("tracking_sitecontacts", fields, iter([row])))
    with pytest.raises((CommandRefused, IntegrityError)):
        restore(file=of_nobody, identities=[SECRET], replace=True)
    assert Site.objects.get().name == "North"
    monkeypatch.setattr(rebuilding.Taking, "sums", lambda self: {})
    with pytest.raises(CommandRefused, match="what was written is not what was read"):
        restore(file=made(tmp_path, site(7, "South")), identities=[SECRET], replace=True)
    assert Site.objects.get().name == "North"
    assert not list(tmp_path.glob("*.restoring*"))


def test_what_was_backed_up_comes_back(elsewhere: None, file: Path, tmp_path: Path, settings: Any) -> None:
    restore(file=file, identities=[SECRET], replace=False)
    made_now = back_up(folder=tmp_path, recipients=[str(SECRET.to_public())], now=clock.now())
    assert last_backup() == made_now
    Site.objects.update(name="Changed")
    restore(file=Path(made_now.file), identities=[SECRET], replace=True)
    assert Site.objects.get().name == "North"


def test_the_command_says_what_it_did_and_what_is_missing(
    elsewhere: None, file: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CONTACTS_FILE = tmp_path / "contacts.json"
    key, out, err = tmp_path / "key.txt", StringIO(), StringIO()
    key.write_text(str(SECRET))
    given: dict[str, Any] = {"identity": str(key), "stdout": out, "stderr": err}
    with pytest.raises(CommandError, match="Nothing was restored"):
        call_command("restore", str(file), identity=str(tmp_path / "gone.txt"))
    call_command("restore", str(file), check=True, **given)
    assert "made.age is whole: 1 rows in 1 tables, as of 2026-11-30T22:00:00+00:00" in out.getvalue()
    assert not settings.CONTACTS_FILE.exists()
    monkeypatch.setattr("tracking.management.commands.restore.fault_of_keys", lambda: "FIELD_KEYS is wrong")
    call_command("restore", str(file), **given)
    assert "made.age is restored" in out.getvalue()
    assert "FIELD_KEYS is wrong" in err.getvalue()
    assert settings.CONTACTS_FILE.exists()  # whom to call, also while the database does not answer
    with pytest.raises(CommandError, match="say --replace"):
        call_command("restore", str(file), **given)

    def refuse(**_: object) -> None:
        raise DatabaseError("must be owner of table tracking_site")

    monkeypatch.setattr("tracking.management.commands.restore.restore", refuse)
    with pytest.raises(CommandError, match="Restore as the role that owns the tables"):
        call_command("restore", str(file), **given)


def test_a_folder_that_is_not_there_is_told(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_RECIPIENTS = [str(SECRET.to_public())]
    with pytest.raises(CommandError, match="no backup was made: No such file or directory"):
        call_command("backup", str(tmp_path / "gone"))


def test_a_worker_ends_under_a_wrong_key(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "connection", SimpleNamespace(close=lambda: None))
    end_under_wrong_keys()
    assert FieldKey.objects.exists()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SystemExit, match="FIELD_KEYS is wrong"):
        end_under_wrong_keys()
