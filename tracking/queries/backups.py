"""What is known of the last backup: a file beside the data, because a table would come back as old as the backup."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class LastBackup:
    """``made_at``: the moment that the backup shows, with its time zone. ``sha256``, ``size``: of the file as it was
    read again after writing."""

    made_at: datetime
    file: str
    size: int
    sha256: str
    rows: int


def record_path() -> Path:
    return Path(settings.BACKUPS) / "last.json"


def last_backup() -> LastBackup | None:
    """The last one that was written and verified; ``None`` when there is none, or its record cannot be read."""
    try:
        said = json.loads(record_path().read_text())
        return LastBackup(**said | {"made_at": datetime.fromisoformat(said["made_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
