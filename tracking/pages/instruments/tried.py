"""What the try-it form shows: answers scored as they would be, and nothing kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from measures import scoring
from measures.exact import exact, round_half_up
from measures.instrument import Band, Instrument, Item, Scale
from measures.levels import level_in_words
from measures.result import Answer, ScaleResult, Scored
from measures.scales import band_in
from tracking.pages.instruments.band_bars import Bar, bars_of, place_of
from tracking.queries.assessments import DECIDED

SAFETY = {
    ("endorsed", "urgent"): gettext_lazy("Endorsed: an urgent alert would be raised"),
    ("endorsed", "review"): gettext_lazy("Endorsed: an alert for review would be raised"),
    ("denied", None): gettext_lazy("Not endorsed"),
    ("unanswered", None): gettext_lazy(
        "Not answered: that is no denial, and an alert for review would be raised"
    ),
}


@dataclass(frozen=True, slots=True)
class TriedScale:
    """One scale: its result, and the band in each set of bands with the place on the axis."""

    scale: Scale
    result: ScaleResult
    bands: tuple[tuple[Bar, Band | None], ...]
    place: str  # empty without a score or an estimate

    @property
    def items(self) -> int:
        return self.result.items_answered + self.result.items_missing

    @property
    def read_as(self) -> int | None:
        """The whole number by which a band is found."""
        return None if self.result.best is None else round_half_up(exact(self.result.best))


@dataclass(frozen=True, slots=True)
class TriedLevel:
    """A triage, and the category that the answers come to."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class TriedSafety:
    """One safety item. ``state``: endorsed, denied or unanswered."""

    item: Item
    state: str
    level: str | None

    @property
    def words(self) -> str:
        return str(SAFETY[self.state, self.level])


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything that one set of answers comes to."""

    scales: tuple[TriedScale, ...]
    outcomes: tuple[tuple[str, bool | None, str], ...]
    levels: tuple[TriedLevel, ...]
    safety: tuple[TriedSafety, ...]
    missing: tuple[Item, ...]
    skipped: frozenset[str]
    may_fall_away: tuple[Item, ...]
    answered: int
    primary: TriedScale | None

    @property
    def needed(self) -> int:
        return self.answered + len(self.missing)

    @property
    def has_open(self) -> bool:
        return any(met is None for _, met, _ in self.outcomes)


def tried(instrument: Instrument, answers: Mapping[str, Answer]) -> Tried:
    """The answers as ``measures.score`` takes them. They must be clean: a form has checked each."""
    scored = scoring.score(instrument, answers)
    skipped = frozenset(scoring.skipped(instrument, scored.answers))
    asked = [item for item in instrument.items if item.required and item.code not in skipped]
    missing = tuple(item for item in asked if scored.answers[item.code] is None)
    dependent = {code for skip in instrument.skips for code in skip.items}
    scales = tuple(_scale(scale, scored.scales[scale.key]) for scale in instrument.scales)
    return Tried(
        scales=scales,
        outcomes=tuple(
            (one.title, met := scored.outcomes[one.key], DECIDED[met]) for one in instrument.outcomes
        ),
        levels=tuple(_levels(instrument, scored)),
        safety=tuple(_safety(instrument, scored)),
        missing=missing,
        skipped=skipped,
        may_fall_away=tuple(item for item in instrument.items if item.code in dependent),
        answered=len(asked) - len(missing),
        primary=_primary(instrument, scales),
    )


def tried_totals(instrument: Instrument, totals: Mapping[str, float]) -> Tried:
    """Totals of single scales, as ``measures.score_total`` takes them. They must be clean: a form has checked
    each."""
    scales = tuple(
        _scale(instrument.scale(key), scoring.score_total(instrument, key, total))
        for key, total in totals.items()
    )
    return Tried(scales, (), (), (), (), frozenset(), (), len(scales), _primary(instrument, scales))


def _primary(instrument: Instrument, scales: tuple[TriedScale, ...]) -> TriedScale | None:
    return next((one for one in scales if one.scale == instrument.primary_scale), None)


def _scale(scale: Scale, result: ScaleResult) -> TriedScale:
    best = result.best
    return TriedScale(
        scale=scale,
        result=result,
        bands=tuple((bar, None if best is None else band_in(bar.band_set, best)) for bar in bars_of(scale)),
        place="" if best is None else place_of(scale, best),
    )


def _levels(instrument: Instrument, scored: Scored) -> list[TriedLevel]:
    return [
        TriedLevel(levels.title, level_in_words(levels, scored.levels[levels.key]))
        for levels in instrument.levels
    ]


def _safety(instrument: Instrument, scored: Scored) -> list[TriedSafety]:
    return [
        TriedSafety(
            instrument.item(code), state, scoring.critical_level(instrument, code, scored.answers[code])
        )
        for code, state in scored.critical.items()
    ]
