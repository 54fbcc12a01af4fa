"""What the instrument catalogue reads: which instruments somebody can meet, and what may be shown of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.language import marked
from measures.topics import topic_of, topics
from tracking.models import Site, SiteInstrument, User, WordingPack, current
from tracking.rules.policies.instruments import SHIPPED, instrument_of
from tracking.vocabulary import Role

Languages = dict[tuple[str, str], tuple[str, ...]]

YOUR_OWN = marked("Your site’s own")
TOTALS = "totals"


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be shown of an instrument: in two words, and in a sentence."""

    tag: str
    sentence: str


RIGHTS = {
    "verbatim": Rights(
        marked("Authors’ wording"), marked("The authors’ own words are shown: their terms allow it.")
    ),
    "site": Rights(
        marked("Site’s wording needed"),
        marked(
            "The authors’ words are not ours to show; what you read here are short labels of our own. A patient can "
            "be asked on screen once your site has installed the wording that it is entitled to. Until then the "
            "answers of a paper form are entered by staff."
        ),
    ),
    "labels": Rights(
        marked("Labels only"),
        marked(
            "The authors’ words are not ours to show. The labels here are short ones in our own words, to be used "
            "with the original at hand."
        ),
    ),
    "score-only": Rights(
        marked("Totals only"),
        marked(
            "No item may be shown or entered without a licence. A total that was worked out elsewhere can be "
            "recorded."
        ),
    ),
}
INSTALLED = Rights(marked("Your site’s wording"), RIGHTS["site"].sentence)


@dataclass(frozen=True, slots=True)
class Entry:
    """One instrument of the list: its latest version and, of a site's own, whose it is."""

    instrument: Instrument
    versions: tuple[str, ...]
    languages: tuple[str, ...] = ()  # of the wording that the user's sites have installed
    site: Site | None = None
    retired: bool = False

    @property
    def rights(self) -> Rights:
        kind = self.instrument.rights.wording
        found = INSTALLED if kind == "site" and self.languages else RIGHTS[kind]
        return Rights(_(found.tag), _(found.sentence))

    @property
    def text(self) -> str:
        """Everything that a search looks into; titles in English and in the reader's language."""
        one = self.instrument
        titles = [topic_of(one.key), *(scale.title for scale in one.scales)]
        return " ".join((one.key, one.title, one.short_title, *titles, *map(_, titles))).casefold()

    def answered_by(self, who: str) -> bool:
        """``who``: a rater, ``TOTALS`` for what has no items, or nothing for all."""
        kind = self.instrument.rater if self.instrument.items else TOTALS
        return not who or who == kind


def sites_of(user: User) -> QuerySet[Site]:
    """Where somebody works today: by a role, or in a care team. A role without a site is for every site."""
    grants = user.role_grants.filter(current())
    if grants.filter(site=None).exists():
        return Site.objects.all()
    teams = user.memberships.filter(current())
    return Site.objects.filter(Q(pk__in=grants.values("site")) | Q(pk__in=teams.values("team__site")))


def catalogue(user: User, search: str = "", who: str = "") -> list[tuple[str, list[Entry]]]:
    """Every instrument that somebody can meet, on its shelf, by name; the site's own first.

    ``search``: words that must all occur; ``who``: see ``Entry.answered_by``.
    """
    wanted = search.casefold().split()
    shelves: dict[str, list[Entry]] = {title: [] for title in (YOUR_OWN, *topics())}
    for entry in _met(user):
        if entry.answered_by(who) and all(word in entry.text for word in wanted):
            shelves[YOUR_OWN if entry.site else topic_of(entry.instrument.key)].append(entry)
    return [(title, sorted(entries, key=_by_name)) for title, entries in shelves.items() if entries]


def entry_of(user: User, key: str, version: str | None) -> Entry:
    """One instrument as the list would show it, in that version or its latest.

    Raises ``UnknownInstrument``, also for what another site has published or the user does not meet.
    """
    found = _entry(user, key, version)
    if not _meets(user, found.instrument):
        raise UnknownInstrument(f"no instrument {key!r} for this reader")
    return found


def _entry(user: User, key: str, version: str | None) -> Entry:
    if key in SHIPPED and version in (None, *registry.versions(key)):
        instrument = registry.get(key, version)
        return Entry(instrument, registry.versions(key), _languages(user)[key, instrument.version])
    rows = list(_published(user).filter(key=key))
    if not rows or version not in (None, *(row.version for row in rows)):
        raise UnknownInstrument(f"no instrument {key!r} of that version here")
    return _own_entry(rows, version, _languages(user))


def known_instruments(user: User) -> list[Instrument]:
    """Everything that the list shows, by key."""
    return sorted((entry.instrument for entry in _met(user)), key=lambda one: one.key)


def _met(user: User) -> list[Entry]:
    return [entry for entry in (*_own(user), *_shipped(user)) if _meets(user, entry.instrument)]


def _meets(user: User, instrument: Instrument) -> bool:
    """Whoever rates and does nothing else meets what is rated: what patients are asked about a session or a drug
    is no part of a rater's day."""
    return instrument.rater == "clinician" or not user.roles <= {Role.RATER, Role.PATIENT}


def packs_of(user: User, instrument: Instrument) -> list[WordingPack]:
    """The wording packs of the user's sites for this version, the newest of each language first."""
    rows = WordingPack.objects.filter(site__in=sites_of(user), withdrawal=None).select_related("site")
    return list(rows.filter(instrument=instrument.key, version=instrument.version).defer("content"))


def definition_text(entry: Entry) -> str:
    """The definition file, as it ships or as it was published."""
    key, version = entry.instrument.key, entry.instrument.version
    if entry.site:
        return SiteInstrument.objects.get(key=key, version=version).definition
    return (registry.FOLDER / key / f"{version}.toml").read_text(encoding="utf-8")


def _by_name(entry: Entry) -> str:
    return entry.instrument.short_title.casefold()


def _shipped(user: User) -> list[Entry]:
    languages = _languages(user)
    return [
        Entry(one, registry.versions(one.key), languages[one.key, one.version])
        for one in registry.all_latest()
    ]


def _published(user: User) -> QuerySet[SiteInstrument]:
    rows = SiteInstrument.objects.filter(site__in=sites_of(user))
    return rows.select_related("site", "retirement").defer("definition")


def _own(user: User) -> list[Entry]:
    """The site's own instruments: of each the latest version that is not retired, else the latest."""
    by_key: dict[str, list[SiteInstrument]] = defaultdict(list)
    for row in _published(user).exclude(key__in=SHIPPED):
        by_key[row.key].append(row)
    languages = _languages(user)
    return [_own_entry(rows, None, languages) for rows in by_key.values()]


def _own_entry(rows: list[SiteInstrument], version: str | None, languages: Languages) -> Entry:
    """``rows``: every version of one instrument, oldest first."""
    offered = [row for row in rows if not row.is_retired]
    shown = next((row for row in rows if row.version == version), (offered or rows)[-1])
    return Entry(
        instrument=instrument_of(shown.key, shown.version),
        versions=tuple(row.version for row in rows),
        languages=languages[shown.key, shown.version],
        site=shown.site,
        retired=shown not in offered,
    )


def _languages(user: User) -> Languages:
    """By instrument and version: the languages of the wording that the user's sites have installed."""
    found: Languages = defaultdict(tuple)
    rows = WordingPack.objects.filter(site__in=sites_of(user), withdrawal=None)
    for key, version, language in rows.order_by("language").values_list("instrument", "version", "language"):
        found[key, version] = tuple(dict.fromkeys((*found[key, version], language)))
    return found
