"""Warnings: MDMA from 160/110 mmHg, 120 beats/min, 38.5 °C on; propranolol at or below 100 mmHg and 55 beats/min."""

from __future__ import annotations

import pytest
from hypothesis import given as such_that
from hypothesis import strategies as st

from tests.tracking.rules.run_sheet.sheets import MDMA, record, vitals
from tracking.rules import protocol as protocols
from tracking.rules.run_sheet import breaches, plan_of, standing

PROPRANOLOL = plan_of(protocols.get("propranolol-reactivation"), "propranolol", 1)


@pytest.mark.parametrize(
    ("scale", "below", "on"),
    [("systolic", 159, 160), ("diastolic", 109, 110), ("heart_rate", 119, 120), ("temperature", 38.4, 38.5)],
)
def test_a_value_at_the_limit_is_warned_of(scale: str, below: float, on: float) -> None:
    assert standing(MDMA, record(vitals(5, **{scale: below}))) == ()
    (found,) = standing(MDMA, record(vitals(5, **{scale: on})))
    assert (found.watch.scale, found.reading.value, found.upper) == (scale, on, True)
    assert "Mitchell 2021" in found.source.text


@pytest.mark.parametrize(("scale", "on", "above"), [("systolic", 100, 101), ("heart_rate", 55, 56)])
def test_a_lower_limit_warns_downwards(scale: str, on: float, above: float) -> None:
    assert standing(PROPRANOLOL, record(vitals(5, **{scale: above}))) == ()
    (found,) = standing(PROPRANOLOL, record(vitals(5, **{scale: on})))
    assert not found.upper
    assert "at or below" in found.words


def test_it_says_value_limit_and_unit() -> None:
    (found,) = standing(MDMA, record(vitals(5, systolic=168)))
    assert found.words == "Systolic blood pressure 168 mmHg: warned from 160 mmHg on."


def test_a_later_reading_within_takes_it_away_and_the_log_keeps_it() -> None:
    later = record(vitals(5, systolic=168), vitals(20, systolic=150))
    assert standing(MDMA, later) == ()
    assert [breach.reading.value for breach in breaches(MDMA, later.readings)] == [168]


def test_a_form_on_which_it_was_left_out_does_not() -> None:
    later = record(vitals(5, systolic=168), vitals(20, systolic=None))
    assert [breach.reading.value for breach in standing(MDMA, later)] == [168]


def test_the_order_of_arrival_does_not_matter() -> None:
    arrived = record(vitals(20, systolic=150), vitals(5, systolic=168))
    assert standing(MDMA, arrived) == ()


@such_that(st.lists(st.integers(40, 300), min_size=1, max_size=8))
def test_a_warning_stands_exactly_while_the_latest_value_is_beyond(values: list[int]) -> None:
    readings = record(*(vitals(number, systolic=value) for number, value in enumerate(values)))
    assert bool(standing(MDMA, readings)) == (values[-1] >= 160)
    assert len(breaches(MDMA, readings.readings)) == sum(value >= 160 for value in values)
