"""The levels to which quasi-identifiers are generalised, from fine to coarse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median

from reports.stats.disclosure import Level

Values = Mapping[str, frozenset[str]]

WITHHELD = "not released"
NOT_RECORDED = "not recorded"
OTHER = "other"
BAND_YEARS = (10, 20)
DECADE = 10
RARE_BELOW = (1, 2, 4)  # times k


def recorded_or_withheld(values: Values) -> tuple[Level, ...]:
    """As recorded, or not at all."""
    return (
        Level("as recorded", {value: value for value in _all(values)}),
        Level("not released", dict.fromkeys(_all(values), WITHHELD)),
    )


def age_levels(values: Values, k: int) -> tuple[Level, ...]:
    """Bands of 10 and 20 years, two halves, or not at all. Ages in completed years, or ``NOT_RECORDED``.

    The outermost bands are widened until each holds ``k`` patients: a single person of 93 is "60 or over". The
    halves are parted at the full decade next to the median.
    """
    ages = [int(age) for age in _values_by_patient(values) if age != NOT_RECORDED]
    banded = tuple(_bands(_all(values), band_starts(ages, width, k), width) for width in BAND_YEARS)
    halves = Level("two bands, parted near the median", _banded(_all(values), _half_starts(ages)))
    return (*banded, halves, Level("not released", dict.fromkeys(_all(values), WITHHELD)))


def rare_levels(values: Values, k: int) -> tuple[Level, ...]:
    """Values of fewer than k, 2k or 4k patients become "other", then all do; at last the rows are left out.

    Case and blanks are ignored.
    """
    patients = Counter(value for found in values.values() for value in {plain(each) for each in found})
    levels = [
        Level(
            f"those of fewer than {k * times} patients are called other",
            {value: plain(value) if patients[plain(value)] >= k * times else OTHER for value in _all(values)},
        )
        for times in RARE_BELOW
    ]
    return (
        *levels,
        Level("all are called other", dict.fromkeys(_all(values), OTHER)),
        Level(
            "not released, nor whether there is any", dict.fromkeys(_all(values), WITHHELD), drops_rows=True
        ),
    )


def plain(text: str) -> str:
    """The same word however it was typed."""
    return " ".join(text.split()).casefold()


def band_starts(ages: Iterable[int], width: int, k: int) -> list[int]:
    """Where the bands begin, rising; the first and the last each hold at least ``k`` of the ages."""
    counts = Counter(age - age % width for age in ages)
    starts = sorted(counts)
    while len(starts) > 1 and counts[starts[-1]] < k:
        counts[starts[-2]] += counts[starts.pop()]
    while len(starts) > 1 and counts[starts[0]] < k:
        counts[starts[1]] += counts[starts.pop(0)]
    return starts


def _half_starts(ages: list[int]) -> list[int]:
    parted_at = round(median(ages) / DECADE) * DECADE if ages else 0
    return [min(ages, default=0), parted_at]


def _values_by_patient(values: Values) -> list[str]:
    """All values, each once for every patient that has it."""
    return [value for found in values.values() for value in found]


def _all(values: Values) -> list[str]:
    return sorted({value for found in values.values() for value in found})


def _bands(ages: list[str], starts: list[int], width: int) -> Level:
    words = f"bands of {width} years, open at both ends" if len(starts) > 1 else "one band for all ages"
    return Level(words, _banded(ages, starts))


def _banded(ages: Iterable[str], starts: list[int]) -> dict[str, str]:
    return {age: age if age == NOT_RECORDED else _band(int(age), starts) for age in ages}


def _band(age: int, starts: list[int]) -> str:
    """The band in words. "30 to 39", because a spreadsheet reads "10-19" as a day in October."""
    if len(starts) == 1:
        return "any age"
    place = max((number for number, start in enumerate(starts) if start <= age), default=0)
    if place == 0:
        return f"under {starts[1]}"
    if place == len(starts) - 1:
        return f"{starts[place]} or over"
    return f"{starts[place]} to {starts[place + 1] - 1}"
