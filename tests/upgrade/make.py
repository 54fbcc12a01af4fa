"""``python -m tests.upgrade.make FOLDER``: the database of this version on both engines, for the versions after it.

Each engine has a process of its own, as its settings are read once.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from tests.deployment import OF_MAIL
from tests.servers import postgres, redis, short_folder

WRITE = "import sys, django; django.setup(); from tests.upgrade.writing import write; write(sys.argv[1])"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with postgres() as database, redis() as broker:
        for servers in ({}, {"DATABASE_URL": database, "REDIS_URL": broker}):
            with short_folder("tlup") as var:
                environment = os.environ | keys() | servers | {"THROUGHLINE_VAR": str(var)}
                subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, env=environment)


def keys() -> dict[str, str]:
    return OF_MAIL | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "localhost,testserver",
        "BASE_URL": "http://localhost",
        "SECURE_TLS": "false",
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
