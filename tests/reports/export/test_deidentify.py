"""Tables of a few invented patients: what is generalised, what follows, what is left out."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.export.deidentify import coarse_day, deidentify, plan_release, values_of
from reports.export.generalise import (
    NOT_RECORDED,
    OTHER,
    WITHHELD,
    rare_levels,
)
from reports.export.tables import Column, Table, Unreleasable, check

PATIENTS = [f"p{number}" for number in range(12)]
STUDY_IDS = {patient: f"S{99 - number}" for number, patient in enumerate(PATIENTS)}


def episodes(**changed: list) -> Table:
    columns = (
        Column("sex", "text", "Sex", values=(("female", ""), ("male", ""), ("other", "")), quasi="sex"),
        Column("age_band", "text", "Age", quasi="age"),
        Column("diagnosis", "text", "Diagnosis", quasi="diagnosis"),
        Column("protocol", "text", "Protocol", quasi="protocol"),
        Column("arm", "text", "Arm", quasi="arm"),
        Column("end_day", "day", "Last day"),
        Column("time_point", "text", "Open text"),
    )
    rows = {
        "patient": PATIENTS,
        "episode": [1] * 12,
        "sex": ["female", "male"] * 6,
        "age_band": ["34"] * 12,
        "diagnosis": ["mdd"] * 12,
        "protocol": ["p"] * 12,
        "arm": ["a"] * 12,
        "end_day": [200.0] * 12,
        "time_point": ["week 4"] * 12,
    }
    return Table("episodes", "One line per episode.", columns, pd.DataFrame(rows | changed))


def medication(drugs: dict[str, str]) -> Table:
    columns = (
        Column("substance", "text", "Drug", quasi="medication"),
        Column("amount", "number", "Amount", follows=("medication",)),
    )
    rows = {
        "patient": list(drugs),
        "episode": [1] * len(drugs),
        "substance": list(drugs.values()),
        "amount": [50.0] * len(drugs),
    }
    return Table("medication", "One line per drug.", columns, pd.DataFrame(rows), rows_tell=True)


def released(*tables: Table) -> tuple[dict[str, pd.DataFrame], object, object]:
    plan = plan_release(tables, PATIENTS, 5)
    found, withheld = deidentify(tables, plan=plan, study_ids=STUDY_IDS)
    return {table.name: table.rows for table in found}, plan, withheld


def test_study_ids_replace_patients_and_order_the_rows() -> None:
    frame = released(episodes())[0]["episodes"]
    assert "patient" not in frame
    assert list(frame["study_id"]) == sorted(STUDY_IDS.values())


@pytest.mark.parametrize("missing", [None, float("nan"), ""])
def test_what_was_not_recorded_is_said_to_be_so(missing: object) -> None:
    table = episodes(age_band=[missing] * 6 + ["34"] * 6)
    assert list(values_of([table], PATIENTS)["age"].values()) == [{NOT_RECORDED}] * 6 + [{"34"}] * 6


def test_the_only_non_binary_patient_is_not_told_apart() -> None:
    frame = released(episodes(sex=["other"] + ["female"] * 6 + ["male"] * 5))[0]["episodes"]
    assert dict(frame["sex"].value_counts()) == {"female": 6, WITHHELD: 6}


def test_age_and_sex_are_told_class_by_class() -> None:
    """Of the arm that is large enough for it, and not of the other."""
    arms = ["a"] * 6 + ["b"] * 6
    tables, plan, _ = released(episodes(arm=arms, sex=["female"] * 6 + ["female", "male"] * 3))
    frame = tables["episodes"]
    assert dict(frame.groupby("arm")["sex"].first()) == {"a": "female", "b": WITHHELD}
    assert (plan.classes, plan.smallest_class) == (2, 6)


def test_age_and_sex_must_not_tell_the_diagnosis() -> None:
    """Women have one diagnosis alone, men two: the sex of a woman would tell hers."""
    table = episodes(sex=["female"] * 6 + ["male"] * 6, diagnosis=["mdd"] * 6 + ["ptsd"] * 6)
    tables, plan, _ = released(table)
    assert set(tables["episodes"]["sex"]) == {WITHHELD}
    assert plan.diversity.fewest == 2


def test_of_several_treatments_the_age_at_the_first_is_told() -> None:
    rows = episodes().rows
    table = Table(
        "episodes", "", episodes().columns, pd.concat([rows, rows.assign(episode=2, age_band="61")])
    )
    frame = released(table)[0]["episodes"]
    assert frame.groupby("study_id")["age_band"].nunique().max() == 1


def test_a_rare_drug_is_called_other_and_its_amount_is_empty() -> None:
    drugs = dict.fromkeys(PATIENTS, "Sertraline") | {"p0": "Moclobemide", "p1": " sertraline "}
    tables, _, withheld = released(episodes(), medication(drugs))
    frame = tables["medication"]
    assert set(frame["substance"]) <= {"sertraline", OTHER}
    assert "moclobemide" not in set(frame["substance"])
    assert frame.loc[frame["substance"] == OTHER, "amount"].isna().all()
    assert withheld.cells["medication.amount"] == int((frame["substance"] == OTHER).sum())


def test_to_have_no_drug_at_all_may_not_tell_somebody_apart() -> None:
    drugs = dict.fromkeys(PATIENTS[1:], "Sertraline")
    tables, plan, withheld = released(episodes(), medication(drugs))
    without = 12 - tables["medication"]["study_id"].nunique()
    assert without == 12 or without >= 5
    assert withheld.rows["medication"] == 11 - len(tables["medication"])


def test_open_text_leaves_only_where_five_patients_share_it() -> None:
    frame = released(episodes(time_point=["Call Mrs Q."] * 4 + ["week 4"] * 3 + ["week 8"] * 5))[0][
        "episodes"
    ]
    assert sorted(frame["time_point"]) == [OTHER] * 7 + ["week 8"] * 5


def test_days_far_from_zero_are_rounded_and_missing_stays_missing() -> None:
    frame = released(episodes(end_day=[200.0] * 11 + [None]))[0]["episodes"]
    assert sorted(frame["end_day"].dropna()) == [196] * 11
    assert frame["end_day"].isna().sum() == 1


@pytest.mark.parametrize(
    ("day", "coarse"),
    [(0, 0), (-14, -14), (14, 14), (15, 14), (18, 21), (-18, -21), (182, 182), (183, 196), (400, 392)],
)
def test_coarse_days(day: int, coarse: int) -> None:
    assert coarse_day(day) == coarse


@given(st.integers(-4000, 4000), st.integers(-4000, 4000))
def test_coarse_days_keep_their_order(one: int, other: int) -> None:
    first, second = sorted((one, other))
    assert coarse_day(first) <= coarse_day(second)


def test_an_undeclared_column_stops_everything() -> None:
    table = episodes()
    table.rows["note"] = "text"
    with pytest.raises(Unreleasable, match="episodes.note"):
        check(table)


@pytest.mark.parametrize(("column", "value"), [("sex", "F"), ("end_day", "yesterday"), ("time_point", 4)])
def test_a_cell_that_its_column_does_not_allow_stops_everything(column: str, value: object) -> None:
    with pytest.raises(Unreleasable, match=f"episodes.{column}") as refusal:
        plan_release([episodes(**{column: [value] * 12})], PATIENTS, 5)
    assert str(value) not in str(refusal.value)


def test_rarity_counts_patients_whatever_the_spelling() -> None:
    values = {str(n): frozenset({"Sertraline", "SERTRALINE"} if n < 3 else {"sertraline "}) for n in range(5)}
    assert set(rare_levels(values, 5)[0].recode.values()) == {"sertraline"}
    assert set(rare_levels(values, 6)[0].recode.values()) == {OTHER}


@pytest.mark.parametrize(("patients", "stays"), [(4, False), (5, True), (0, True)])
def test_a_table_of_a_few_people_is_not_released_row_by_row(patients: int, stays: bool) -> None:
    """To be in it would tell; an empty one tells of nobody."""
    columns = (Column("kind", "text", "What was noticed", values=(("relapse", ""),)),)
    rows = {"patient": PATIENTS[:patients], "episode": [1] * patients, "kind": ["relapse"] * patients}
    flags = Table("flags", "One line per flag.", columns, pd.DataFrame(rows, dtype=object))
    found, _, withheld = released(episodes(), flags)
    assert ("flags" in found) is stays
    assert withheld.tables == (() if stays else ("flags",))
