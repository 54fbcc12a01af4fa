"""A backup is for whom it is encrypted to, says what is wrong with it, and holds nothing that lets somebody in."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from tracking import clock
from tracking.actions import backups
from tracking.actions.backups import back_up
from tracking.actions.restores import identities_in, look_into, restore
from tracking.errors import CommandRefused
from tracking.queries.backups import last_backup, record_path
from tracking.queries.snapshots import LEFT_OUT
from tracking.rules.backups import Header, Table, written

HEADER = Header("2026-11-30T22:00:00+00:00", "0.2.0", "sqlite", [["tracking", "0001_initial"]])
SECRET = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()

# Columns of what is carried whose names sound like a way in, each with why it is none.
HARMLESS = {
    "tracking_user.password": "a hash of Argon2, which signing in after a restore needs",
    "mfa_authenticator.data": "the second factor itself: without it nobody could sign in after a restore",
    "tracking_sittinglink.token_hash": "a hash of 256 random bits, which nobody turns back",
    "tracking_fieldkey.check_value": "tells a key from another, and nothing of it",
}
SOUNDS_LIKE = re.compile(r"token|secret|session_key|password|digest_of_key|check_value|^data$|private")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.BACKUPS = tmp_path
    return tmp_path


def sealed(folder: Path, header: Header = HEADER, *tables: Table) -> Path:
    file = folder / "made.age"
    found = tables or (Table("tracking_site", ["id", "name"], iter([[1, "North"], [2, "Süd ✓"]])),)
    file.write_bytes(pyrage.encrypt(b"".join(written(header, found, {})), [SECRET.to_public()]))
    return file


def test_all_of_it_is_read_before_anything_is_said(folder: Path) -> None:
    header, sums = look_into(file=sealed(folder), identities=[OTHER, SECRET])
    assert header == HEADER
    assert [(name, one["rows"]) for name, one in sums.items()] == [("tracking_site", 2)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda content: content[:-7], "made.age cannot be restored: it is cut short or changed"),
        (lambda content: content[:-40] + b"?" + content[-39:], "it is cut short or changed"),
        (lambda content: b"nothing of ours", "does not open with this key, or is no backup"),
        (lambda content: b"", "does not open with this key, or is no backup"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(folder: Path, spoil: Any, said: str) -> None:
    file = sealed(folder)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(CommandRefused, match=re.escape(said)):
        look_into(file=file, identities=[SECRET])


def test_another_key_and_no_file_are_told(folder: Path) -> None:
    with pytest.raises(CommandRefused, match="made.age does not open with this key"):
        look_into(file=sealed(folder), identities=[OTHER])
    with pytest.raises(CommandRefused, match="gone.age is not there"):
        look_into(file=folder / "gone.age", identities=[SECRET])


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"plain words", "it is no backup of Throughline, or it is damaged"),
        (b"".join(written(HEADER, [], {}))[:-30], "it is cut short: its end is missing"),
    ],
)
def test_what_is_inside_must_be_whole_too(folder: Path, packed: bytes, said: str) -> None:
    file = folder / "made.age"
    file.write_bytes(pyrage.encrypt(packed, [SECRET.to_public()]))
    with pytest.raises(CommandRefused, match=said):
        look_into(file=file, identities=[SECRET])


def test_a_line_that_was_taken_out_is_noticed(folder: Path) -> None:
    import zlib

    lines = zlib.decompress(
        b"".join(written(HEADER, [Table("t", ["id"], iter([[1], [2]]))], {})), wbits=31
    ).splitlines(keepends=True)
    file = folder / "made.age"
    pack = zlib.compressobj(wbits=31)
    less = pack.compress(b"".join(lines[:2] + lines[3:])) + pack.flush()
    file.write_bytes(pyrage.encrypt(less, [SECRET.to_public()]))
    with pytest.raises(CommandRefused, match="what it holds is not what its end says"):
        look_into(file=file, identities=[SECRET])


def test_a_later_version_is_named(folder: Path) -> None:
    odd = Header(HEADER.made_at, "9.0.0", connection.vendor, [["tracking", "0999_later"]])
    with pytest.raises(CommandRefused, match="made by version 9.0.0, which knows tracking.0999_later"):
        restore(file=sealed(folder, odd), identities=[SECRET], replace=True)
    other = Header(HEADER.made_at, "0.2.0", "oracle", [])
    with pytest.raises(CommandRefused, match=f"was made on oracle, and this database is {connection.vendor}"):
        restore(file=sealed(folder, other), identities=[SECRET], replace=True)
    unknown = Header(HEADER.made_at, "9.0.0", connection.vendor, [], 2)
    with pytest.raises(CommandRefused, match="its format 2 is not known to this version"):
        restore(file=sealed(folder, unknown), identities=[SECRET], replace=True)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ([], "nobody could read it: name a public key of age, or set BACKUP_RECIPIENTS"),
        ([str(SECRET)], "that is a secret key, which must not be on this server"),
        (["age1nobody"], "age1nobody is no public key of age"),
    ],
)
def test_it_is_written_to_public_keys_alone(folder: Path, to: list[str], said: str) -> None:
    with pytest.raises(CommandRefused, match=said):
        back_up(folder=folder, recipients=to, now=clock.now())
    assert list(folder.iterdir()) == []


def test_a_disk_that_gives_back_something_else_leaves_no_backup(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(part: Path, *given: object) -> str:
        part.write_bytes(b"age-encryption.org/v1\n and something else")
        return "0" * 64

    monkeypatch.setattr(backups, "_write", spoilt)
    monkeypatch.setattr(backups, "_header", lambda now: HEADER)
    with pytest.raises(CommandRefused, match="is not what was written: no backup was made"):
        back_up(folder=folder, recipients=[str(SECRET.to_public())], now=clock.now())
    assert list(folder.iterdir()) == []
    with pytest.raises(CommandError, match="no public key"):
        call_command("backup", str(folder), to=["age1"])


def test_identities_are_read_as_age_writes_them() -> None:
    assert len(identities_in(f"# created: today\n# public key: age1\n{SECRET}\n\n{OTHER}\n")) == 2
    with pytest.raises(CommandRefused, match="is no file with a secret key"):
        identities_in(str(SECRET.to_public()))
    with pytest.raises(CommandRefused, match="holds no secret key"):
        identities_in("# nothing\n")


def test_the_last_one_is_known_with_its_time_zone(folder: Path) -> None:
    assert last_backup() is None
    said = {"made_at": "2026-11-30T22:00:00+00:00", "file": "x.age", "size": 1, "sha256": "00", "rows": 3}
    record_path().write_text(json.dumps(said))
    assert last_backup().made_at == datetime(2026, 11, 30, 22, tzinfo=UTC)
    record_path().write_text("{")
    assert last_backup() is None


def test_what_sounds_like_a_way_in_is_left_out_or_was_judged() -> None:
    """A new table with a token in it must not get into backups because nobody thought of them."""
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in LEFT_OUT
        for field in model._meta.local_concrete_fields
        if SOUNDS_LIKE.search(str(field.column))
    }
    assert found == set(HARMLESS)
