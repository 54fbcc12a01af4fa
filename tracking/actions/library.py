"""A site's own instruments: published as they were checked, retired with a reason, never changed."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.errors import DefinitionError
from tracking.actions import audit
from tracking.actions.marks import want_episodes, want_study
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    InstrumentRetirement,
    Site,
    SiteInstrument,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.models.constraints import only
from tracking.queries.administration import administered_sites
from tracking.rules.definitions import read_definition
from tracking.rules.policies.library import check_publishable
from tracking.vocabulary import AuditAction

LONGEST_REASON = 1000


@transaction.atomic
def publish_instrument(
    *, by: User | None, site: Site, definition: str | bytes, file: str = "definition"
) -> SiteInstrument:
    """Stores one version of a site's own instrument for good. From now on it can be asked at this site.

    The definition is read and checked here again, whatever was shown before. Courses that rest on an earlier
    version are computed anew, by the rules of this one. Raises ``InvalidInput`` naming file, key and reason,
    ``Conflict`` when this version was published before, ``NotPermitted``.
    """
    _check_administers(by, site)
    try:
        read = read_definition(definition, file)
    except DefinitionError as error:
        raise InvalidInput("definition", str(error)) from error
    list(Site.objects.select_for_update().order_by("pk"))  # two sites must not take the same key at once
    check_publishable(read.instrument, site)
    row = SiteInstrument.objects.create(
        site=site,
        key=read.instrument.key,
        version=read.instrument.version,
        title=read.instrument.title,
        definition=read.text,
        sha256=read.sha256,
        published_by=by,
    )
    _record(by, AuditAction.PUBLISH_INSTRUMENT, row)
    _want_courses(row.key)
    return row


@transaction.atomic
def retire_instrument(*, by: User, instrument: SiteInstrument, reason: str) -> InstrumentRetirement:
    """This version is not asked any more; what was recorded with it stays, and what is asked already can still be
    answered. Raises ``InvalidInput`` without a reason, ``Conflict`` when it was retired before, ``NotPermitted``.
    """
    _check_administers(by, instrument.site)
    if not reason.strip():
        raise InvalidInput("reason", _("say why it is retired"))
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("reason", _too_long())
    try:
        retirement = InstrumentRetirement.objects.create(instrument=instrument, reason=reason.strip(), by=by)
    except IntegrityError as error:
        only(error, "tracking_instrumentretirement.instrument_id")
        raise Conflict(_("this version has already been retired")) from None
    _record(by, AuditAction.RETIRE_INSTRUMENT, instrument)
    _want_courses(instrument.key)
    return retirement


def _too_long() -> str:
    return ngettext(
        "must not be longer than {n} character", "must not be longer than {n} characters", LONGEST_REASON
    ).format(n=LONGEST_REASON)


def _check_administers(by: User | None, site: Site) -> None:
    if by is not None and site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site changes its library"))


def _record(by: User | None, action: AuditAction, row: SiteInstrument) -> None:
    audit.record(
        by=by,
        action=action,
        target=row,
        site=row.site.key,
        key=row.key,
        version=row.version,
        sha256=row.sha256,
    )


def _want_courses(key: str) -> None:
    """A course is judged by the latest rules of its instrument, and those are others now."""
    answered = Assessment.objects.filter(instrument=key).values("episode")
    episodes = list(TreatmentEpisode.objects.filter(pk__in=answered))
    want_episodes(episodes=episodes)
    for study in Study.objects.filter(pk__in={episode.study_id for episode in episodes}):
        want_study(study=study)
