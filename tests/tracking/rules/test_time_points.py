"""A time point is stored as its protocol names it, and said by the shape of that name."""

from __future__ import annotations

import pytest
from django.utils import translation

from tracking.rules import protocol as protocols
from tracking.rules.protocol.anchors import NUMBER, WEEK
from tracking.vocabulary import time_points
from tracking.vocabulary.time_points import SHAPES, shape_of, time_point_in_words

NAMES = sorted({point.name for one in protocols.all_protocols() for point in one.time_points})


def stored(name: str) -> str:
    return name.replace(NUMBER, "2").replace(WEEK, "18")


@pytest.mark.parametrize("name", NAMES)
def test_every_time_point_of_a_protocol_that_ships_has_a_shape(name: str) -> None:
    assert shape_of(stored(name)) in SHAPES
    assert time_point_in_words(stored(name)) == stored(name)


def test_numbers_come_back_where_the_language_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {"week {n} after dose {m}": "nach Gabe {m} die Woche {n}"}
    monkeypatch.setattr(time_points, "_", german.__getitem__)
    with translation.override("de"):
        assert time_point_in_words("week 3 after dose 1") == "nach Gabe 1 die Woche 3"


@pytest.mark.parametrize(
    ("written", "said"), [("week_4", "week 4"), ("1 of 2 of 3", "1 of 2 of 3"), ("", ""), ("{n}", "{n}")]
)
def test_one_that_somebody_wrote_stands_as_it_was_written(written: str, said: str) -> None:
    assert time_point_in_words(written) == said
