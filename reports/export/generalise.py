"""The levels to which quasi-identifiers are generalised, from fine to coarse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from reports.stats.disclosure import Level

Values = Mapping[str, frozenset[str]]

WITHHELD = "not released"
NOT_RECORDED = "not recorded"
OTHER = "other"
RARE_BELOW = (1, 2, 4)  # times k


def recorded_or_withheld(values: Values) -> tuple[Level, ...]:
    """As recorded, or not at all."""
    return (
        Level("as recorded", {value: value for value in _all(values)}),
        Level("not released", dict.fromkeys(_all(values), WITHHELD)),
    )


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


def _all(values: Values) -> list[str]:
    return sorted({value for found in values.values() for value in found})


def band(age: int, starts: Sequence[int]) -> str:
    """The band in words. "30 to 39", because a spreadsheet reads "10-19" as a day in October."""
    if len(starts) == 1:
        return "any age"
    place = max((number for number, start in enumerate(starts) if start <= age), default=0)
    if place == 0:
        return f"under {starts[1]}"
    if place == len(starts) - 1:
        return f"{starts[place]} or over"
    return f"{starts[place]} to {starts[place + 1] - 1}"
