"""Small cohorts in which the right answer can be seen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.disclosure import (
    DisclosureRefusal,
    Level,
    Quasi,
    information_lost,
    make_plan,
    suppressed_patients,
)


def quasi(name: str, values: list[str], *, weight: float = 1, known: bool = False) -> Quasi:
    """Values of patients 0, 1, …; released as they are or not at all."""
    sets = {str(number): frozenset([value]) for number, value in enumerate(values)}
    levels = (Level("as recorded", {v: v for v in values}), Level("withheld", dict.fromkeys(values, "*")))
    return Quasi(name, sets, levels, weight, known)


def released(plan: object, quasis: list[Quasi]) -> Counter:
    """Recounts the classes that the plan leaves, the suppressed being one."""
    patients = list(quasis[0].values)
    return Counter(
        "suppressed"
        if patient in plan.suppressed
        else tuple(frozenset(plan.levels[q.name].recode[v] for v in q.values[patient]) for q in quasis)
        for patient in patients
    )


def test_what_is_common_enough_leaves_as_it_is() -> None:
    quasis = [quasi("sex", ["f"] * 5 + ["m"] * 5), quasi("diagnosis", ["mdd"] * 10)]
    plan = make_plan(quasis, k=5, learned="diagnosis")
    assert (plan.classes, plan.smallest_class, plan.suppressed) == (2, 5, frozenset())
    assert plan.levels["sex"].words == "as recorded"
    assert plan.information_lost == 0


def test_the_cheaper_of_two_quasi_identifiers_gives_way() -> None:
    sex, arm = ["f", "m"] * 6, ["a"] * 6 + ["b"] * 6  # three patients in each combination
    quasis = [quasi("sex", sex), quasi("arm", arm, weight=4), quasi("diagnosis", ["mdd"] * 12)]
    plan = make_plan(quasis, k=5, learned="diagnosis")
    assert plan.levels["sex"].words == "withheld"
    assert plan.levels["arm"].words == "as recorded"
    assert plan.information_lost == pytest.approx(1 / 6)  # one of weights 1 + 4 + 1


def test_one_rare_patient_among_many_is_suppressed_with_company() -> None:
    quasis = [quasi("sex", ["x"] + ["f"] * 50 + ["m"] * 49), quasi("diagnosis", ["mdd"] * 100)]
    plan = make_plan(quasis, k=5, learned="diagnosis")
    assert "0" in plan.suppressed
    assert len(plan.suppressed) == 5
    assert plan.smallest_class == 5


def test_patients_are_counted_not_values() -> None:
    """One patient with three drugs is one patient: sets are compared, not rows."""
    sets = {str(n): frozenset({"a", "b", "c"} if n == 0 else {"a"}) for n in range(10)}
    levels = (
        Level("as recorded", {v: v for v in "abc"}),
        Level("first only", {"a": "a", "b": "a", "c": "a"}),
    )
    drugs = Quasi("drugs", sets, levels)
    plan = make_plan([drugs, quasi("diagnosis", ["mdd"] * 10)], k=5, learned="diagnosis")
    assert released(plan, [drugs]).most_common()[-1][1] >= 5


def test_fewer_patients_than_k_are_refused() -> None:
    with pytest.raises(DisclosureRefusal, match="Fewer than 5"):
        make_plan([quasi("diagnosis", ["mdd"] * 4)], k=5, learned="diagnosis")


def test_too_many_suppressed_is_refused_with_the_counts() -> None:
    sets = {str(n): frozenset(["a"] if n < 4 else []) for n in range(8)}
    drugs = Quasi("drugs", sets, (Level("as recorded", {"a": "a"}),))
    with pytest.raises(DisclosureRefusal) as refusal:
        make_plan([drugs, quasi("diagnosis", ["mdd"] * 8)], k=5, learned="diagnosis")
    assert "8 of 8 patients" in refusal.value.reason
    assert "20%" in refusal.value.reason


def test_what_is_known_outside_must_not_tell_the_diagnosis() -> None:
    sex = ["f"] * 10 + ["m"] * 10
    quasis = [quasi("sex", sex, known=True), quasi("diagnosis", ["mdd"] * 10 + ["ptsd"] * 10)]
    plan = make_plan(quasis, k=5, learned="diagnosis")
    assert "withheld" in (plan.levels["sex"].words, plan.levels["diagnosis"].words)


def test_one_diagnosis_by_design_is_noted() -> None:
    plan = make_plan([quasi("diagnosis", ["mdd"] * 9)], k=5, learned="diagnosis")
    assert plan.diversity.by_design
    assert plan.diversity.fewest == 1


def test_information_lost_is_entropy() -> None:
    four = quasi("age", ["20", "30", "40", "50"])
    halves = Level("halves", {"20": "young", "30": "young", "40": "old", "50": "old"})
    assert information_lost(four, four.levels[0]) == 0
    assert information_lost(four, halves) == pytest.approx(0.5)  # one of two bits
    assert information_lost(four, four.levels[1]) == 1


def test_patients_in_another_order_are_a_mistake() -> None:
    one = quasi("sex", ["f"] * 5)
    other = Quasi("arm", dict(reversed(one.values.items())), one.levels)
    with pytest.raises(ValueError, match="same order"):
        make_plan([one, other], k=5, learned="sex")


@given(st.lists(st.integers(0, 6), min_size=5, max_size=60))
def test_suppression_leaves_no_small_class(numbers: list[int]) -> None:
    classes = np.unique(np.array(numbers, np.int64), return_inverse=True)[1]
    chosen = suppressed_patients(classes, 5)
    left = Counter(int(each) for each in classes[~chosen])
    assert all(count >= 5 for count in left.values())
    assert int(chosen.sum()) == 0 or int(chosen.sum()) >= 5


@given(
    st.lists(
        st.tuples(st.sampled_from("fmx"), st.sampled_from("abc"), st.sampled_from(["mdd", "ptsd"])),
        min_size=5,
        max_size=40,
    )
)
def test_whatever_the_cohort_every_class_is_large_enough_or_nothing_leaves(
    people: list[tuple[str, str, str]],
) -> None:
    columns = zip(*people, strict=True)
    quasis = [
        quasi(name, list(values), known=name == "sex")
        for name, values in zip(("sex", "arm", "diagnosis"), columns, strict=True)
    ]
    plan = make_plan(quasis, k=5, learned="diagnosis")
    classes = released(plan, quasis)
    assert min(classes.values()) >= 5
    assert plan.smallest_class == min(classes.values())
    assert plan.classes == len(classes)
