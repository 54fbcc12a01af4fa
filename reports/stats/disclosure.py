"""Disclosure control: how coarse the values that help to find somebody must become before they may leave.

**k-anonymity over patients.** Each patient has, for each quasi-identifier, the *set* of values of all their
rows (a missing value counts as a value, no row at all as the empty set). Patients with equal sets form a
class; every class must hold at least ``k`` patients. Rows are never counted: a unique patient with six
visits is still unique.

**Method.** Each quasi-identifier has levels from fine to coarse, and all combinations of levels are tried.
Patients in a class below ``k`` are suppressed: they lose all their quasi-identifiers and form one class of
their own, filled up to ``k`` from others. Of the combinations that suppress no more than
``most_suppressed`` of the patients, the one that loses least is taken. What a level loses is the
non-uniform entropy ``-log2 Pr(original | released value)``, averaged over the values, as a share of what
withholding all of them would lose, times the weight.

**l-diversity.** What an acquaintance may know (``known``) must not tell ``learned`` (the diagnosis): each
class over the known ones has at least two different values, unless the cohort has only one by design, which
is noted.

Sources: El Emam K et al. A globally optimal k-anonymity method for the de-identification of health data.
JAMIA 2009;16:670-682 (search and entropy). Machanavajjhala A et al. l-diversity: privacy beyond
k-anonymity. ACM TKDD 2007;1:3.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from measures.language import gettext as _
from reports.stats.errors import Refusal, Say

Codes = npt.NDArray[np.int64]  # one number per patient, equal for equal values, without gaps
MOST_SUPPRESSED = 0.2  # a policy of ours: beyond a fifth the data set is another one than was studied
DIVERSE = 2


class DisclosureRefusal(Refusal):
    """Nothing may leave. ``reasons``: sentences with counts, never a value of a person."""

    def __init__(self, *reasons: Say | str) -> None:
        super().__init__(lambda: " ".join(self.reasons))
        self._reasons = reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(say if isinstance(say, str) else say() for say in self._reasons)


@dataclass(frozen=True, slots=True)
class Level:
    """One way to release a quasi-identifier: what is done in words, and original → released value.

    ``drops_rows``: not even whether a patient has any value is told.
    """

    words: str
    recode: Mapping[str, str]
    drops_rows: bool = False


@dataclass(frozen=True, slots=True)
class Quasi:
    """One quasi-identifier: its values by patient, and its levels from fine to coarse.

    ``weight``: how much its loss costs the analysis, relative to the others. ``known``: an acquaintance of
    the patient may know it.
    """

    name: str
    values: Mapping[str, frozenset[str]]
    levels: tuple[Level, ...]
    weight: float = 1.0
    known: bool = False


@dataclass(frozen=True, slots=True)
class Diversity:
    """The fewest different values of ``learned`` in a class over ``known``; ``None`` when not released."""

    learned: str
    known: tuple[str, ...]
    fewest: int | None
    by_design: bool  # the whole cohort has one value

    @property
    def holds(self) -> bool:
        return self.fewest is None or self.by_design or self.fewest >= DIVERSE


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done so that every class, the suppressed patients being one, holds ``k`` or more.

    ``alike``: the patients of each class. ``described``: by quasi-identifier that is told class by class, what is told
    of each patient.
    """

    k: int
    patients: int
    levels: Mapping[str, Level]
    suppressed: frozenset[str]
    classes: int
    smallest_class: int
    information_lost: float  # 0 nothing, 1 everything
    diversity: Diversity
    alike: tuple[tuple[str, ...], ...] = ()
    described: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Choice:
    """One combination of levels and what it comes to."""

    levels: tuple[int, ...]
    classes: Codes
    suppressed: npt.NDArray[np.bool_]
    loss: float


def make_plan(
    quasis: Sequence[Quasi], *, k: int, learned: str, most_suppressed: float = MOST_SUPPRESSED
) -> Plan:
    """The least lossy way to keep ``k``: the first of ``plans``."""
    return next(plans(quasis, k=k, learned=learned, most_suppressed=most_suppressed))


