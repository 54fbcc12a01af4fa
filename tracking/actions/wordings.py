"""Wording packs of a site: installed by its administrators, withdrawn with a reason, pinned by a sitting."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from measures import wording as words
from measures.errors import DefinitionError
from measures.instrument import Instrument
from tracking.actions import audit
from tracking.actions.moves import moved
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AssessmentRequest, Site, User, WordingPack, WordingWithdrawal
from tracking.queries.administration import administered_sites
from tracking.rules.policies.instruments import SHIPPED, instrument_of, offered
from tracking.rules.policies.wordings import is_withdrawn, pack_of, ships
from tracking.vocabulary import AuditAction, RequestStatus

READERS = {"csv": words.read_csv, "toml": words.read_toml}


def read_wording(*, instrument: Instrument, text: str, kind: str) -> words.Wording:
    """The wording in an uploaded text, checked against the instrument; stores nothing.

    ``kind`` is ``csv`` or ``toml``. Raises ``DefinitionError``, as a ``WordingError`` with every problem.
    """
    return READERS[kind](text, instrument.key, instrument)


@transaction.atomic
def add_wording(*, by: User | None, site: Site, instrument: Instrument, text: str, kind: str) -> WordingPack:
    """Installs a wording as the next revision of its language: new sittings show it from now on.

    Raises ``InvalidInput`` for a text that does not fit the instrument, or an instrument of another site,
    ``Conflict`` when these very words are installed, ``NotPermitted`` for whoever does not administer the site.
    """
    _check_administers(by, site)
    if instrument.key not in SHIPPED and instrument not in offered(site):
        raise InvalidInput("site", _("{site} has no such instrument").format(site=site.name))
    try:
        wording = read_wording(instrument=instrument, text=text, kind=kind)
    except DefinitionError as error:
        raise InvalidInput("text", f"{error.key} {error.reason}") from error
    Site.objects.select_for_update().get(pk=site.pk)
    place = {
        "site": site,
        "instrument": instrument.key,
        "version": instrument.version,
        "language": wording.language,
    }
    last = WordingPack.objects.filter(**place).order_by("-revision").first()
    content = words.to_content(wording)
    if last and not is_withdrawn(last) and last.content == content:
        refusal = _("these words are already installed, as revision {number}")
        raise Conflict(refusal.format(number=last.revision))
    pack = WordingPack.objects.create(
        **place,
        revision=last.revision + 1 if last else 1,
        name=wording.name,
        source=wording.source,
        permission=wording.permission,
        content=content,
        uploaded_by=by,
    )
    audit.record(
        by=by, action=AuditAction.ADD_WORDING, target=pack, instrument=pack.instrument, wording=pack.label
    )
    return pack


@transaction.atomic
def withdraw_wording(*, by: User, pack: WordingPack, reason: str) -> None:
    """The site shows these words no more; a sitting that has begun is finished in them.

    Raises ``InvalidInput`` without a reason, ``Conflict`` when they were withdrawn before.
    """
    _check_administers(by, pack.site)
    if not reason.strip():
        raise InvalidInput("reason", _("say why the wording is withdrawn"))
    Site.objects.select_for_update().get(pk=pack.site_id)
    if WordingWithdrawal.objects.filter(pack=pack).exists():
        raise Conflict(_("this wording was withdrawn before"))
    WordingWithdrawal.objects.create(pack=pack, by=by, reason=reason.strip())
    audit.record(
        by=by,
        action=AuditAction.WITHDRAW_WORDING,
        target=pack,
        instrument=pack.instrument,
        wording=pack.label,
    )


@transaction.atomic
def pin_wording(*, request: AssessmentRequest, language: str = "") -> None:
    """A sitting begins that asks this: the words that it is shown in are kept to its end, and chosen anew with
    the next beginning as long as nothing is answered."""
    pack = pack_of(request, language)
    if pack == request.wording_pack:
        return
    if moved(request, Q(status=RequestStatus.OPEN, draft__isnull=True), wording_pack=pack):
        request.wording_pack = pack


def give_words(*, request: AssessmentRequest, language: str = "") -> None:
    """A sitting comes to what had no words when it began, and has some now: our labels are never shown in their
    place."""
    if request.wording_pack is None and not ships(instrument_of(request.instrument, request.version)):
        pin_wording(request=request, language=language)


def _check_administers(by: User | None, site: Site) -> None:
    """``by`` is ``None`` for the command line."""
    if by is not None and site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site decides on its wording"))
