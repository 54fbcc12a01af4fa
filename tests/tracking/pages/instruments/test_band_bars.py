"""Where bands and scores stand on the axis of their scale."""

from dataclasses import replace

import pytest

from measures import registry
from measures.instrument import Scale
from tracking.pages.instruments.band_bars import bars_of, place_of

PHQ9 = registry.get("phq9").scale("total")
BANDED = [scale for one in registry.all_latest() for scale in one.scales if scale.band_sets]


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


@pytest.mark.parametrize("scale", BANDED, ids=lambda scale: scale.title)
def test_the_pieces_lie_side_by_side_and_fill_the_axis(scale: Scale) -> None:
    for bar in bars_of(scale):
        end = 0.0
        for piece in bar.pieces:
            assert percent(piece.x) == pytest.approx(end, abs=0.01)
            end = percent(piece.x) + percent(piece.width)
        assert end == pytest.approx(100, abs=0.01)


def test_each_score_stands_within_its_band() -> None:
    for piece in bars_of(PHQ9)[0].pieces:
        for score in (piece.band.low, piece.band.high):
            begin = percent(piece.x)
            assert begin < percent(place_of(PHQ9, score)) < begin + percent(piece.width)


def test_the_worse_the_darker() -> None:
    assert [piece.shade for piece in bars_of(PHQ9)[0].pieces] == [0, 1, 2, 4, 5]
    better = replace(PHQ9, direction="higher_is_better")
    assert [piece.shade for piece in bars_of(better)[0].pieces] == [5, 4, 2, 1, 0]


def test_the_set_that_is_used_is_named_first() -> None:
    bars = bars_of(registry.get("hamd17").scale("total"))
    assert [(bar.band_set.key, bar.used) for bar in bars] == [
        ("apa2000", True),
        ("zimmerman2013", False),
        ("ids_equating", False),
    ]
    assert bars_of(registry.get("caps5").scale("total")) == ()
