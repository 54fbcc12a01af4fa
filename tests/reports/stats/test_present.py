"""Exactly one state for everybody, and on course only for those who have earned it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.stats.present import (
    NEEDS_SOMEBODY,
    OTHERS,
    QUIET_FOR,
    Asked,
    Facts,
    Heard,
    Standing,
    State,
    Told,
    age,
    findings,
    others_in_words,
    seen_to,
)

TODAY = date(2028, 3, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def hamd(days: int, better: float | None, asked: Asked = Asked(), latest: float = 9) -> Standing:  # noqa: B008
    return Standing("HAM-D17", latest, ago(days), better, asked, is_outcome=True)


WELL = Facts(
    begun_on=ago(100), ended_on=None, heard=Heard(score=ago(10)), asked=Asked(), scales=(hamd(10, 15),)
)
WORSENED = Told(State.WORSENED, ago(3), "worsened", "HAM-D17 24 on day 97.", scale="HAM-D17")


def state(facts: Facts) -> State:
    return findings(facts, TODAY)[0].state


class TestOnCourse:
    def test_a_recent_score_that_is_better_and_nothing_else(self) -> None:
        (only,) = findings(WELL, TODAY)
        assert (only.state, only.since) == (State.ON_COURSE, ago(10))
        assert (
            only.sentence == "HAM-D17 9 on 20 February 2028, 10 days ago: 15 points better than at baseline."
        )

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"scales": (hamd(10, 0),)}, State.NOT_BETTER),
            ({"scales": (hamd(10, -3),)}, State.NOT_BETTER),
            ({"scales": (hamd(10, None),)}, State.NO_BASELINE),
            ({"scales": (hamd(85, 15),)}, State.OLD_SCORE),
            ({"scales": (hamd(10, 15, Asked(over=ago(9), latest=ago(9))),)}, State.OLD_SCORE),
            ({"scales": ()}, State.BEGINNING),
            ({"is_judged": False}, State.NOT_JUDGED),
            ({"is_dated": False}, State.NOT_JUDGED),
            ({"heard": Heard(score=ago(85))}, State.SILENT),
            ({"heard": Heard()}, State.NEVER_STARTED),
            ({"told": (WORSENED,)}, State.WORSENED),
            ({"told": (replace(WORSENED, seen=True),)}, State.WORSENED),
            ({"ended_on": ago(5)}, State.ENDED),
        ],
    )
    def test_is_lost_by_any_of_these(self, changed: dict, expected: State) -> None:
        assert state(replace(WELL, **changed)) == expected

    def test_another_scale_can_say_it_while_the_outcome_is_old(self) -> None:
        phq9 = Standing("PHQ-9", 6, ago(3), 12, Asked())
        found = findings(replace(WELL, scales=(hamd(200, 15), phq9)), TODAY)[0]
        assert (found.state, found.sentence[:5]) == (State.ON_COURSE, "PHQ-9")

    def test_where_both_are_recent_the_outcome_decides(self) -> None:
        phq9 = Standing("PHQ-9", 6, ago(3), 12, Asked())
        assert state(replace(WELL, scales=(phq9, hamd(10, -1)))) == State.NOT_BETTER


WINDOWS = {
    "a window has come and gone": (Asked(over=ago(20), latest=ago(20)), 30, True),
    "it had opened before": (Asked(over=ago(20), latest=ago(20)), 20, False),
    "it is open yet": (Asked(over=ago(40), latest=ago(5)), 30, False),
    "the next is far away": (Asked(over=ago(200), latest=ago(-100)), 190, False),
    "nothing more is asked, and it is early": (Asked(over=ago(200), latest=ago(200)), 84, False),
    "nothing more is asked, and it is late": (Asked(over=ago(200), latest=ago(200)), 85, True),
    "nothing was ever asked": (Asked(), 85, True),
}


@pytest.mark.parametrize(("asked", "days", "too_long"), WINDOWS.values(), ids=WINDOWS.keys())
def test_how_long_is_too_long(asked: Asked, days: int, too_long: bool) -> None:
    assert asked.is_too_long(ago(days), TODAY) is too_long


class TestSilence:
    @pytest.mark.parametrize("sign", ["score", "sitting", "session"])
    def test_any_sign_ends_it(self, sign: str) -> None:
        quiet = Heard(score=ago(300), sitting=ago(300), session=ago(300))
        assert state(replace(WELL, heard=quiet)) == State.SILENT
        assert state(replace(WELL, heard=replace(quiet, **{sign: ago(1)}))) == State.ON_COURSE

    def test_it_says_since_when(self) -> None:
        found = findings(replace(WELL, heard=Heard(session=ago(234))), TODAY)[0]
        assert (found.label, found.since) == ("silent, 234 d", ago(234))
        assert found.sentence == "No score, no sitting and no session since 11 July 2027, 234 days ago."

    def test_who_never_began(self) -> None:
        found = findings(replace(WELL, heard=Heard(), scales=()), TODAY)[0]
        assert found.label == "never started, 100 d"
        assert found.sentence.endswith("since treatment was to begin, 100 days ago.")


class TestNoScore:
    def test_the_last_one_is_named_with_its_age(self) -> None:
        found = findings(replace(WELL, scales=(hamd(90, 15), hamd(120, 15))), TODAY)[0]
        assert (found.state, found.label) == (State.OLD_SCORE, "score 90 d old")
        assert (
            found.sentence
            == "The last score that can be judged is HAM-D17 9 of 2 December 2027, 90 days ago."
        )

    def test_one_was_asked_for_and_did_not_come(self) -> None:
        waiting = Standing("HAM-D17", None, None, None, Asked(over=ago(40), latest=ago(40)), is_outcome=True)
        found = findings(replace(WELL, scales=(waiting,)), TODAY)[0]
        assert (found.state, found.label) == (State.OLD_SCORE, "no score")
        early = replace(waiting, asked=Asked(latest=ago(-10)))
        assert state(replace(WELL, scales=(early,))) == State.BEGINNING


class TestOneEvent:
    def test_two_scales_that_say_the_same_are_one_line(self) -> None:
        relapse = Told(State.RELAPSE, ago(1), "relapse suspected", "PHQ-9 13 on day 99.", scale="PHQ-9")
        found = findings(replace(WELL, told=(WORSENED, relapse)), TODAY)
        assert [each.state for each in found] == [State.RELAPSE, State.ON_COURSE]
        assert found[0].sentence == "PHQ-9 13 on day 99. HAM-D17 is worse, too."
        assert found[0].since == ago(3)

    def test_what_somebody_has_seen_is_not_what_nobody_has(self) -> None:
        seen = replace(WORSENED, seen=True, scale="PHQ-9")
        found = findings(replace(WELL, told=(seen, WORSENED)), TODAY)
        assert [(each.state, each.seen) for each in found[:2]] == [
            (State.WORSENED, False),
            (State.WORSENED, True),
        ]

    def test_two_things_are_two(self) -> None:
        lacking = Told(State.NO_RESPONSE, ago(1), "no response", "…", scale="HAM-D17")
        found = findings(replace(WELL, told=(lacking, WORSENED)), TODAY)
        assert [each.state for each in found[:2]] == [State.WORSENED, State.NO_RESPONSE]


def test_what_was_seen_comes_after_what_is_due_and_before_on_course() -> None:
    due = Told(State.DUE, TODAY, "due today", "PHQ-9")
    found = findings(replace(WELL, told=(replace(WORSENED, seen=True), due)), TODAY)
    assert [each.state for each in found] == [State.DUE, State.WORSENED, State.ON_COURSE]
    assert [each.needs_somebody for each in found] == [True, False, False]


def test_the_words_of_an_age() -> None:
    assert [age(days) for days in (-1, 0, 1, 234)] == ["today", "today", "1 day ago", "234 days ago"]


def test_the_sentence_about_the_others() -> None:
    on_course = findings(WELL, TODAY)[0]
    ended = findings(replace(WELL, ended_on=ago(5)), TODAY)[0]
    told = [on_course, on_course, ended, replace(WORSENED, seen=True)]
    assert others_in_words(told) == (
        "Of the others 2 are on course, 1 has ended treatment, "
        "1 is worse or without response, and was seen to."
    )
    assert others_in_words([]) == ""


def test_whoever_needs_nobody_is_counted_by_a_word() -> None:
    assert NEEDS_SOMEBODY.isdisjoint(OTHERS)
    assert NEEDS_SOMEBODY | OTHERS.keys() == set(State)
    assert seen_to not in OTHERS.values()


days = st.none() | st.integers(-1, 400).map(ago)
asked = st.builds(Asked, over=days, latest=days)
standing = st.builds(
    Standing, st.just("X"), st.just(9.0), days, st.none() | st.integers(-9, 9), asked, st.booleans()
)
told = st.builds(
    Told, st.sampled_from(State), st.integers(0, 400).map(ago), st.just("x"), st.just("x"), st.booleans()
)
facts = st.builds(
    Facts,
    begun_on=st.integers(0, 400).map(ago),
    ended_on=days,
    heard=st.builds(Heard, days, days, days),
    asked=asked,
    scales=st.lists(standing, max_size=3),
    told=st.lists(told.filter(lambda each: each.state in NEEDS_SOMEBODY), max_size=4),
    is_judged=st.booleans(),
    is_dated=st.booleans(),
)


@settings(deadline=None)
@given(facts)
def test_everybody_has_a_state_and_nobody_is_on_course_who_has_not_earned_it(known: Facts) -> None:
    first = findings(known, TODAY)[0]
    assert first.since is not None and first.label and first.sentence
    if first.state == State.ON_COURSE:
        assert not known.told and known.ended_on is None and known.is_judged and known.is_dated
        assert any(each.better is not None and each.better > 0 for each in known.scales)
        assert known.heard.last is not None
        within = [each for each in known.scales if each.latest_on and TODAY - each.latest_on <= QUIET_FOR]
        assert within or any(each.asked.latest for each in known.scales)
