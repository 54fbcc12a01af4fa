"""Who is chosen among those who may rate."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tracking.rules.rater_choice import Candidate, least_loaded

candidates = st.lists(
    st.builds(
        Candidate,
        rater=st.integers(1, 10_000),
        taken=st.integers(0, 8),
        per_week=st.integers(1, 8),
        waiting=st.integers(0, 20),
    ),
    unique_by=lambda one: one.rater,
)


def test_the_smallest_share_of_the_week_counts_not_the_smallest_number() -> None:
    busy_with_one = Candidate(1, taken=1, per_week=2)
    easy_with_two = Candidate(2, taken=2, per_week=8)
    assert least_loaded([busy_with_one, easy_with_two]) == 2


def test_among_equals_fewest_waiting_then_the_longest_here() -> None:
    assert least_loaded([Candidate(1, 0, 5, waiting=3), Candidate(2, 0, 5, waiting=2)]) == 2
    assert least_loaded([Candidate(9, 1, 5), Candidate(4, 1, 5)]) == 4


def test_nobody_is_asked_for_more_than_was_offered() -> None:
    assert least_loaded([Candidate(1, taken=5, per_week=5), Candidate(2, taken=7, per_week=5)]) is None
    assert least_loaded([]) is None


@given(candidates, st.integers())
def test_the_order_in_which_they_come_plays_no_part(rows: list[Candidate], seed: int) -> None:
    shuffled = rows[:]
    Random(seed).shuffle(shuffled)  # noqa: S311
    assert least_loaded(shuffled) == least_loaded(rows)


@given(candidates)
def test_whoever_is_chosen_is_free_and_nobody_free_has_less(rows: list[Candidate]) -> None:
    chosen = next((one for one in rows if one.rater == least_loaded(rows)), None)
    free = [one for one in rows if one.taken < one.per_week]
    if chosen is None:
        assert free == []
    else:
        assert chosen in free
        assert min(Fraction(one.taken, one.per_week) for one in free) == Fraction(
            chosen.taken, chosen.per_week
        )
