"""What is not run again on the second engine, and why (see docs/testing.md)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

ON_ONE = pytest.mark.one_engine("one of many alike courses, of which some run on both engines")

DOORS = pytest.mark.one_engine("who may see a row is asked by its keys, which every engine compares alike")


def few_on_both(courses: Iterable[object]) -> list[ParameterSet]:
    """The courses as parameters: two of eight on both engines, the others on SQLite alone.

    In pairs, because neighbours differ in what alternates (the time zone of a walk), so that both kinds stay on both.
    """
    return [
        pytest.param(course, marks=ON_ONE if number % 8 > 1 else ()) for number, course in enumerate(courses)
    ]
