"""What the pages about wording packs read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.instrument import Instrument, Item, Number
from measures.language import figure
from measures.wording import Wording
from measures.wording.check import WordedItem
from tracking.models import Site, User, WordingPack
from tracking.queries.administration import administered_sites
from tracking.rules.languages import by_name, language_name
from tracking.rules.policies.instruments import offered
from tracking.rules.policies.wordings import Wordings, is_withdrawn

STATES = {
    "in use": gettext_lazy("in use"),
    "replaced": gettext_lazy("replaced"),
    "withdrawn": gettext_lazy("withdrawn"),
}


@dataclass(frozen=True, slots=True)
class PackLine:
    """One installed pack and what has become of it."""

    pack: WordingPack
    title: str
    language: str
    state: str  # of ``STATES``

    @property
    def state_in_words(self) -> str:
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class WordedLine:
    """One item in the words of a pack beside our own label, with its answers and what each is stored as."""

    item: Item
    words: WordedItem
    answers: tuple[tuple[str, str], ...]


def languages_served(*kept: str) -> list[tuple[str, str]]:
    """The languages in which somebody can be asked: those of the interface, and those of a wording that is in use.
    ``kept``: what stands on record and stays a choice, served or not."""
    spoken = (code.split("-")[0] for code, name in settings.LANGUAGES)
    packs = WordingPack.objects.filter(withdrawal=None).values_list("language", flat=True).distinct()
    return by_name([*spoken, *packs, *filter(None, kept)])


def own_packs(user: User) -> QuerySet[WordingPack]:
    """The packs of the sites that the user administers."""
    rows = WordingPack.objects.administered_by(user).defer("content")
    return rows.select_related("site", "uploaded_by", "withdrawal__by")


def pack_lines(user: User) -> list[PackLine]:
    """Those packs by instrument and language, the newest first."""
    packs = list(own_packs(user).order_by("instrument", "language", "site__name", "-pk"))
    titles = {one.key: one.short_title for site in administered_sites(user) for one in offered(site)}
    used: set[tuple[object, ...]] = set()
    return [
        PackLine(
            pack,
            titles.get(pack.instrument, pack.instrument),
            language_name(pack.language),
            _state(pack, used),
        )
        for pack in packs
    ]


def _state(pack: WordingPack, used: set[tuple[object, ...]]) -> str:
    if is_withdrawn(pack):
        return "withdrawn"
    place = (pack.site_id, pack.instrument, pack.version, pack.language)
    if place in used:
        return "replaced"
    used.add(place)
    return "in use"


def on_paper(sites: Iterable[Site]) -> list[tuple[Instrument, list[Site]]]:
    """The self-reports that can only be filled in on paper, with the sites whose patients meet them so."""
    wordings = Wordings()
    found: dict[str, tuple[Instrument, list[Site]]] = {}
    for site in sites:
        for one in instruments_of(site):
            if not wordings.may_be_asked(one, site):
                found.setdefault(one.key, (one, []))[1].append(site)
    return sorted(found.values(), key=lambda pair: pair[0].short_title)


def instruments_of(site: Site) -> list[Instrument]:
    """What a pack can be installed for: every instrument with items, by title."""
    return sorted((one for one in offered(site) if one.items), key=lambda one: one.short_title)


def worded_lines(instrument: Instrument, wording: Wording) -> list[WordedLine]:
    """The questions as they will be asked, in their order."""
    return [_worded_line(item, wording.items[item.code]) for item in instrument.items]


def _worded_line(item: Item, words: WordedItem) -> WordedLine:
    stored: dict[Number, str] = {1: _("yes"), 0: _("no")} if item.kind == "boolean" else {}
    answers = tuple(
        (option.label, stored.get(option.value, figure(option.value))) for option in words.options
    )
    return WordedLine(item, words, answers)
