"""The people of a release in counts, by the safe rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.export.generalise import NOT_RECORDED, OTHER
from reports.export.sample import sample


def counted(**values: list[set[str]]) -> list[tuple[str, str, int | None]]:
    named = {
        name.replace("_", " "): {f"p{number}": frozenset(each) for number, each in enumerate(sets)}
        for name, sets in values.items()
    }
    return [(each.of, each.value, each.patients) for each in sample(named)]


def test_counts_are_rounded_and_a_few_are_not_named() -> None:
    found = counted(sex=[{"female"}] * 23 + [{"male"}] * 18 + [{"other"}])
    assert found == [("sex", "female", 25), ("sex", "male", 20), ("sex", OTHER, None)]


def test_values_of_a_few_together_may_be_many() -> None:
    found = counted(medication=[{"Sertraline"}] * 9 + [{" sertraline", "Lithium"}] * 4 + [{"Bupropion"}] * 5)
    assert found == [("medication", OTHER, 10), ("medication", "sertraline", 15)]


def test_ages_stand_in_bands_that_enough_share() -> None:
    ages = [{"22"}] + [{"35"}] * 9 + [{"47", "49"}] * 8 + [{"93"}] + [{NOT_RECORDED}]
    assert counted(age=ages) == [("age", "40 or over", 10), ("age", OTHER, None), ("age", "under 40", 10)]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=120))
def test_no_count_is_of_a_few(values: list[str]) -> None:
    for _, _, patients in counted(diagnosis=[{value} for value in values]):
        assert patients is None or (patients % 5 == 0 and patients >= 10)
