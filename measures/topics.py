"""What instruments are for: the shelves of the catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from measures.language import marked

FILE = Path(__file__).parent / "topics.toml"
OTHER = marked("Other")


def topics() -> tuple[str, ...]:
    """The titles in the order of the catalogue; ``OTHER`` comes last."""
    return (*dict.fromkeys(_by_key().values()), OTHER)


def topic_of(key: str) -> str:
    """The title under which an instrument stands, ``OTHER`` when the file does not name it."""
    return _by_key().get(key, OTHER)


@cache
def _by_key() -> dict[str, str]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["topics"]
    return {key: row["title"] for row in rows for key in row["instruments"]}
