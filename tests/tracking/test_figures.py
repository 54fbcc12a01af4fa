"""Numbers as they are read."""

from __future__ import annotations

import pytest

from tracking.templatetags.figures import fixed, p_value, score, signed, words


@pytest.mark.parametrize(
    ("value", "read"),
    [(0.0, "0"), (12.0, "12"), (13.5, "13.5"), (-13.0, "−13"), (-0.04, "0"), (100.0, "100"), (None, "–")],
)
def test_a_score_has_no_needless_decimals_and_nought_is_no_dash(value: float | None, read: str) -> None:
    assert score(value) == read


@pytest.mark.parametrize(
    ("value", "read"), [(3.0, "+3"), (-13.0, "−13"), (0.0, "0"), (0.04, "0"), (None, "–")]
)
def test_a_change_says_its_direction(value: float | None, read: str) -> None:
    assert signed(value) == read


def test_an_estimate_keeps_its_decimals() -> None:
    assert (fixed(-0.6), fixed(0.1234), fixed(2)) == ("−0.60", "0.12", "2.00")


@pytest.mark.parametrize(("value", "read"), [(0.0412, "0.041"), (0.001, "0.001"), (1e-9, "< 0.001")])
def test_a_p_value_is_never_nought(value: float, read: str) -> None:
    assert p_value(value) == read


def test_a_key_is_read_as_words() -> None:
    assert words("relapse_suspected") == "relapse suspected"
