"""Age and sex, class by class: as much as k allows, never less than k alike, the same for the same people."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.export.generalise import NOT_RECORDED, WITHHELD, band
from reports.export.partition import Person, decades, describe, diverse, parts

AGE = st.integers(18, 95).map(str) | st.just(NOT_RECORDED)
PEOPLE = st.lists(
    st.builds(Person, st.sampled_from(["female", "male", "other"]), AGE), min_size=5, max_size=60
)


def told(people: list[Person], k: int = 5) -> Counter[Person]:
    named = {f"p{number}": person for number, person in enumerate(people)}
    return Counter(describe(named, [list(named)], k).values())


def of(sex: str, *ages: int) -> list[Person]:
    return [Person(sex, str(age)) for age in ages]


def test_both_are_told_where_enough_are_alike() -> None:
    found = told(of("female", *[34] * 5, *[47] * 6) + of("male", *[52] * 5))
    assert found == {
        Person("female", "under 40"): 5,
        Person("female", "40 or over"): 6,
        Person("male", WITHHELD): 5,
    }


def test_bands_become_coarser_before_the_sex_goes() -> None:
    found = told(of("female", 21, 25, 33, 38, 39, 41, 47, 55, 58, 64) + of("male", 30, 40, 50, 60, 70))
    assert found == {
        Person("female", "under 40"): 5,
        Person("female", "40 or over"): 5,
        Person("male", WITHHELD): 5,
    }


def test_few_of_a_sex_take_the_smallest_other_one_with_them() -> None:
    found = told(of("other", 30) + of("male", *[30] * 5) + of("female", *[30] * 9))
    assert found == {Person("female", WITHHELD): 9, Person(WITHHELD, WITHHELD): 6}


def test_an_age_that_was_not_recorded_costs_those_who_share_its_silence() -> None:
    found = told(of("male", *[25] * 6, *[45] * 7) + [Person("male", NOT_RECORDED)])
    assert found == {Person("male", "40 or over"): 7, Person("male", WITHHELD): 7}


def test_bands_of_whole_decades() -> None:
    assert decades([22, *[35] * 6, *[47] * 6, 93], 5) == [20, 40]
    assert [band(age, [20, 40, 60]) for age in (22, 41, 93)] == ["under 40", "40 to 59", "60 or over"]
    assert (decades([22, 35], 5), decades([], 5)) == ([20], [])


def test_what_would_tell_the_diagnosis_is_coarser() -> None:
    people = {"a": Person("f", "under 40"), "b": Person("f", "40 or over"), "c": Person("m", "any")}
    learned = {"a": "mdd", "b": "ptsd", "c": "mdd"}
    assert diverse(people, learned, 2) == {
        "a": Person("f", WITHHELD),
        "b": Person("f", WITHHELD),
        "c": Person(WITHHELD, WITHHELD),
    }


@given(PEOPLE, st.integers(2, 5))
def test_everybody_is_among_k_alike(people: list[Person], k: int) -> None:
    assert min(told(people, k).values()) >= k


@given(PEOPLE)
def test_the_same_people_are_told_the_same_in_any_order(people: list[Person]) -> None:
    assert told(people) == told(people[::-1])


@given(PEOPLE)
def test_what_is_told_is_true(people: list[Person]) -> None:
    named = {f"p{number}": person for number, person in enumerate(people)}
    for each, person in describe(named, [list(named)], 5).items():
        assert person.sex in (WITHHELD, named[each].sex)
        low, high = reach(person.age)
        assert person.age in (WITHHELD, NOT_RECORDED) or low <= int(named[each].age) <= high


def reach(words: str) -> tuple[int, int]:
    numbers = [int(word) for word in words.split() if word.isdigit()]
    if words.startswith("under"):
        return 0, numbers[0] - 1
    return (numbers[0], 200) if words.endswith("over") else (numbers[0], numbers[-1]) if numbers else (0, 200)


@given(st.dictionaries(st.integers(0, 99).map(str), st.sampled_from("abcdef"), min_size=5))
def test_parts_hold_everybody_once(values: dict[str, str]) -> None:
    found = parts(values, 5)
    assert sorted(each for those in found.values() for each in those) == sorted(values)
    assert min(map(len, found.values())) >= 5
