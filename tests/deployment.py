"""Checks that need settings of their own: migrations are complete, production settings are safe.

``python -m tests.deployment`` runs Django's own checks on the settings as a clinic would have them.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from cryptography.fernet import Fernet

from tests.servers import short_folder

OF_MAIL = {
    "EMAIL_URL": "smtp://mail.example:25",
    "DEFAULT_FROM_EMAIL": "clinic@throughline.example",
    "ALERT_RECIPIENTS": "on-call@throughline.example",
}
CLINIC = OF_MAIL | {
    "DATABASE_URL": "postgresql://throughline:not-used@127.0.0.1/throughline",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "throughline.example",
    "BASE_URL": "https://throughline.example",
    "TRUSTED_PROXIES": "1",
}


def manage(*arguments: str, **environment: str) -> int:
    print("manage.py", *arguments, flush=True)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=os.environ | environment).returncode


def main() -> int:
    with short_folder("tlvar") as folder:
        migrations = manage("makemigrations", "--check", "--dry-run", THROUGHLINE_VAR=str(folder))
        deploy = manage("check", "--deploy", "--fail-level", "WARNING", THROUGHLINE_VAR=str(folder), **CLINIC)
    return migrations or deploy


if __name__ == "__main__":
    sys.exit(main())
