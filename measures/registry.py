"""The instruments that ship, found by reading the folder: ``instruments/<key>/<version>.toml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from measures.errors import DefinitionError, UnknownInstrument
from measures.instrument import Instrument
from measures.loader import load

FOLDER = Path(__file__).parent / "instruments"


def get(key: str, version: str | None = None) -> Instrument:
    """One instrument; its latest version when none is named.

    Raises ``UnknownInstrument``; ``DefinitionError`` when its file is not sound.
    """
    found = _versions().get(key)
    if not found:
        raise UnknownInstrument(f"no instrument {key!r}; known: {', '.join(keys())}")
    if version is not None and version not in found:
        raise UnknownInstrument(f"{key} has no version {version!r}; known: {', '.join(found)}")
    return _load(key, version or found[-1])


def keys() -> tuple[str, ...]:
    """The keys of all instruments, sorted."""
    return tuple(_versions())


def versions(key: str) -> tuple[str, ...]:
    """The versions of one instrument, oldest first, in natural order (2 before 10).

    Raises ``UnknownInstrument``.
    """
    return _versions()[get(key).key]


def all_latest() -> tuple[Instrument, ...]:
    """The latest version of every instrument, by key."""
    return tuple(get(key) for key in keys())


@cache
def _versions() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*/*.toml")):
        found.setdefault(path.parent.name, []).append(path.stem)
    return {key: tuple(sorted(names, key=_natural)) for key, names in sorted(found.items())}


@cache
def _load(key: str, version: str) -> Instrument:
    path = FOLDER / key / f"{version}.toml"
    instrument = load(path)
    if (instrument.key, instrument.version) != (key, version):
        raise DefinitionError(str(path), "key, version", f"must be {key!r} and {version!r}, as the path says")
    return instrument


def _natural(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part]