def plans(
    quasis: Sequence[Quasi], *, k: int, learned: str, most_suppressed: float = MOST_SUPPRESSED
) -> Iterator[Plan]:
    """Every way to keep ``k``, the least lossy first. Raises ``DisclosureRefusal`` when there is none.

    Missing-data policy: the caller gives a missing value as a value. The order of the patients decides who
    fills up the class of the suppressed, so it should be secret and the same at every release. Raises
    ``ValueError`` when the quasi-identifiers do not name the same patients in the same order.
    """
    patients = _patients(quasis)
    if len(patients) < k:
        raise DisclosureRefusal(lambda: _("Fewer than {n} patients may be released.").format(n=k))
    coded = [[_codes(quasi, level, patients) for level in quasi.levels] for quasi in quasis]
    costs = [[information_lost(quasi, level) for level in quasi.levels] for quasi in quasis]
    choices = [
        _weighed(quasis, costs, levels, classes, k)
        for levels, classes in _combinations(coded, np.zeros(len(patients), np.int64))
    ]
    allowed = [
        choice
        for choice in choices
        if choice.suppressed.mean() <= most_suppressed and _is_diverse(quasis, coded, choice, learned)
    ]
    if not allowed:
        raise DisclosureRefusal(*_reasons(choices, k, most_suppressed))
    for choice in sorted(allowed, key=lambda choice: choice.loss):
        yield _plan(quasis, coded, choice, patients, k, learned)


def described(
    plan: Plan,
    told: Mapping[str, Mapping[str, str]],
    learned: Mapping[str, frozenset[str]],
    information_lost: float,
) -> Plan:
    """The plan with what is ``told`` of each patient, by quasi-identifier, of those that were not in it: an
    acquaintance knows these. Classes and diversity are counted anew; ``learned``: the values that are released, of
    those of whom they are."""
    seen = {
        patient: tuple(values[patient] for values in told.values())
        for alike in plan.alike
        for patient in alike
    }
    parts: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for number, alike in enumerate(plan.alike):
        for patient in alike:
            parts.setdefault((number, seen[patient]), []).append(patient)
    fewest = plan.diversity.fewest
    if fewest is not None:
        possible: dict[tuple[str, ...], set[frozenset[str]]] = {}
        for patient, released in learned.items():
            possible.setdefault(seen[patient], set()).add(released)
        fewest = min(map(len, possible.values()))
    return replace(
        plan,
        classes=len(parts),
        smallest_class=min(map(len, parts.values())),
        information_lost=information_lost,
        diversity=replace(plan.diversity, known=tuple(told), fewest=fewest),
        alike=tuple(map(tuple, parts.values())),
        described=told,
    )


def information_lost(quasi: Quasi, level: Level) -> float:
    """The share of the information in the recorded values that ``level`` takes away, from 0 to 1.

    0 too where there is nothing to lose: all values are the same.
    """
    if level.drops_rows:
        return 1.0
    original = Counter(value for values in quasi.values.values() for value in values)
    released: Counter[str] = Counter()
    for value, count in original.items():
        released[level.recode[value]] += count
    everything = sum(n * math.log2(original.total() / n) for n in original.values())
    lost = sum(n * math.log2(released[level.recode[value]] / n) for value, n in original.items())
    return lost / everything if everything else 0.0


def lost_by_patient(recorded: Mapping[str, str], told: Mapping[str, str]) -> float:
    """``information_lost`` where equal values are not told alike of all patients."""
    original, released = Counter(recorded.values()), Counter(told.values())
    pairs = Counter((recorded[each], told[each]) for each in recorded)
    everything = sum(n * math.log2(original.total() / n) for n in original.values())
    lost = sum(n * math.log2(released[value] / n) for (_was, value), n in pairs.items())
    return lost / everything if everything else 0.0


def suppressed_patients(classes: Codes, k: int) -> npt.NDArray[np.bool_]:
    """Who must lose all quasi-identifiers: those in classes below ``k``, filled up to ``k``.

    Filled up from the largest class, where that leaves it ``k``; otherwise with the whole smallest class
    that is large enough by itself.
    """
    sizes = np.bincount(classes)
    chosen: npt.NDArray[np.bool_] = sizes[classes] < k
    missing = k - int(chosen.sum())
    if missing in (k, 0) or missing < 0 or chosen.all():
        return chosen
    largest = int(sizes.argmax())
    if sizes[largest] >= k + missing:
        chosen[np.flatnonzero(classes == largest)[:missing]] = True
        return chosen
    large_enough = np.flatnonzero(sizes >= k)
    chosen[classes == large_enough[sizes[large_enough].argmin()]] = True
    return chosen


def _patients(quasis: Sequence[Quasi]) -> tuple[str, ...]:
    orders = {tuple(quasi.values) for quasi in quasis}
    if len(orders) != 1:
        raise ValueError("the quasi-identifiers must name the same patients in the same order")
    return orders.pop()


