"""Writes a backup that its own server cannot read: encrypted by age to public keys, whose secret keys are elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tracking.errors import CommandRefused
from tracking.queries.backups import LastBackup, record_path
from tracking.queries.snapshots import standing_still, tables_of
from tracking.rules.backups import Chunks, Header, Sums, written

BEGINS = b"age-encryption.org/v1\n"
OWNER_ONLY = 0o600


def back_up(*, folder: Path, recipients: Sequence[str], now: datetime) -> LastBackup:
    """A backup of this moment in the folder, verified after it was written. Raises ``CommandRefused`` without a
    public key to encrypt to, and when the disk does not give back what was written to it."""
    keys = [_recipient(text) for text in recipients]
    if not keys:
        raise CommandRefused("nobody could read it: name a public key of age, or set BACKUP_RECIPIENTS")
    path = folder / f"throughline-{now:%Y%m%dT%H%M%SZ}.age"
    part, sums = path.with_suffix(".part"), Sums()
    try:
        said = _write(part, keys, _header(now), sums)
        _verify(part, said)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    made = LastBackup(
        made_at=now,
        file=str(path),
        size=path.stat().st_size,
        sha256=said,
        rows=sum(int(str(one["rows"])) for one in sums.values()),
    )
    _record(made)
    return made


def _recipient(text: str) -> pyrage.x25519.Recipient:
    if text.upper().startswith("AGE-SECRET-KEY"):
        raise CommandRefused(
            "that is a secret key, which must not be on this server. Give the public one, age1…"
        )
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise CommandRefused(f"{text} is no public key of age (age1…)") from None


def _header(now: datetime) -> Header:
    applied = MigrationRecorder(connection).applied_migrations()
    return Header(now.isoformat(), settings.VERSION, connection.vendor, [list(key) for key in applied])


class _Hashed:
    """A file that knows the hash of what was written to it."""

    def __init__(self, path: Path) -> None:
        self.total = hashlib.sha256()
        self.file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb")

    def write(self, data: bytes) -> int:
        self.total.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def _write(part: Path, keys: list[pyrage.x25519.Recipient], header: Header, sums: Sums) -> str:
    hashed = _Hashed(part)
    with hashed.file, standing_still() as source:
        pyrage.encrypt_io(Chunks(written(header, tables_of(source), sums)), hashed, keys)
        hashed.file.flush()
        os.fsync(hashed.file.fileno())
    return hashed.total.hexdigest()


def _verify(part: Path, said: str) -> None:
    """What stands on the disk is what was encrypted. Whether it opens only its secret key can tell."""
    with part.open("rb") as file:
        begins = file.read(len(BEGINS)) == BEGINS
        file.seek(0)
        if not begins or hashlib.file_digest(file, "sha256").hexdigest() != said:
            raise CommandRefused("what stands on the disk is not what was written: no backup was made")


def _record(made: LastBackup) -> None:
    path = record_path()
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(asdict(made) | {"made_at": made.made_at.isoformat()}) + "\n")
    draft.rename(path)
