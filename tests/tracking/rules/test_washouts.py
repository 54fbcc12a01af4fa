"""Whether a washout is satisfied, by tables: nothing is because something is not known."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.errors import DefinitionError
from measures.instrument import Source
from tracking.rules.medication_classes import FILE, classes_of, classification, load
from tracking.rules.protocol.records import Washout
from tracking.rules.washouts import Taken, WashoutState, washout_state

DAY = date(2024, 3, 15)
SSRI = frozenset({"ssri"})
RULE = Washout(
    "Antidepressants", None, "the site's rule", ("ssri", "maoi"), ("hypericum",), Source("policy", "policy")
)


def ago(days: int | None) -> date | None:
    return None if days is None else DAY - timedelta(days=days)


def taken(
    name: str = "sertraline", classes: frozenset[str] = SSRI, stopped: int | None = None, first: int = 90
) -> Taken:
    return Taken(name, classes, ago(first), ago(stopped))


def state(asked: int | None, *rows: Taken) -> WashoutState:
    return washout_state(RULE, asked, rows, DAY)


@pytest.mark.parametrize(
    ("asked", "row", "verdict"),
    [
        (14, taken(stopped=14), "satisfied"),
        (14, taken(stopped=13), "not satisfied"),
        (14, taken(), "not satisfied"),  # still taken, at whatever dose
        (14, taken(stopped=-1), "not satisfied"),  # stopped tomorrow is taken today
        (None, taken(stopped=200), "cannot be said"),  # nobody has said for how long
        (None, taken(), "not satisfied"),
        (0, taken(), "satisfied"),
        (14, taken("zentrafenol", frozenset(), stopped=3), "cannot be said"),
        (14, taken("zentrafenol", frozenset(), stopped=14), "satisfied"),
        (14, taken("zentrafenol", frozenset()), "cannot be said"),
        (None, taken("zentrafenol", frozenset()), "cannot be said"),
        (14, taken("Hypericum extract", frozenset(), stopped=3), "not satisfied"),  # named by the rule
        (14, taken("lorazepam", frozenset({"benzodiazepine"})), "satisfied"),
        (14, taken(first=-2), "satisfied"),  # begun after the dose
        (14, taken(first=0), "not satisfied"),  # begun on its day
    ],
)
def test_one_medication(asked: int | None, row: Taken, verdict: str) -> None:
    assert state(asked, row).verdict == verdict


def test_nothing_was_there_to_be_stopped() -> None:
    for asked in (None, 0, 14):
        assert state(asked).verdict == "satisfied"


def test_the_worst_medication_decides() -> None:
    found = state(
        14, taken(stopped=30), taken("foo", frozenset(), stopped=2), taken("moclobemide", frozenset({"maoi"}))
    )
    assert found.verdict == "not satisfied"
    assert [row.verdict for row in found.findings] == ["cannot be said", "not satisfied", "satisfied"]
    assert [(row.substance, row.days, row.known) for row in found.findings] == [
        ("foo", 2, False),
        ("moclobemide", None, True),
        ("sertraline", 30, True),
    ]


def test_stopped_and_begun_again() -> None:
    assert state(14, taken(stopped=60, first=90), taken(first=5)).verdict == "not satisfied"


@given(st.integers(1, 100), st.integers(0, 200))
def test_more_days_without_it_never_make_it_worse(asked: int, stopped: int) -> None:
    order = ["not satisfied", "cannot be said", "satisfied"]
    now, later = (state(asked, taken(stopped=days)).verdict for days in (stopped, stopped + 1))
    assert order.index(later) >= order.index(now)
    assert (now == "satisfied") == (stopped >= asked)


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("Sertraline", {"ssri"}),
        ("sertraline hydrochloride", {"ssri"}),
        ("olanzapine/fluoxetine", {"antipsychotic", "ssri"}),
        ("Escitalopram", {"ssri"}),
        ("desvenlafaxine", {"snri"}),
        ("Lithium carbonate", {"lithium"}),
        ("St John's wort", {"atypical_antidepressant"}),
        ("propranolol", {"beta_blocker"}),
        ("sertralinex", set()),
        ("zentrafenol", set()),
        ("", set()),
    ],
)
def test_the_classes_of_a_medication(name: str, classes: set[str]) -> None:
    assert classes_of(name) == classes


def test_each_substance_belongs_to_one_class() -> None:
    names = [name for known in classification().classes for name in known.substances]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('key = "snri"', 'key = "ssri"', "classes"),
        ('atc = "N06AB"', 'atcc = "N06AB"', "classes[1].atc"),
        ('"fluoxetine", ', '"Fluoxetine", ', "classes[1].substances"),
        ('confidence = "high"', 'confidence = "sure"', "confidence"),
        ('source = "WHO', "source = WHO", "(file)"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    wrong = tmp_path / "classes.toml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    wrong.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refusal:
        load(wrong)
    assert (refusal.value.file, refusal.value.key) == (str(wrong), key)
