"""Which words of an instrument somebody is shown: those that the site has installed, or those that ship.

A sitting is in one language, that of its link: the patient's own, or another that staff have chosen because a
questionnaire has no words in it. Whoever rates reads the site's. Without a pack the shipped text serves where it may
be shown; a self-report whose wording belongs to somebody else is then asked on paper. A sitting keeps the words in
which it began.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from functools import cached_property, lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import wording as words
from measures.instrument import OWN_LANGUAGE, Instrument
from tracking.errors import Conflict
from tracking.models import Assessment, AssessmentRequest, Patient, Site, WordingPack
from tracking.rules.policies.instruments import instrument_of
from tracking.tongues import interface_for
from tracking.vocabulary import Wording

ON_PAPER = gettext_lazy("on paper: no wording installed")


class Wordings:
    """The packs that the sites may show, read once for one page."""

    @cached_property
    def _packs(self) -> dict[tuple[int, str, str], list[WordingPack]]:
        """By site, instrument and version; the newest first."""
        found = defaultdict(list)
        for pack in WordingPack.objects.filter(withdrawal=None).defer("content").order_by("-pk"):
            found[pack.site_id, pack.instrument, pack.version].append(pack)
        return found

    def pack(self, instrument: Instrument, site: Site, language: str = "") -> WordingPack | None:
        """The pack to show somebody of this language, or ``None``: the shipped text, if that may be shown."""
        packs = self._packs.get((site.pk, instrument.key, instrument.version), [])
        for wanted in dict.fromkeys((language or site.language, site.language)):
            if found := _closest(packs, wanted):
                return found
            if ships(instrument) and _root(wanted) == OWN_LANGUAGE:
                return None
        return None

    def languages_of(self, request: AssessmentRequest) -> frozenset[str]:
        """The languages in which this self-report can be answered on screen, as ``sitting_language`` names them; once
        begun, that alone in which it was."""
        if is_begun(request):
            pack = request.wording_pack
            return frozenset({sitting_language(pack.language if pack else OWN_LANGUAGE)})
        instrument = instrument_of(request.instrument, request.version)
        site = request.episode.patient.team.site
        packs = self._packs.get((site.pk, instrument.key, instrument.version), [])
        shipped = [OWN_LANGUAGE] if ships(instrument) else []
        return frozenset(sitting_language(tag) for tag in (*(pack.language for pack in packs), *shipped))

    def pack_in(self, instrument: Instrument, patient: Patient, language: str) -> WordingPack | None:
        """The words of a sitting in this language: of the patient's own variety of it, else of the site's."""
        site = patient.team.site
        packs = self._packs.get((site.pk, instrument.key, instrument.version), [])
        own = [tag for tag in (patient.language, site.language) if tag and sitting_language(tag) == language]
        return next((pack for tag in (*own, language) if (pack := _closest(packs, tag))), None)

    def may_be_asked(self, instrument: Instrument, site: Site, language: str = "") -> bool:
        """Whether somebody of this language can answer on screen."""
        return bool(instrument.items) and (
            ships(instrument) or self.pack(instrument, site, language) is not None
        )

    def is_on_paper(self, request: AssessmentRequest, instrument: Instrument) -> bool:
        """Whether what is asked here is a self-report that cannot be answered on screen."""
        if request.rater != "self" or (instrument.items and ships(instrument)):
            return False
        patient = request.episode.patient
        return not (self.may_be_asked(instrument, patient.team.site, patient.language) or is_begun(request))


def sitting_language(tag: str) -> str:
    """The language of a sitting for somebody of this language: that of the interface which they read, ``de`` for
    ``de-CH``; of one that the interface does not speak its name without the region."""
    return interface_for(tag) or _root(tag)


def wanted_language(patient: Patient) -> str:
    """In which language this patient is asked unless staff choose another."""
    return sitting_language(patient.language or patient.team.site.language)


def ships(instrument: Instrument) -> bool:
    """Whether the text that ships may be shown to whoever answers: to a patient the authors' own words alone,
    to a clinician, who has the original at hand, our labels too."""
    return instrument.rights.wording == Wording.VERBATIM.value or instrument.rater == "clinician"


def wording_for(instrument: Instrument, patient: Patient) -> WordingPack | None:
    """The pack in whose words this patient is asked, or rated; ``None`` for the words that ship."""
    language = patient.language if instrument.rater == "self" else ""
    return Wordings().pack(instrument, patient.team.site, language)


def is_begun(request: AssessmentRequest) -> bool:
    """Whether an answer was given or left out on purpose: from then on the words stay as they are."""
    return hasattr(request, "draft")


def can_be_asked(request: AssessmentRequest) -> bool:
    """Whether this request can be answered on screen now."""
    instrument = instrument_of(request.instrument, request.version)
    return not Wordings().is_on_paper(request, instrument)


def pack_of(request: AssessmentRequest, language: str = "") -> WordingPack | None:
    """The pack in whose words a sitting in this language shows this request from now on: once something is answered,
    the one in which it was. Without a language, as its patient is asked."""
    if is_begun(request):
        return request.wording_pack
    instrument, patient = instrument_of(request.instrument, request.version), request.episode.patient
    return Wordings().pack_in(instrument, patient, language) if language else wording_for(instrument, patient)


def shown_instrument(request: AssessmentRequest) -> Instrument:
    """The instrument as the sitting that has begun shows it."""
    return in_words_of(request.wording_pack, instrument_of(request.instrument, request.version))


def pack_named(public_id: str, instrument: Instrument, patient: Patient) -> WordingPack | None:
    """The pack that a filled-in sheet says it has shown; ``None`` when it names none. Raises ``Conflict`` for
    one that cannot have been shown there."""
    if not public_id:
        return None
    packs = WordingPack.objects.filter(
        site=patient.team.site_id, instrument=instrument.key, version=instrument.version
    )
    found = next((pack for pack in packs if str(pack.public_id) == public_id), None)
    if found is None:
        raise Conflict(_("this page is out of date: open it again"))
    return found


def pack_of_assessment(assessment: Assessment) -> WordingPack | None:
    """The pack that an assessment names as its wording, withdrawn or not."""
    language, __, rest = assessment.wording.partition("/")
    name, __, revision = rest.partition("/")
    if not revision:
        return None
    return WordingPack.objects.filter(
        site=assessment.episode.patient.team.site_id,
        instrument=assessment.instrument,
        version=assessment.version,
        language=language,
        name=name,
        revision=revision,
    ).first()


def in_words_of(pack: WordingPack | None, instrument: Instrument) -> Instrument:
    """The instrument in the words of a pack, or as it is."""
    return words.worded(instrument, _wording(pack.public_id)) if pack else instrument


def wording_name(instrument: Instrument, pack: WordingPack | None) -> str:
    """What an assessment says of the words that were on the screen."""
    if pack:
        return pack.label
    return Wording.LABELS if instrument.rights.wording == Wording.SITE.value else instrument.rights.wording


def is_withdrawn(pack: WordingPack) -> bool:
    return hasattr(pack, "withdrawal")


@lru_cache(maxsize=256)
def _wording(public_id: uuid.UUID) -> words.Wording:
    """The words of a pack. Its row never changes, so it is read once."""
    return words.from_content(WordingPack.objects.values_list("content", flat=True).get(public_id=public_id))


def _closest(packs: list[WordingPack], language: str) -> WordingPack | None:
    """The newest in this very language, else the newest that a reader of it can read: en-GB for en, never
    another script."""
    exact = (pack for pack in packs if pack.language == language)
    near = (pack for pack in packs if _root(pack.language) == _root(language))
    return next(exact, None) or next(near, None)


def _root(language: str) -> str:
    """The language with its script, without its region."""
    parts = language.split("-")
    return "-".join([parts[0], *(part for part in parts[1:] if len(part) == 4)])
