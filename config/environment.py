"""What the environment says, and the keys that a first start makes for itself.

Everything that differs between a laptop and a clinic is an environment variable, or stands in the file that the
variable with ``_FILE`` after its name names. Keys come from there in production; the embedded default makes them once
and keeps them in ``var/keys.json``, readable by the owner alone.
"""

import contextlib
import json
import os
import secrets
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()

BASE = Path(__file__).resolve().parent.parent
VAR = Path(env.str("THROUGHLINE_VAR", default=str(BASE / "var")))
EMBEDDED = not env.str("DATABASE_URL", default="")


def private_folder(name: str) -> Path:
    """A folder below ``var`` that only the owner may enter."""
    folder = VAR / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def embedded_keys() -> dict[str, str]:
    """The keys of the embedded default, made at the first call. Two starts at once agree on one file."""
    path = private_folder(".") / "keys.json"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(
            json.dumps({"secret": secrets.token_urlsafe(64), "field": Fernet.generate_key().decode()})
        )
        draft.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def key(variable: str, embedded_name: str) -> str:
    """A key from the environment; the embedded default falls back on its own, production never does."""
    value = word(variable)
    if value:
        return value
    if not EMBEDDED:
        raise ImproperlyConfigured(f"{variable} is not set. With DATABASE_URL every key must be given.")
    return embedded_keys()[embedded_name]


def word(variable: str) -> str:
    """What stands there, without the end of its line: an editor leaves one in a file."""
    given: str = env.str(variable, default="")
    return given.strip()


def listed(variable: str) -> list[str]:
    """What stands there between commas."""
    given: list[str] = env.list(variable, default=[])
    return [each.strip() for each in given if each.strip()]


def count(variable: str, default: int) -> int:
    """A whole number from the environment, 0 or more. Raises ``ImproperlyConfigured`` naming the variable."""
    given: str = env.str(variable, default="").strip() or str(default)
    if not (given.isascii() and given.isdigit()):
        raise ImproperlyConfigured(f"{variable} is {given!r}: give a whole number, 0 or more.")
    return int(given)
