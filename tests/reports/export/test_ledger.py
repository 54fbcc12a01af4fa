"""Two releases side by side: nobody who joined or left may be told from the difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.export.ledger import settle, tells_beside
from reports.stats.disclosure import DisclosureRefusal

EVERYBODY = [f"p{number:02}" for number in range(30)]


def test_a_first_release_has_everybody() -> None:
    assert settle(EVERYBODY, [], 5).patients == tuple(EVERYBODY)


def test_four_newcomers_wait_and_a_fifth_brings_them_in() -> None:
    before = frozenset(EVERYBODY[:20])
    assert settle(EVERYBODY[:24], [before], 5).patients == tuple(EVERYBODY[:20])
    assert settle(EVERYBODY[:24], [before], 5).waiting == 4
    assert settle(EVERYBODY[:25], [before], 5).patients == tuple(EVERYBODY[:25])


def test_one_who_left_is_hidden_among_four_others() -> None:
    before = frozenset(EVERYBODY[:20])
    settled = settle(EVERYBODY[1:20], [before], 5)
    assert len(before - set(settled.patients)) == 5
    assert EVERYBODY[0] not in settled.patients


def test_one_who_left_is_hidden_among_four_others_also_when_five_have_joined() -> None:
    before = frozenset(EVERYBODY[:20])
    settled = settle(EVERYBODY[1:25], [before], 5)
    assert settled.patients == tuple(EVERYBODY[5:25])
    assert settled.waiting == 4


def test_five_who_left_are_hidden_among_each_other() -> None:
    assert settle(EVERYBODY[5:20], [frozenset(EVERYBODY[:20])], 5).waiting == 0


def test_those_left_out_wait_as_well_next_time() -> None:
    first = frozenset(EVERYBODY[:20])
    second = settle(EVERYBODY[1:20], [first], 5)
    third = settle(EVERYBODY[1:20], [first, frozenset(second.patients)], 5)
    assert third.patients == second.patients


def test_a_difference_to_an_older_release_is_refused() -> None:
    oldest, latest = frozenset(EVERYBODY[:20]), frozenset(EVERYBODY[10:20])
    with pytest.raises(DisclosureRefusal, match="fewer than 5"):
        settle(EVERYBODY[2:20], [oldest, latest], 5)


@given(st.lists(st.sets(st.sampled_from(EVERYBODY), min_size=10), min_size=1, max_size=4))
def test_no_release_in_any_row_of_them_tells_one_to_four_people(cohorts: list[set[str]]) -> None:
    out: list[frozenset[str]] = []
    for cohort in cohorts:
        try:
            out.append(frozenset(settle(sorted(cohort), out, 5).patients))
        except DisclosureRefusal:
            continue
        assert out[-1] <= cohort
    for one in out:
        for other in out:
            assert len(one - other) not in range(1, 5)


def test_one_who_is_on_the_page_and_has_not_agreed_is_among_eight_of_each_group() -> None:
    page = [frozenset(EVERYBODY), frozenset(EVERYBODY[:15]), frozenset(EVERYBODY[15:])]
    settled = settle(EVERYBODY[1:], [], 5, [page])
    assert settled.patients == tuple(EVERYBODY[8:])
    assert tells_beside(frozenset(EVERYBODY[1:]), page)
    assert not tells_beside(frozenset(settled.patients), page)


def test_a_page_of_fewer_than_eight_tells_nothing_and_holds_nobody_back() -> None:
    page = [frozenset(EVERYBODY[:7])]
    assert settle(EVERYBODY[1:7], [], 5, [page]).waiting == 0


def test_who_joined_since_the_page_waits_for_four_others() -> None:
    page = [frozenset(EVERYBODY[:20])]
    assert settle(EVERYBODY[:24], [], 5, [page]).patients == tuple(EVERYBODY[:20])
    assert settle(EVERYBODY[:25], [], 5, [page]).waiting == 0


def test_whoever_is_left_out_beside_a_page_is_hidden_beside_the_release_of_before() -> None:
    before, page = frozenset(EVERYBODY[:20]), [frozenset(EVERYBODY[:20])]
    settled = settle(EVERYBODY[1:20], [before], 5, [page])
    assert settled.patients == tuple(EVERYBODY[8:20])


@given(
    st.lists(st.sets(st.sampled_from(EVERYBODY), min_size=8), min_size=1, max_size=4),
    st.sets(st.sampled_from(EVERYBODY), min_size=10),
)
def test_beside_no_page_are_one_to_seven_people_left(pages: list[set[str]], agreed: set[str]) -> None:
    groups = [[frozenset(page), frozenset(sorted(page)[::2])] for page in pages]
    patients = frozenset(settle(sorted(agreed), [], 5, groups).patients)
    assert not any(tells_beside(patients, page) for page in groups)
