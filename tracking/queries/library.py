"""What the pages of a site's own instruments read: versions, what changed between them, what still waits."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from measures.instrument import Instrument
from tracking.models import AssessmentRequest, Site, SiteInstrument, User
from tracking.rules.definition_changes import Difference, differences
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class Comparison:
    """A definition against the version of the site that came before it."""

    before: SiteInstrument
    changed: list[Difference]


def own_versions(user: User) -> QuerySet[SiteInstrument]:
    """Every version that the sites of this administrator have published, newest first within its key."""
    rows = SiteInstrument.objects.administered_by(user).select_related(
        "site", "published_by", "retirement__by"
    )
    return rows.order_by("site__name", "key", "-published_at", "-pk")


def open_requests(row: SiteInstrument) -> int:
    """How many requests for this version still wait for an answer. A count: it tells of no patient."""
    waiting = AssessmentRequest.objects.filter(status=RequestStatus.OPEN)
    return waiting.filter(instrument=row.key, version=row.version).count()


def published_change(row: SiteInstrument) -> Comparison | None:
    """A published version against the one that it followed; ``None`` for a first one."""
    earlier = SiteInstrument.objects.filter(site=row.site, key=row.key, pk__lt=row.pk)
    return _compare(earlier, instrument_of(row.key, row.version))


def coming_change(instrument: Instrument, site: Site) -> Comparison | None:
    """What was uploaded against the latest version that the site has published."""
    return _compare(SiteInstrument.objects.filter(site=site, key=instrument.key), instrument)


def _compare(earlier: QuerySet[SiteInstrument], instrument: Instrument) -> Comparison | None:
    before = earlier.last()
    if before is None:
        return None
    return Comparison(before, differences(instrument_of(before.key, before.version), instrument))
