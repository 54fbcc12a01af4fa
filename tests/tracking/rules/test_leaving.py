"""What is asked for before the patient leaves a dosing session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from measures.errors import DefinitionError
from measures.instrument import Source
from tracking.rules.protocol import Watch
from tracking.rules.protocol.library import FOLDER, get
from tracking.rules.protocol.reading import load
from tracking.rules.run_sheet import Check, Given, Plan, Reading, Record, before_leaving, plan_of

BEGAN = datetime(2028, 3, 1, 8, tzinfo=UTC)
PLAN = plan_of(get("mdma-ptsd"), "mdma", 1)


def at(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def reading(scale: str, minutes: int, value: float, instrument: str = "vital_signs") -> Reading:
    return Reading(instrument, scale, at(minutes), value)


def calm(minutes: int) -> tuple[Reading, ...]:
    vitals = (("systolic", 120), ("diastolic", 80), ("heart_rate", 70), ("temperature", 36.8))
    found = tuple(reading(scale, minutes, value) for scale, value in vitals)
    return (*found, reading("ideation_severity", minutes, 0, "cssrs_screener"))


def dosed(*minutes: int, **more: object) -> Record:
    doses = tuple(Given("MDMA", Decimal(80), "mg", at(each)) for each in minutes)
    return replace(Record(BEGAN, doses=doses), **more)


def test_with_the_time_passed_and_the_last_values_in_order_nothing_is_open() -> None:
    assert before_leaving(PLAN, dosed(30, 140, readings=calm(435)), at(440)) == ()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (439, ("4 h 59 min since the last dose, at least 5 h asked for",)),
        (200, ("1 h since the last dose, at least 5 h asked for",)),
        (185, ("45 min since the last dose, at least 5 h asked for",)),
    ],
)
def test_the_time_counts_from_the_last_dose(minutes: int, words: tuple[str, ...]) -> None:
    assert before_leaving(PLAN, dosed(30, 140, readings=calm(minutes - 5)), at(minutes)) == words


def test_a_value_beyond_its_limit_is_named() -> None:
    high = (*calm(430), reading("systolic", 436, 171))
    (words,) = before_leaving(PLAN, dosed(30, readings=high), at(440))
    assert words.startswith("Systolic blood pressure 171")


def test_what_was_not_measured_at_the_end_is_named_and_what_is_explained_is_not() -> None:
    record = dosed(30, readings=calm(300))
    assert before_leaving(PLAN, record, at(440)) == (
        "Vital signs at the end",
        "C-SSRS screener at the end",
    )
    explained = replace(record, checks=(Check("vital_signs_end", at(439), met=False, reason="cuff broken"),))
    assert before_leaving(PLAN, explained, at(440)) == ("C-SSRS screener at the end",)


def test_where_nothing_was_given_nothing_is_asked_for() -> None:
    assert before_leaving(PLAN, Record(BEGAN), at(20)) == ()
    assert before_leaving(PLAN, dosed(30), at(20)) == ()  # given later than the end that is entered


def test_a_plan_without_a_stay_asks_for_none() -> None:
    watch = Watch("Pulse", "vital_signs", "heart_rate", ("before",), None, None, None, Source("ours"))
    assert before_leaving(Plan(watches=(watch,)), dosed(30), at(31)) == ()


def test_only_a_dosing_session_says_how_long_the_patient_stays(tmp_path: Path) -> None:
    text = (FOLDER / "mdma-ptsd.toml").read_text()
    wrong = tmp_path / "mdma-ptsd.toml"
    wrong.write_text(text.replace('kind = "integration"', 'kind = "integration"\nstay = 30', 1))
    with pytest.raises(DefinitionError, match="stay.* is only stated of dosing sessions"):
        load(wrong)
