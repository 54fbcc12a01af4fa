"""From a stored instrument key to its definition: declared by a study, shipped, or published by a site."""

from __future__ import annotations

import json
from functools import lru_cache

from django.db.models import QuerySet

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.loader import instrument_from, load_text
from tracking.models import DeclaredScale, Site, SiteInstrument, Study

SCORE_ONLY = "score-only"
SHIPPED = frozenset(registry.keys())


def instrument_of(key: str, version: str | None = None, study: Study | None = None) -> Instrument:
    """The instrument: as the study declared it, as it ships, or as a site has published it.

    Without a version the latest; of a site's own the latest that is not retired, if there is one. What is
    retired is found by its version for ever. Raises ``UnknownInstrument``.
    """
    declared = _declared(key, study) if study and version in (None, SCORE_ONLY) else None
    if declared:
        return declared
    return registry.get(key, version) if _ships(key, version) else _published(key, version)


def offered(site: Site) -> list[Instrument]:
    """What can be recorded at a site today: the latest of everything that ships, and of the site's own what is
    not retired."""
    own = SiteInstrument.objects.filter(site=site, retirement=None).exclude(key__in=SHIPPED)
    latest = {row.key: row.sha256 for row in own.only("key", "sha256")}
    return [*registry.all_latest(), *map(_read_published, latest.values())]


def offered_instrument(key: str, site: Site) -> Instrument:
    """One of ``offered``. Raises ``UnknownInstrument`` also for what is retired or belongs to another site."""
    found = next((one for one in offered(site) if one.key == key), None)
    if found is None:
        raise UnknownInstrument(f"no instrument {key!r} is offered here")
    return found


def declared_scales(study: Study | None) -> list[Instrument]:
    """The scales that a study has declared, of which only totals are known."""
    rows = DeclaredScale.objects.filter(study=study) if study else DeclaredScale.objects.none()
    return [_of_row(row) for row in rows.order_by("key")]


def _ships(key: str, version: str | None) -> bool:
    return key in SHIPPED and (version is None or version in registry.versions(key))


def _declared(key: str, study: Study) -> Instrument | None:
    row = DeclaredScale.objects.filter(study=study, key=key).first()
    return _of_row(row) if row else None


def _of_row(row: DeclaredScale) -> Instrument:
    return _read_declared(json.dumps(row.definition, sort_keys=True), row.key)


def _published(key: str, version: str | None) -> Instrument:
    rows = SiteInstrument.objects.filter(key=key).only("sha256")
    row = rows.filter(version=version).first() if version else _latest(rows)
    if row is None:
        named = f"{key!r} of version {version!r}" if version else f"{key!r}"
        raise UnknownInstrument(f"no instrument {named}: none ships, is published or declared")
    return _read_published(row.sha256)


def _latest(rows: QuerySet[SiteInstrument]) -> SiteInstrument | None:
    return rows.filter(retirement=None).last() or rows.last()


@lru_cache(maxsize=256)
def _read_declared(definition: str, key: str) -> Instrument:
    """Reading a definition checks all of it; the same text is read once."""
    return instrument_from(json.loads(definition), f"declared scale {key}")


@lru_cache(maxsize=256)
def _read_published(sha256: str) -> Instrument:
    """By its digest, which no other definition has: each is fetched and read once in a process."""
    row = SiteInstrument.objects.get(sha256=sha256)
    return load_text(row.definition, f"{row.key} {row.version}")


class Shelf:
    """Instruments looked up for one page: each declared scale is read from the database once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None, int | None], Instrument] = {}

    def get(self, key: str, version: str | None = None, study: Study | None = None) -> Instrument:
        place = (key, version, study.pk if study else None)
        if place not in self._known:
            self._known[place] = instrument_of(key, version, study)
        return self._known[place]
