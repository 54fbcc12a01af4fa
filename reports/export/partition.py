"""What is told of age and sex, class by class: as much as k allows, and not all or nothing.

Whoever is alike in all other descriptive values forms a class of at least k. Within it people are told apart by sex,
then, among those of one sex, by age in bands of whole decades, as long as each part holds k or more: bands are made
coarser first, and only where not even one band of any age holds k is the sex not released. Values of too few are
pooled with the smallest that would leave the pool too small, and are not released. The same people give the same parts.
Pure.

After LeFevre K et al. Mondrian multidimensional k-anonymity. ICDE 2006, with a fixed order of the two dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.export.generalise import NOT_RECORDED, WITHHELD, band

DECADE = 10


@dataclass(frozen=True, slots=True)
class Person:
    """``age`` in completed years, or ``NOT_RECORDED``."""

    sex: str
    age: str


def describe(people: Mapping[str, Person], classes: Sequence[Sequence[str]], k: int) -> dict[str, Person]:
    """What is released of each; ``classes`` hold ``k`` or more each."""
    told: dict[str, Person] = {}
    for members in classes:
        for sex, alike in parts({each: people[each].sex for each in members}, k).items():
            ages = {each: people[each].age for each in alike}
            for age, those in parts(_banded(ages, k), k).items():
                told |= {each: Person(sex, age) for each in those}
    return told


def diverse(told: Mapping[str, Person], learned: Mapping[str, Hashable], fewest: int) -> dict[str, Person]:
    """The same, without the age, and then without the sex, of those whom it leaves fewer than ``fewest`` values of what
    must not be ``learned``. Whole parts become coarser, so that none becomes smaller."""
    found = dict(told)
    for keep_sex in (True, False):
        possible: dict[Person, set[Hashable]] = {}
        for each, value in learned.items():
            possible.setdefault(found[each], set()).add(value)
        few = {person for person, values in possible.items() if len(values) < fewest}
        found = {
            each: Person(person.sex if keep_sex else WITHHELD, WITHHELD) if person in few else person
            for each, person in found.items()
        }
    return found


def parts(values: Mapping[str, str], k: int) -> dict[str, list[str]]:
    """Who has each value, as far as that is told: parts of ``k`` or more, one of them possibly ``WITHHELD``."""
    found: dict[str, list[str]] = {}
    for each, value in values.items():
        found.setdefault(value, []).append(each)
    by_size = sorted(found, key=lambda value: (len(found[value]), value))
    pool: list[str] = []
    for value in by_size:
        if len(found[value]) < k or 0 < len(pool) < k:
            pool += found.pop(value)
    return found | ({WITHHELD: pool} if pool else {})


def decades(ages: Iterable[int], k: int) -> list[int]:
    """Where bands of whole decades begin, rising, so that each holds ``k`` of the ages or more; one for fewer."""
    counts = Counter(age - age % DECADE for age in ages)
    starts: list[int] = []
    held = k
    for start in sorted(counts):
        if held >= k:
            starts.append(start)
            held = 0
        held += counts[start]
    return starts[:-1] if held < k and len(starts) > 1 else starts


def _banded(ages: Mapping[str, str], k: int) -> dict[str, str]:
    starts = decades((int(age) for age in ages.values() if age != NOT_RECORDED), k)
    if len(starts) < 2:
        return dict.fromkeys(ages, WITHHELD)
    return {each: age if age == NOT_RECORDED else band(int(age), starts) for each, age in ages.items()}
