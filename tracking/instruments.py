"""From a stored instrument key to its definition, shipped or declared by a study."""

from __future__ import annotations

import json
from functools import lru_cache

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.loader import instrument_from, load_text
from tracking.models import DeclaredScale, SiteInstrument, Study

SCORE_ONLY = "score-only"
SHIPPED = frozenset(registry.keys())


def instrument_of(key: str, version: str | None = None, study: Study | None = None) -> Instrument:
    """The instrument: as the study declared it, as it ships, or as a site has published it.

    Without a version the latest. Raises ``UnknownInstrument``.
    """
    declared = _declared(key, study) if study and version in (None, SCORE_ONLY) else None
    if declared:
        return declared
    return registry.get(key, version) if key in SHIPPED else _published(key, version)


def _declared(key: str, study: Study) -> Instrument | None:
    row = DeclaredScale.objects.filter(study=study, key=key).first()
    return _read_declared(json.dumps(row.definition, sort_keys=True), key) if row else None


def _published(key: str, version: str | None) -> Instrument:
    rows = SiteInstrument.objects.filter(key=key)
    row = rows.filter(version=version).first() if version else rows.last()
    if row is None:
        raise UnknownInstrument(f"no instrument {key!r} of that version")
    return _read_published(row.definition, f"{row.key} {row.version}")


@lru_cache(maxsize=256)
def _read_declared(definition: str, key: str) -> Instrument:
    """Reading a definition checks all of it; the same text is read once."""
    return instrument_from(json.loads(definition), f"declared scale {key}")


@lru_cache(maxsize=256)
def _read_published(definition: str, name: str) -> Instrument:
    return load_text(definition, name)


class Shelf:
    """Instruments looked up for one page: each declared scale is read from the database once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None, int | None], Instrument] = {}

    def get(self, key: str, version: str | None = None, study: Study | None = None) -> Instrument:
        place = (key, version, study.pk if study else None)
        if place not in self._known:
            self._known[place] = instrument_of(key, version, study)
        return self._known[place]
