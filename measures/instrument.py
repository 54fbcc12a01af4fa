"""What an instrument is: the plain records that a definition file is read into.

Nothing here computes. ``loader`` makes these from TOML and refuses what is not sound, ``scoring`` and
``change`` read them. All records are frozen; sequences are tuples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Number = int | float
Confidence = Literal["high", "medium", "low", "policy"]
Rater = Literal["self", "clinician"]
Direction = Literal["higher_is_worse", "higher_is_better", "neutral"]
Wording = Literal["verbatim", "site", "labels", "score-only"]
Kind = Literal["choice", "number", "boolean", "text"]
Rule = Literal["sum", "mean", "percent_of_max", "max_of_groups", "sum_from_one", "highest_yes"]
Policy = Literal["strict", "prorate", "prorate_unless_critical"]
OWN_LANGUAGE = "en"  # of every definition


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
    ``boolean`` true or false (0 and 1 are refused there: a door must say which it means), ``text`` free
    text, which is never scored. ``options`` stand in the order in which they are shown. The answer to a
    ``reverse`` item is kept as it was circled and scored as ``minimum + maximum - answer``.
    """

    code: str
    label: str
    options: tuple[Option, ...]  # empty for free numbers: see minimum, maximum
    minimum: Number
    maximum: Number
    kind: Kind = "choice"
    reverse: bool = False
    decimals: bool = False  # of a number: may it have a fraction (months of duration)
    unit: str = ""  # of a number: "mmHg"
    max_length: int = 0  # of a text, in characters
    scored: bool = True  # False: recorded, in no scale (PHQ-9 difficulty, CAPS-5 onset)
    required: bool = True  # False: leaving it out is not a gap
    critical: Critical | None = None
    help: str = ""
    section: str = ""  # the heading below which it stands; those of one heading stand together
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
class Missing:
    """What becomes of a scale when answers are missing: the policy by name.

    ``strict``: nothing. ``prorate``: up to ``up_to`` missing answers an *estimate*, the mean of the answers
    given times the number of items. ``prorate_unless_critical``: the same, but never over a safety item.
    """

    policy: Policy = "strict"
    up_to: int = 0
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """A total or a subscale.

    ``rule`` says what the score is: the ``sum`` of the answers, their ``mean``, the sum in percent of its
    maximum (``percent_of_max``), the sum over ``groups`` of the highest answer in each (``max_of_groups``),
    the sum as it is when answers are coded from 1 instead of 0 (``sum_from_one``), or the place of the last
    yes among items in rising order of gravity, 0 for none (``highest_yes``).
    """

    key: str
    title: str
    items: tuple[str, ...]
    rule: Rule
    minimum: Number
    maximum: Number
    direction: Direction
    unit: str = "points"
    groups: tuple[tuple[str, ...], ...] = ()  # of max_of_groups alone
    skips: bool = True  # False: an item that need not be answered is missing all the same
    decimals: bool = False  # of a score-only scale: may its total have a fraction (lines in millimetres)
    missing: Missing = Missing()
    band_sets: tuple[BandSet, ...] = ()  # the first is the one used, the others are for reading

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.band_sets[0].bands if self.band_sets else ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Items that need no answer, given certain others.

    It applies when every item of ``when`` is answered and, where a bound is set, the sum of their answers
    (yes = 1) is at most ``at_most``, or at least ``at_least``. An item left out then counts as ``counts_as``;
    ``strikes``: whatever was answered there does not count either.
    """

    items: tuple[str, ...]
    when: tuple[str, ...]
    at_most: Number | None
    at_least: Number | None
    counts_as: Number | None
    strikes: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Step:
    """One category above the lowest, reached when its outcome is true."""

    key: str
    label: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Levels:
    """Ordered categories drawn from outcomes: a triage, never a sum."""

    key: str
    title: str
    lowest: str
    lowest_label: str
    steps: tuple[Step, ...]  # rising
    source: Source

    def label(self, key: str) -> str:
        """The words of one category. Raises ``KeyError``."""
        return {self.lowest: self.lowest_label, **{step.key: step.label for step in self.steps}}[key]


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


@dataclass(frozen=True)
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
    levels: tuple[Levels, ...] = ()
    skips: tuple[Skip, ...] = ()
    change: ChangeRules | None = None
    state: bool = False  # about one moment or session (MEQ30), not a trait followed over time
    loinc: dict[str, str] = field(default_factory=dict)  # item code, scale key or "panel" -> verified LOINC
    language: str = OWN_LANGUAGE  # of what it asks (BCP 47); in the words of a pack, that of the pack

    def item(self, code: str) -> Item:
        """The item with this code. Raises ``KeyError``."""
        return self._by_code[code]

    @cached_property
    def _by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @property
    def sections(self) -> dict[str, tuple[Item, ...]]:
        """The items by their headings, in the order of the file; "" where they stand below none."""
        names = dict.fromkeys(item.section for item in self.items)
        return {name: tuple(item for item in self.items if item.section == name) for name in names}

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
        wanted = set(scale.items)
        return tuple(item for item in self.items if item.code in wanted)

    @property
    def primary_scale(self) -> Scale:
        """The scale that change is judged on, else the first."""
        return self.scale(self.change.scale) if self.change else self.scales[0]
