"""Everything that the page of one instrument says of its structure and its scoring."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from measures.instrument import Instrument, Item, Option
from measures.words import ScaleWords, ScoringWords, Statement, scoring_in_words
from tracking.pages.instruments.band_bars import Bar, bars_of
from tracking.rules.references import CONFIDENCE, Reference, References

ONE_OF_A_LINE = 36  # characters of an answer that others may stand beside
SURE = {
    "high": pgettext_lazy("confidence in a source", "high"),
    "medium": pgettext_lazy("confidence in a source", "medium"),
    "low": pgettext_lazy("confidence in a source", "low"),
    "policy": pgettext_lazy("confidence in a source", "policy"),
}


@dataclass(frozen=True, slots=True)
class Cited:
    """A statement with the number of its source."""

    statement: Statement
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class CitedBar:
    """A set of bands, drawn, with the number of its source."""

    bar: Bar
    reference: Reference


@dataclass(frozen=True, slots=True)
class ScalePage:
    """One scale in words, with its bands drawn."""

    words: ScaleWords
    missing: Cited
    bars: tuple[CitedBar, ...]


@dataclass(frozen=True, slots=True)
class ItemRun:
    """Neighbouring items that are answered alike. ``options``: the answers they share, as they are shown."""

    items: tuple[Item, ...]

    @property
    def section(self) -> str:
        return self.items[0].section

    @property
    def options(self) -> tuple[Option, ...]:
        return self.items[0].options

    @property
    def is_long(self) -> bool:
        """Whether the answers want a line each."""
        return max((len(option.label) for option in self.options), default=0) > ONE_OF_A_LINE


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    """One version of one instrument, ready to be read."""

    instrument: Instrument
    words: ScoringWords
    scales: tuple[ScalePage, ...]
    skips: tuple[Cited, ...]
    safety: tuple[Cited, ...]
    outcomes: tuple[Cited, ...]
    levels: tuple[Cited, ...]
    change: tuple[Cited, ...]
    runs: tuple[ItemRun, ...]
    references: tuple[Reference, ...]

    @property
    def missing_alike(self) -> Cited | None:
        """What is said about missing answers when it is the same of every scale."""
        first = self.scales[0].missing if self.scales else None
        alike = all(scale.missing.statement == first.statement for scale in self.scales) if first else False
        return first if alike and len(self.scales) > 1 else None

    @property
    def has_bands(self) -> bool:
        return any(scale.bars for scale in self.scales)

    @property
    def confidences(self) -> list[tuple[str, str]]:
        """The words for how sure a source is, as far as this page uses them."""
        used = {reference.source.confidence for reference in self.references}
        return [(str(SURE[name]), _(meaning)) for name, meaning in CONFIDENCE.items() if name in used]

    @property
    def sources(self) -> list[tuple[Reference, str]]:
        """The numbered sources, each with how sure it is."""
        return [(one, str(SURE[one.source.confidence])) for one in self.references]

    @property
    def loinc(self) -> list[tuple[str, str]]:
        """What each LOINC code stands for, with the code."""
        one = self.instrument
        names = {"panel": _("The whole instrument")}
        names |= {item.code: _("Item {code}").format(code=item.code) for item in one.items}
        names |= {scale.key: _(scale.title) for scale in one.scales}
        return [(names[name], code) for name, code in one.loinc.items()]


def instrument_page(instrument: Instrument) -> InstrumentPage:
    """Everything that the page of one instrument says of its structure and its scoring."""
    words, references = scoring_in_words(instrument), References()
    for source in instrument.sources:
        references.of(source)

    def cite(one: Statement) -> Cited:
        return Cited(one, references.of(one.source) if one.source else None)

    def cited(statements: tuple[Statement, ...]) -> tuple[Cited, ...]:
        return tuple(cite(one) for one in statements)

    return InstrumentPage(
        instrument=instrument,
        words=words,
        scales=tuple(
            ScalePage(said, cite(said.missing), bars=_cited_bars(references, bars_of(scale)))
            for said, scale in zip(words.scales, instrument.scales, strict=True)
        ),
        skips=cited(words.skips),
        safety=cited(words.safety),
        outcomes=cited(words.outcomes),
        levels=cited(words.levels),
        change=cited(words.change),
        runs=tuple(_runs(instrument)),
        references=tuple(references.all()),
    )


def _cited_bars(references: References, bars: tuple[Bar, ...]) -> tuple[CitedBar, ...]:
    return tuple(CitedBar(bar, references.of(bar.band_set.source)) for bar in bars)


def _runs(instrument: Instrument) -> list[ItemRun]:
    runs: list[ItemRun] = []
    for item in instrument.items:
        alike = runs and item.kind == "choice" and runs[-1].options == item.options
        alike = alike and runs[-1].section == item.section
        runs[-1:] = [ItemRun((*runs[-1].items, item))] if alike else [*runs[-1:], ItemRun((item,))]
    return runs
