"""What a room says of a session, and where the session differs."""

from hypothesis import given
from hypothesis import strategies as st

from measures import registry
from tracking.rules.setting import (
    AFTERWARDS,
    BEFORE_THE_DOSE,
    INSTRUMENT,
    OF_THE_DAY,
    asked_and_answered,
    differing,
    items_of_room,
    said_by_room,
    with_overrides,
)

FORM = registry.get(INSTRUMENT)
ROOM_CODES = {item.code for item in items_of_room(FORM)}
CODES = sorted(item.code for item in FORM.items)
ANSWERS = st.dictionaries(st.sampled_from(CODES), st.sampled_from([None, 0, 1, 2, "music", True]))


def test_no_room_says_how_somebody_felt_or_what_disturbed_that_day():
    assert {BEFORE_THE_DOSE, AFTERWARDS} <= set(FORM.sections)
    assert not {item.code for item in FORM.items if item.scored} & ROOM_CODES
    assert not {"intention", "expectation", "experience", "music_fit", *OF_THE_DAY} & ROOM_CODES
    assert {"light", "music", "people", "approach", "place"} <= ROOM_CODES
    assert set(CODES) >= OF_THE_DAY


def test_a_mood_that_stands_in_a_room_never_becomes_that_of_a_person():
    assert with_overrides(FORM, {"mood_before": 7, "light": 2}, {}) == {"light": 2}


def test_only_what_is_said_otherwise_differs():
    room = {"light": 2, "music": 1, "objects": "flowers"}
    said = {"light": 3, "music": 1, "objects": None, "mood_before": 4}
    assert [item.code for item in differing(FORM, room, said)] == ["light"]  # left open is not a difference


@given(room=ANSWERS, overrides=ANSWERS)
def test_an_override_always_wins_and_the_rest_is_the_rooms(room, overrides):
    answers = with_overrides(FORM, room, overrides)
    usual = said_by_room(FORM, room)
    assert {code: answers[code] for code in overrides} == overrides
    assert {code: answers[code] for code in set(usual) - set(overrides)} == {
        code: usual[code] for code in set(usual) - set(overrides)
    }
    assert {item.code for item in differing(FORM, room, answers)} == {
        code for code, value in overrides.items() if code in usual and value not in (None, usual[code])
    }


@given(room=ANSWERS)
def test_without_overrides_nothing_differs(room):
    assert differing(FORM, room, with_overrides(FORM, room, {})) == ()


def test_what_may_be_left_out_is_not_counted():
    needed = sum(item.required for item in FORM.items)
    assert asked_and_answered(FORM, {"mood_before": 0, "location": "a clinic", "light": None}) == (1, needed)
