"""From a stored instrument key to its definition, shipped or declared by a study."""

from __future__ import annotations

import json
from functools import lru_cache

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.loader import instrument_from
from tracking.models import DeclaredScale, Study

SCORE_ONLY = "score-only"
SHIPPED = frozenset(registry.keys())


def instrument_of(key: str, version: str | None = None, study: Study | None = None) -> Instrument:
    """The instrument, or what the study declared of a scale that has none. Raises ``UnknownInstrument``."""
    if version != SCORE_ONLY and (version is not None or key in SHIPPED):
        return registry.get(key, version)
    declared = DeclaredScale.objects.filter(study=study, key=key).first()
    if declared is None:
        raise UnknownInstrument(f"{key} is not declared in this study")
    return _read(json.dumps(declared.definition, sort_keys=True), key)


@lru_cache(maxsize=256)
def _read(definition: str, key: str) -> Instrument:
    """Reading a definition checks all of it; the same text is read once."""
    return instrument_from(json.loads(definition), f"declared scale {key}")


class Shelf:
    """Instruments looked up for one page: each declared scale is read from the database once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None, int | None], Instrument] = {}

    def get(self, key: str, version: str | None = None, study: Study | None = None) -> Instrument:
        place = (key, version, study.pk if study else None)
        if place not in self._known:
            self._known[place] = instrument_of(key, version, study)
        return self._known[place]
