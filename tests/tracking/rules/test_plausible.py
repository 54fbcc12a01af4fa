"""What is asked about a dose or a medication, by tables. Nothing is asked where protocol and list say nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as such_that
from hypothesis import strategies as st

from tests.tracking.rules.run_sheet.sheets import KETAMINE, MDMA, PSILOCYBIN, at, given
from tracking.rules import protocol as protocols
from tracking.rules.plausible import (
    Question,
    amounts_of_tablets,
    no_tablets_for,
    question_of_day,
    question_of_dose,
)
from tracking.rules.protocol import Amount
from tracking.rules.run_sheet import Given, Plan, plan_of

LSD = plan_of(protocols.get("lsd-anxiety"), "lsd", 1)
PLACEBO = plan_of(protocols.get("mdma-ptsd"), "placebo", 1)
PROPRANOLOL = plan_of(protocols.get("propranolol-reactivation"), "propranolol", 1)
ESCITALOPRAM = protocols.get("psilocybin-escitalopram").medications
HEAVY = {"weight_kg": Decimal(70)}


def dose(substance: str, amount: object, unit: str = "mg", **more: object) -> Given:
    return given(5, amount, unit, substance, **more)


def asked(plan: Plan, typed: Given, *before: Given) -> tuple[str, str, str]:
    """Where to look, the reasons, and what is offered instead."""
    found = question_of_dose(plan, typed, before)
    return shown(found)


def shown(found: Question | None) -> tuple[str, str, str]:
    return (found.field, found.words, found.instead.words if found.instead else "") if found else ("", "", "")


@pytest.mark.parametrize(
    ("plan", "typed", "field", "words", "instead"),
    [
        (  # the case that was reported: the amount is the site's, so that the list decides
            PSILOCYBIN, dose("psilocybin", 25_000), "amount",
            "25000 mg is 500 times the most that is usual at a time, 50 mg.", "psilocybin 25 mg",
        ),
        (
            PSILOCYBIN, dose("psylocibin", 25), "substance",
            "“psylocibin” is not a name that is known; is psilocybin meant?", "psilocybin 25 mg",
        ),
        (
            PSILOCYBIN, dose("psylocibin", 25_000), "substance",
            "“psylocibin” is not a name that is known; is psilocybin meant? "
            "25000 mg is 500 times the most that is usual at a time, 50 mg.", "psilocybin 25 mg",
        ),
        (MDMA, dose("MDMA", 800), "amount", "800 mg is 10 times the planned 80 mg.", "MDMA 80 mg"),
        (MDMA, dose("mdma", 120), "amount", "120 mg is more than the planned 80 mg.", "mdma 80 mg"),
        (MDMA, dose("MDMA", 160), "amount", "160 mg is twice the planned 80 mg.", "MDMA 80 mg"),
        (MDMA, dose("MDMA", 200), "amount", "200 mg is 2.5 times the planned 80 mg.", "MDMA 80 mg"),
        (MDMA, dose("MDMA", 8), "amount", "8 mg is less than the planned 80 mg.", "MDMA 80 mg"),
        (  # a thousand times, by the unit alone
            LSD, dose("LSD", 150), "amount", "150 mg is 750 times the most that is planned, 200 µg.", "LSD 150 µg",
        ),
        (LSD, dose("LSD", "0.02"), "amount", "0.02 mg is less than the least that is planned, 100 µg.", ""),
        (
            KETAMINE, dose("ketamine", 35), "unit",
            "35 mg cannot be compared with the most that is planned, 0.55 mg/kg without the body weight.", "",
        ),
        (
            KETAMINE, dose("ketamine", 5, "mg/kg", **HEAVY), "amount",
            "5 mg/kg is 9.1 times the most that is planned, 0.55 mg/kg.", "ketamine 0.5 mg/kg",
        ),
        (
            PSILOCYBIN, dose("psilocybin", 25, "pulses"), "unit",
            "25 pulses cannot be compared with the most that is usual at a time, 50 mg.", "psilocybin 25 mg",
        ),
        (PSILOCYBIN, dose("zentrafenol", 25), "substance",
         "zentrafenol is not what is planned for this session: psilocybin.", ""),
        (PSILOCYBIN, dose("LSD", 100), "substance",
         "LSD is not what is planned for this session: psilocybin. "
         "100 mg is 500 times the most that is usual at a time, 200 µg.", "LSD 100 µg"),
        (PROPRANOLOL, dose("propranolol", 800), "amount",
         "800 mg is more than the most that is usual at a time, 640 mg.", "propranolol 80 mg"),
        (Plan(), dose("psylocibin", 25), "substance",
         "“psylocibin” is not a name that is known; is psilocybin meant?", "psilocybin 25 mg"),
        (PLACEBO, dose("MDMA", 80), "substance", "MDMA is not what is planned for this session: placebo.", ""),
    ],
)  # fmt: skip
def test_what_is_asked_about(plan: Plan, typed: Given, field: str, words: str, instead: str) -> None:
    assert asked(plan, typed) == (field, words, instead)


@pytest.mark.parametrize(
    ("plan", "typed"),
    [
        (PSILOCYBIN, dose("Psilocybin", 25)),
        (PSILOCYBIN, dose("psilocybin", 1)),
        (PSILOCYBIN, dose("psilocybin", 50)),
        (PSILOCYBIN, dose("psilocybin", 25_000, "ug")),  # in the wrong unit, and right
        (MDMA, dose("MDMA", 80)),
        (MDMA, dose("midomafetamine", 80)),
        (MDMA, dose("MDMA", "0.08", "mg/kg", weight_kg=Decimal(1000))),
        (LSD, dose("LSD", 100, "ug")),
        (LSD, dose("lysergide", 200, "ug")),
        (KETAMINE, dose("ketamine", "0.5", "mg/kg")),
        (KETAMINE, dose("ketamine", 35, **HEAVY)),  # rounded to what can be drawn up
        (PROPRANOLOL, dose("propranolol", 80)),
        (PLACEBO, dose("placebo", 80)),
        (PLACEBO, dose("placebo", 80_000)),  # of a placebo no amount is odd
        (Plan(), dose("zentrafenol", 99_999)),  # nobody says anything
    ],
)
def test_what_is_plausible(plan: Plan, typed: Given) -> None:
    assert question_of_dose(plan, typed) is None


def test_what_was_given_before_counts_with_it() -> None:
    more = "With what was given before, 160 mg is twice the planned 80 mg."
    assert asked(MDMA, dose("MDMA", 80), given(1, 80)) == ("amount", more, "")
    assert asked(MDMA, dose("MDMA", 40), given(1, 40, substance="midomafetamine"))[0] == ""
    assert (
        asked(MDMA, dose("MDMA", 80), given(1, 40, is_supplement=True), given(2, 4, substance="ondansetron"))[
            0
        ]
        == ""
    )
    unknown = given(1, 1, "mg/kg")  # of an unknown weight
    assert asked(MDMA, dose("MDMA", 80), unknown)[0] == ""


def test_a_supplement_is_held_against_the_planned_supplement() -> None:
    first = given(1, 80)
    assert asked(MDMA, dose("MDMA", 40, is_supplement=True), first)[0] == ""
    found = asked(MDMA, dose("MDMA", 80, is_supplement=True), first)
    assert found == ("amount", "80 mg is twice the planned 40 mg.", "MDMA 40 mg")
    assert question_of_dose(MDMA, dose("MDMA", 80, is_supplement=True)).planned == "MDMA 40 mg"  # type: ignore[union-attr]
    # where none is planned, the list decides
    assert asked(PSILOCYBIN, dose("psilocybin", 10, is_supplement=True), first)[0] == ""
    assert asked(LSD, dose("LSD", 50, "ug", is_supplement=True), first)[0] == ""


def test_another_substance_beside_the_planned_one_is_no_question() -> None:
    """A rescue must not wait for a reason; the sheet notes that it was not planned."""
    first = given(1, 25, substance="psilocybin")
    assert asked(PSILOCYBIN, dose("lorazepam", 1), first)[0] == ""
    assert asked(PSILOCYBIN, dose("lorazepam", 100), first)[0] == "amount"
    assert asked(PSILOCYBIN, dose("lorazepan", 1), first)[0] == "substance"


def test_who_says_what_is_usual() -> None:
    usual = question_of_dose(PSILOCYBIN, dose("psilocybin", 99))
    assert usual and usual.source and "Goodwin" in usual.source.text
    assert usual.planned == "psilocybin set by the site"
    planned = question_of_dose(MDMA, dose("MDMA", 99))
    assert planned and planned.source is None and planned.planned == "MDMA 80 mg"


@such_that(st.decimals("0.001", "9999", places=3))
def test_an_exact_amount_is_the_only_one_that_is_not_asked_about(amount: Decimal) -> None:
    row = replace(MDMA.doses[0], supplement=None, amount=Amount("amount", Decimal(80), Decimal(80), "mg"))
    typed = Given("MDMA", amount, "mg", at(5))
    assert (question_of_dose(Plan(doses=(row,)), typed) is None) == (amount == 80)


@pytest.mark.parametrize(
    ("name", "amount", "unit", "field", "words", "instead"),
    [
        ("sertraline", 100, "mg", "", "", ""),
        ("Sertraline HCl", "12.5", "mg", "", "", ""),
        ("zentrafenol", 5000, "mg", "", "", ""),
        ("sertraline", 1000, "mg", "amount", "1000 mg is 5 times the most that is usual a day, 200 mg.",
         "sertraline 100 mg"),
        ("sertraline", 5, "mg", "amount", "5 mg is less than the least that is usual a day, 12.5 mg.",
         "sertraline 50 mg"),
        ("setraline", 50, "mg", "substance", "“setraline” is not a name that is known; is sertraline meant?",
         "sertraline 50 mg"),
        ("levothyroxine", 75, "mg", "amount", "75 mg is 250 times the most that is usual a day, 300 µg.",
         "levothyroxine 75 µg"),
        ("levothyroxine", 75, "ug", "", "", ""),
        ("sertraline", 1, "mg/kg", "unit",
         "1 mg/kg cannot be compared with the most that is usual a day, 200 mg without the body weight.", ""),
    ],
)  # fmt: skip
def test_a_medication(name: str, amount: object, unit: str, field: str, words: str, instead: str) -> None:
    assert shown(question_of_day(name, Decimal(str(amount)), unit)) == (field, words, instead)


def test_on_the_way_out_it_may_be_less_than_usual() -> None:
    assert question_of_day("sertraline", Decimal(5), "mg", may_be_less=True) is None
    assert question_of_day("sertraline", Decimal(500), "mg", may_be_less=True)
    assert question_of_day("sertraline", Decimal(5), "pulses", may_be_less=True)


def test_amounts_in_the_unit_of_the_course() -> None:
    assert amounts_of_tablets("levothyroxine", Decimal("0.05"), "mg")[:2] == (
        Decimal("0.0125"),
        Decimal("0.025"),
    )
    assert amounts_of_tablets("zentrafenol", Decimal(50), "mg") == ()
    assert amounts_of_tablets("MDMA", Decimal(50), "mg") == ()
    assert amounts_of_tablets("sertraline", Decimal(1), "mg/kg") == ()
    assert amounts_of_tablets("sertraline", Decimal(90_000), "mg") == ()


def test_a_medication_of_the_protocol() -> None:
    assert question_of_day("escitalopram", Decimal(10), "mg", ESCITALOPRAM) is None
    low = question_of_day("escitalopram", Decimal(5), "mg", ESCITALOPRAM)
    assert shown(low)[1] == "5 mg is less than the least that is planned, 10 mg."
    assert low and low.planned == "escitalopram 10–20 mg a day" and low.source is None
    assert question_of_day("escitalopram", Decimal(5), "mg") is None
    assert question_of_day("placebo", Decimal(5000), "mg", ESCITALOPRAM) is None


@pytest.mark.parametrize(
    ("name", "amount", "unit", "none"),
    [
        ("sertraline", "62.5", "mg", False),
        ("sertraline", "0", "mg", False),
        ("sertraline", "62500", "ug", False),
        ("sertraline", "66.667", "mg", True),
        ("duloxetine", "15", "mg", True),
        ("duloxetine", "50", "mg", False),
        ("zentrafenol", "66.667", "mg", False),
        ("MDMA", "66.667", "mg", False),
        ("sertraline", "1", "mg/kg", False),
        ("sertraline", "9999.5", "mg", False),  # far beyond a day: asked about for that
    ],
)
def test_amounts_that_no_tablets_make_up(name: str, amount: str, unit: str, none: bool) -> None:
    assert bool(no_tablets_for(name, Decimal(amount), unit)) == none


def test_it_says_which_tablets_there_are() -> None:
    assert no_tablets_for("duloxetine", Decimal(15), "mg") == (
        "no tablets of duloxetine make up 15 mg (there are 20, 30, 60 mg; to be halved: none)"
    )
