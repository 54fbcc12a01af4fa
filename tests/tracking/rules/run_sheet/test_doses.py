"""Totals, differences from the plan, and the window of the supplement (80 mg, then 40 mg after 90 to 150 minutes)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given as such_that
from hypothesis import strategies as st

from tests.tracking.rules.run_sheet.sheets import KETAMINE, MDMA, PSILOCYBIN, at, given, record
from tracking.rules import protocol as protocols
from tracking.rules.run_sheet import Given, Total, notices, plan_of, supplement_window, totals

LSD = plan_of(protocols.get("lsd-anxiety"), "lsd", 1)
PLACEBO = plan_of(protocols.get("mdma-ptsd"), "placebo", 1)


def said(plan: object, *doses: Given) -> list[str]:
    return [notice.words for notice in notices(plan, record(doses=doses))]  # type: ignore[arg-type]


class TestTotals:
    def test_a_substance_adds_up_and_is_reckoned_by_weight(self) -> None:
        doses = (given(30, 80, weight_kg=Decimal(75)), given(150, 40, substance="mdma", is_supplement=True))
        assert totals(doses) == (Total("MDMA", Decimal(120), "mg", Decimal("1.600")),)

    def test_mg_per_kg_becomes_mg_by_the_weight_of_the_day(self) -> None:
        (total,) = totals((given(5, "0.5", "mg/kg", "ketamine", weight_kg=Decimal("72.4")),))
        assert (total.amount, total.unit, total.per_kg) == (Decimal("36.2"), "mg", Decimal("0.500"))

    def test_without_a_weight_it_stays_what_it_was(self) -> None:
        assert totals((given(5, "0.5", "mg/kg", "ketamine"),)) == (
            Total("ketamine", Decimal("0.5"), "mg/kg", None),
        )

    def test_micrograms_stay_micrograms(self) -> None:
        assert totals((given(5, 100, "ug", "LSD"),))[0] == Total("LSD", Decimal(100), "ug", None)

    def test_several_substances_have_a_line_each(self) -> None:
        found = totals((given(5, 25, substance="psilocybin"), given(30, 5, substance="lorazepam")))
        assert [(total.substance, total.amount) for total in found] == [("psilocybin", 25), ("lorazepam", 5)]

    def test_pulses_have_no_mass(self) -> None:
        assert totals((given(5, 3000, "pulses", "rTMS"),))[0].per_kg is None

    @such_that(st.lists(st.decimals("0.001", "999", places=3), min_size=1, max_size=6))
    def test_the_order_does_not_matter(self, amounts: list[Decimal]) -> None:
        forth = tuple(given(n, amount) for n, amount in enumerate(amounts))
        assert totals(forth)[0].amount == totals(forth[::-1])[0].amount == sum(amounts)


class TestNotices:
    def test_as_planned_nothing_is_said(self) -> None:
        assert said(MDMA, given(30), given(150, 40, is_supplement=True)) == []

    def test_another_amount(self) -> None:
        assert said(MDMA, given(30, 100)) == ["MDMA 100 mg given, 80 mg planned."]

    def test_the_same_amount_in_two_halves(self) -> None:
        assert said(MDMA, given(30, 40), given(31, 40)) == []

    def test_another_substance(self) -> None:
        assert said(MDMA, given(30), given(40, 1, substance="lorazepam")) == [
            "lorazepam is not what the protocol plans for this session."
        ]

    @pytest.mark.parametrize(("minute", "after"), [(119, 89), (181, 151)])
    def test_a_supplement_outside_its_window(self, minute: int, after: int) -> None:
        assert said(MDMA, given(30), given(minute, 40, is_supplement=True)) == [
            f"The supplemental dose was given {after} minutes after the first dose, 90 to 150 planned."
        ]

    @pytest.mark.parametrize("minute", [120, 180])
    def test_the_edges_of_the_window_are_in_it(self, minute: int) -> None:
        assert said(MDMA, given(30), given(minute, 40, is_supplement=True)) == []

    def test_a_supplement_that_nobody_planned(self) -> None:
        first, second = (
            given(5, 25, substance="psilocybin"),
            given(60, 5, substance="psilocybin", is_supplement=True),
        )
        assert said(PSILOCYBIN, first, second) == [
            "A supplemental dose of psilocybin is not planned for this session."
        ]

    def test_a_range_is_kept_to_at_both_ends(self) -> None:
        assert said(LSD, given(5, 100, "ug", "LSD")) == said(LSD, given(5, "0.2", "mg", "LSD")) == []
        assert said(LSD, given(5, 250, "ug", "LSD")) == ["LSD 250 µg given, 100–200 µg planned."]

    def test_mg_are_compared_with_mg_per_kg_by_the_weight(self) -> None:
        weight = Decimal(70)
        assert said(KETAMINE, given(5, 35, "mg", "ketamine", weight_kg=weight)) == []
        assert said(KETAMINE, given(5, 70, "mg", "ketamine", weight_kg=weight)) == [
            "ketamine 1 mg/kg given, 0.5 mg/kg planned."
        ]
        assert said(KETAMINE, given(5, 35, "mg", "ketamine")) == [
            "ketamine was given in another unit than the 0.5 mg/kg planned."
        ]

    def test_a_placebo_has_no_amount_to_differ_from(self) -> None:
        assert said(PLACEBO, given(30, 80, substance="placebo")) == []


@pytest.mark.parametrize(("minute", "state"), [(119, "waiting"), (120, "open"), (180, "open"), (181, "over")])
def test_the_window_opens_and_closes(minute: int, state: str) -> None:
    found = supplement_window(MDMA, record(doses=(given(30),)), at(minute))
    assert (found.opens_at, found.closes_at, found.state) == (at(120), at(180), state)


def test_there_is_no_window_without_a_first_dose_or_a_planned_supplement() -> None:
    assert supplement_window(MDMA, record(), at(200)) is None
    assert supplement_window(PSILOCYBIN, record(doses=(given(30),)), at(200)) is None


@such_that(st.lists(st.integers(0, 400), min_size=2, max_size=6, unique=True))
def test_the_window_never_goes_back(minutes: list[int]) -> None:
    order = ["waiting", "open", "over"]
    dosed = record(doses=(given(0),))
    found = [order.index(supplement_window(MDMA, dosed, at(minute)).state) for minute in sorted(minutes)]
    assert all(before <= after for before, after in pairwise(found))
