"""Blinding indices against R (package BI) on the example of Bang et al. 2004, table 7."""

from __future__ import annotations

import numpy as np
import pytest

from reports.stats.blinding import bang_index, james_index
from reports.stats.errors import Refusal
from tests.reports.stats.references import reference

CRISP = reference("reliability_blinding")["blinding_crisp_bang2004_table7"]
COUNTS = np.array(CRISP["counts"])


@pytest.mark.parametrize(("arm", "column", "right", "wrong"), [("treatment", 0, 0, 1), ("placebo", 1, 1, 0)])
def test_bang(arm: str, column: int, right: int, wrong: int) -> None:
    counts = COUNTS[:, column].tolist()
    found = bang_index(counts[right], counts[wrong], counts[2])
    published = CRISP[f"bang_{arm}"]
    assert found.value == pytest.approx(published["estimate"], abs=5e-10)
    assert found.se == pytest.approx(published["se"], abs=5e-9)
    assert [found.low, found.high] == pytest.approx(published["ci"], abs=5e-7)


def test_james() -> None:
    found = james_index(COUNTS)
    assert found.value == pytest.approx(CRISP["james"]["estimate"], abs=5e-9)
    assert found.se == pytest.approx(CRISP["james"]["se"], abs=5e-9)
    assert [found.low, found.high] == pytest.approx(CRISP["james"]["ci"], abs=5e-9)


def test_everybody_guessed_right() -> None:
    assert bang_index(10, 0, 0).value == 1
    assert james_index([[10, 0], [0, 10], [0, 0]]).value == 0


def test_nobody_knew() -> None:
    assert bang_index(0, 0, 10).value == 0
    nearly = james_index([[1, 1], [1, 1], [500, 500]])
    assert nearly.value == pytest.approx(1, abs=0.005)


def test_random_guesses() -> None:
    assert bang_index(5, 5, 3).value == 0
    assert james_index([[10, 10], [10, 10], [0, 0]]).value == 0.5


def test_all_guessed_the_other_arm() -> None:
    assert bang_index(0, 10, 0).value == -1
    assert james_index([[0, 10], [10, 0], [0, 0]]).value == 1


def test_the_arms_may_change_places() -> None:
    turned = COUNTS[[1, 0, 2]][:, ::-1]
    found, before = james_index(turned), james_index(COUNTS)
    assert (found.value, found.se) == pytest.approx((before.value, before.se))


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([[1, 2], [3, 4]], "two arms"),
        ([[1, -2], [3, 4], [0, 0]], "two arms"),
        ([[0, 0], [0, 0], [3, 4]], "ventured a guess"),
        ([[5, 0], [0, 0], [3, 4]], "chance expects nothing"),
    ],
)
def test_tables_that_carry_no_index_are_refused(counts: list, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        james_index(counts)


def test_an_arm_that_nobody_was_asked_in_is_refused() -> None:
    with pytest.raises(Refusal, match="asked for a guess"):
        bang_index(0, 0, 0)
