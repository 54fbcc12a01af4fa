"""The protocols that are installed: the current ones by key, and what they superseded by key and version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tracking.rules.protocol.reading import load
from tracking.rules.protocol.records import Protocol

FOLDER = Path(__file__).parents[2] / "protocols"
SUPERSEDED = FOLDER / "superseded"


def get(key: str) -> Protocol:
    """The current protocol of this key. Raises ``KeyError`` when there is none, ``DefinitionError``."""
    if key not in keys():
        raise KeyError(key)
    return _load(FOLDER / f"{key}.toml")


def find(key: str, version: str = "") -> Protocol | None:
    """The protocol of this key in this version, the current one where none is named; or nothing: an imported
    episode may name one that has no file."""
    if key not in keys():
        return None
    current = get(key)
    if version in ("", current.version):
        return current
    return _load(SUPERSEDED / f"{key}-{version}.toml") if version in superseded(key) else None


@cache
def keys() -> tuple[str, ...]:
    """The keys of all protocols, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def superseded(key: str) -> tuple[str, ...]:
    """The versions of a protocol that an episode may still run by, sorted."""
    return tuple(sorted(path.stem.removeprefix(f"{key}-") for path in SUPERSEDED.glob(f"{key}-[0-9]*.toml")))


def all_protocols() -> tuple[Protocol, ...]:
    """Every current protocol, by key."""
    return tuple(get(key) for key in keys())


@cache
def _load(path: Path) -> Protocol:
    return load(path)
