"""What an instrument is: the plain records that a definition file is read into.

Nothing here computes. ``loader`` makes these from TOML and refuses what is not sound, ``scoring`` and
``change`` read them. All records are frozen; sequences are tuples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Number = int | float
Confidence = Literal["high", "medium", "low", "policy"]
Rater = Literal["self", "clinician"]
Direction = Literal["higher_is_worse", "higher_is_better", "neutral"]
Wording = Literal["verbatim", "site", "labels", "score-only"]
Kind = Literal["choice", "number", "boolean"]
Rule = Literal["sum", "mean", "percent_of_max"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure or a rule comes from, and how sure we are."""

    text: str
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be given: what is stored and what is shown."""

    value: Number
    label: str


@dataclass(frozen=True, slots=True)
class Critical:
    """Thresholds of a safety item. At or above ``review`` somebody must look; at ``urgent``, at once."""

    review: Number
    urgent: Number | None
    topic: str  # "suicide"
    source: Source


@dataclass(frozen=True, slots=True)
class Item:
    """One question or rating.

    ``code`` is the key of its answer; ``aliases`` maps the name of a numbering to the item's code there.
    ``kind``: ``choice`` takes the value of one option, ``number`` anything from ``minimum`` to ``maximum``,
    ``boolean`` true or false (0 and 1 are refused there: a door must say which it means).
    """

    code: str
    label: str
    options: tuple[Option, ...]  # empty for free numbers: see minimum, maximum
    minimum: Number
    maximum: Number
    kind: Kind = "choice"
    decimals: bool = False  # of a number: may it have a fraction (months of duration)
    scored: bool = True  # False: recorded, in no scale (PHQ-9 difficulty, CAPS-5 onset)
    required: bool = True  # False: leaving it out is not a gap
    critical: Critical | None = None
    help: str = ""
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Band:
    """One severity band of a scale, both ends inclusive."""

    key: str
    label: str
    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class BandSet:
    """A named set of bands that cover the scale without gap or overlap."""

    key: str
    bands: tuple[Band, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Scale:
    """A total or a subscale.

    ``rule`` says what the score is: the sum of the answers, their mean, or the sum in percent of its maximum.
    ``prorate_up_to``: how many answers may be missing for an *estimate* (0: strict, never estimated).
    """

    key: str
    title: str
    items: tuple[str, ...]
    rule: Rule
    minimum: Number
    maximum: Number
    direction: Direction
    unit: str = "points"
    prorate_up_to: int = 0
    band_sets: tuple[BandSet, ...] = ()  # the first is the one used, the others are for reading

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.band_sets[0].bands if self.band_sets else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A yes/no conclusion drawn from answers (a diagnosis, a complete mystical experience).

    Three-valued: true, false, or ``None`` when it hangs on missing answers. ``algorithm`` names a function.
    """

    key: str
    title: str
    algorithm: str
    parameters: dict[str, object]
    source: Source


@dataclass(frozen=True, slots=True)
class Reliability:
    """Standard deviation and reliability for the reliable-change index. Both of the *same* population."""

    sd: float
    reliability: float
    kind: str  # "test-retest", "alpha", "inter-rater ICC"
    source: Source


@dataclass(frozen=True, slots=True)
class Drop:
    """How far a score must move: as a percentage of baseline or in points (exactly one is set), inclusive."""

    percent: Number | None
    points: Number | None
    source: Source


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The last score of the healthy range: crossing it, reliably, is clinically significant change."""

    threshold: Number
    source: Source


@dataclass(frozen=True, slots=True)
class Remission:
    """A score at or beyond ``threshold`` meets it; held ``days`` over ``assessments`` it is sustained."""

    threshold: Number
    days: int
    assessments: int
    source: Source
    absent_outcome: str | None = None  # an outcome that must also be false ("ptsd_diagnosis")


@dataclass(frozen=True, slots=True)
class Relapse:
    """Return to ``threshold`` or beyond it after remission.

    A second score at or beyond it within ``confirm_within_days`` confirms. After ``recovery_days`` of
    remission it is called a recurrence.
    """

    threshold: Number
    confirm_within_days: int
    recovery_days: int
    source: Source


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """Everything said about change on one scale. A rule that nobody published is ``None``, never guessed."""

    scale: str
    version: str  # stored with each conclusion drawn by these rules
    reliability: Reliability | None = None
    reliable_points: Drop | None = None  # a published number of points, used when ``reliability`` is absent
    mcid: Drop | None = None
    response: Drop | None = None
    partial_response: Drop | None = None  # at least this, and treatment response not met
    cutoff: Cutoff | None = None
    remission: Remission | None = None
    relapse: Relapse | None = None
    deterioration: Drop | None = None  # absent: reliable worsening is the rule


@dataclass(frozen=True, slots=True)
class Rights:
    """Who holds the wording, on what terms, and what may therefore be shown."""

    holder: str
    terms: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one instrument. Immutable: a change of any rule is a new version."""

    key: str
    version: str
    title: str
    short_title: str
    rater: Rater
    recall: str  # "the last two weeks"
    purpose: str  # one plain sentence for the patient: why this is asked
    minutes: int
    instruction: str
    rights: Rights
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    outcomes: tuple[Outcome, ...] = ()
    change: ChangeRules | None = None
    state: bool = False  # about one moment or session (MEQ30), not a trait followed over time
    loinc: dict[str, str] = field(default_factory=dict)  # item code, scale key or "panel" -> verified LOINC

    def item(self, code: str) -> Item:
        """The item with this code. Raises ``KeyError``."""
        return {item.code: item for item in self.items}[code]

    def scale(self, key: str) -> Scale:
        """The scale with this key. Raises ``KeyError``."""
        return {scale.key: scale for scale in self.scales}[key]

    def outcome(self, key: str) -> Outcome:
        """The outcome with this key. Raises ``KeyError``."""
        return {outcome.key: outcome for outcome in self.outcomes}[key]

    @property
    def numberings(self) -> frozenset[str]:
        """Names of the other item numberings that answers may arrive in."""
        return frozenset(name for item in self.items for name in item.aliases)

    def items_of(self, scale: Scale) -> tuple[Item, ...]:
        """The items of one scale, in the order of the instrument."""
        return tuple(item for item in self.items if item.code in scale.items)

    @property
    def primary_scale(self) -> Scale:
        """The scale that change is judged on, else the first."""
        return self.scale(self.change.scale) if self.change else self.scales[0]