def _codes(quasi: Quasi, level: Level, patients: Sequence[str]) -> Codes:
    if level.drops_rows:
        return np.zeros(len(patients), np.int64)
    sets = [frozenset(level.recode[value] for value in quasi.values[patient]) for patient in patients]
    numbers = {each: number for number, each in enumerate(dict.fromkeys(sets))}
    return np.array([numbers[each] for each in sets], np.int64)


def _combined(left: Codes, right: Codes) -> Codes:
    """Equal where both are equal. Numbered anew, so that products of many do not overflow."""
    return np.unique(left * (right.max() + 1) + right, return_inverse=True)[1].astype(np.int64)


def _combinations(
    coded: Sequence[Sequence[Codes]], classes: Codes, levels: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], Codes]]:
    """Every combination of levels with its classes, the finest first. Of levels that part the
    patients alike the finer one is enough."""
    if len(levels) == len(coded):
        yield levels, classes
        return
    seen: set[bytes] = set()
    for level, codes in enumerate(coded[len(levels)]):
        if codes.tobytes() in seen:
            continue
        seen.add(codes.tobytes())
        yield from _combinations(coded, _combined(classes, codes), (*levels, level))


def _weighed(
    quasis: Sequence[Quasi], costs: Sequence[Sequence[float]], levels: tuple[int, ...], classes: Codes, k: int
) -> _Choice:
    suppressed = suppressed_patients(classes, k)
    share = float(suppressed.mean())
    weights = sum(quasi.weight for quasi in quasis)
    coarser = sum(
        quasi.weight * cost[level] for quasi, cost, level in zip(quasis, costs, levels, strict=True)
    )
    return _Choice(levels, classes, suppressed, (coarser * (1 - share) + weights * share) / weights)


def _is_diverse(
    quasis: Sequence[Quasi], coded: Sequence[Sequence[Codes]], choice: _Choice, learned: str
) -> bool:
    return _diversity(quasis, coded, choice, learned).holds


def _diversity(
    quasis: Sequence[Quasi], coded: Sequence[Sequence[Codes]], choice: _Choice, learned: str
) -> Diversity:
    names = [quasi.name for quasi in quasis]
    place = names.index(learned)
    known = [number for number, quasi in enumerate(quasis) if quasi.known]
    by_design = int(coded[place][0].max()) == 0
    released = coded[place][choice.levels[place]]
    said = tuple(names[number] for number in known)
    kept = ~choice.suppressed
    if not kept.any() or (int(released.max()) == 0 and not by_design):
        return Diversity(learned, said, None, by_design)
    classes = np.zeros(len(released), np.int64)
    for number in known:
        classes = _combined(classes, coded[number][choice.levels[number]])
    pairs = np.unique(np.column_stack([classes[kept], released[kept]]), axis=0)
    fewest = int(np.unique(pairs[:, 0], return_counts=True)[1].min())
    return Diversity(learned, said, fewest, by_design)


def _reasons(choices: Sequence[_Choice], k: int, most_suppressed: float) -> tuple[Say, Say]:
    fewest = min(int(choice.suppressed.sum()) for choice in choices)
    patients = len(choices[0].suppressed)
    return (
        lambda: _(
            "No combination of generalised values leaves every patient among at least {n} alike."
        ).format(n=k),
        lambda: _(
            "At best {fewest} of {patients} patients would lose all descriptive values; no more than {share} may."
        ).format(fewest=fewest, patients=patients, share=f"{most_suppressed:.0%}"),
    )


def _plan(
    quasis: Sequence[Quasi],
    coded: Sequence[Sequence[Codes]],
    choice: _Choice,
    patients: Sequence[str],
    k: int,
    learned: str,
) -> Plan:
    alike: dict[int, list[str]] = {}
    for patient, number in zip(patients, np.where(choice.suppressed, -1, choice.classes), strict=True):
        alike.setdefault(int(number), []).append(patient)
    return Plan(
        k=k,
        patients=len(patients),
        levels={quasi.name: quasi.levels[level] for quasi, level in zip(quasis, choice.levels, strict=True)},
        suppressed=frozenset(p for p, out in zip(patients, choice.suppressed, strict=True) if out),
        classes=len(alike),
        smallest_class=min(map(len, alike.values())),
        information_lost=choice.loss,
        diversity=_diversity(quasis, coded, choice, learned),
        alike=tuple(map(tuple, alike.values())),
    )
