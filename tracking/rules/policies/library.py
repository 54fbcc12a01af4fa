"""When a definition may be published."""

from __future__ import annotations

from django.utils.translation import gettext as _

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
        reason = _("key: {key} belongs to another site, choose another one")
        raise InvalidInput("definition", reason.format(key=instrument.key))
    if known.filter(version=instrument.version).exists():
        refusal = _("version {version} of {key} has been published before: a change is a new version")
        raise Conflict(refusal.format(version=instrument.version, key=instrument.key))
