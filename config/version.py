"""Which version of the software this is: ``python -m config.version``. It is said once, in ``pyproject.toml``."""

import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version() -> str:
    """The version of the code at hand, such as ``0.2.0``."""
    found: str = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{version()}\n")
