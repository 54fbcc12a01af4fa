"""When a definition may be published."""

from __future__ import annotations

from measures.instrument import Instrument
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Site,
    SiteInstrument,
)


def check_publishable(instrument: Instrument, site: Site) -> None:
    """A key belongs to the site that published it first, and a version is published once."""
    known = SiteInstrument.objects.filter(key=instrument.key)
    if known.exclude(site=site).exists():
        raise InvalidInput("definition", f"key: {instrument.key} belongs to another site, choose another one")
    if known.filter(version=instrument.version).exists():
        raise Conflict(
            f"version {instrument.version} of {instrument.key} has been published before: a change is a new version"
        )
