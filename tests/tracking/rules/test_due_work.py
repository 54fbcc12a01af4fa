"""Where an open request stands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tracking.rules.due_work import ORDER, places

TODAY = date(2028, 2, 29)


@dataclass
class Window:
    opens_on: date
    due_on: date
    closes_on: date


def window(opens: int, due: int, closes: int) -> Window:
    """Days from today."""
    return Window(*(TODAY + timedelta(days=days) for days in (opens, due, closes)))


@pytest.mark.parametrize(
    ("days", "place"),
    [
        ((-9, -8, -1), "missed"),
        ((-9, -1, 0), "overdue"),
        ((-9, 0, 0), "due"),
        ((0, 5, 9), "due"),
        ((1, 1, 1), "next"),
    ],
)
def test_both_ends_of_a_window_belong_to_it(days: tuple[int, int, int], place: str) -> None:
    assert places([window(*days)], TODAY) == [place]


def test_next_is_all_that_opens_first_and_the_rest_is_planned() -> None:
    windows = [window(7, 9, 9), window(3, 4, 9), window(3, 8, 9), window(-3, -2, 1)]
    assert places(windows, TODAY) == ["planned", "next", "next", "overdue"]


def test_every_place_has_its_rank() -> None:
    windows = [window(-9, -8, -1), window(-9, -1, 0), window(0, 0, 0), window(1, 1, 1), window(2, 2, 2)]
    assert sorted(ORDER) == sorted(places(windows, TODAY))
