"""Every item of every instrument that ships, given what it must not take: refused by name, never bent to fit."""

import math

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import check_answer, score, score_total

SHIPPED = [
    registry.get(one.key, version) for one in registry.all_latest() for version in registry.versions(one.key)
]
WITH_ITEMS = [one for one in SHIPPED if one.items]
TOTALS_ONLY = [one for one in SHIPPED if not one.items]

NO_ANSWERS_AT_ALL = [[], {}, (), object(), b"1", 1j]
NO_NUMBERS = [*NO_ANSWERS_AT_ALL, "2", "", " ", "NaN", True, False, math.nan, math.inf, -math.inf]
FAR_OUT = [10**400, -(10**400), 1e308, -1e308, 2**63]


def ids(instruments):
    return [f"{one.key}-{one.version}" for one in instruments]


def bad_choices(item):
    values = [option.value for option in item.options]
    beside = [value + step for value in values for step in (-1, 1, 0.25, -0.25, 1e-9)]
    return [*NO_NUMBERS, *FAR_OUT, *(value for value in beside if value not in values)]


def bad_numbers(item):
    outside = [item.minimum - 1, item.minimum - 0.5, item.maximum + 0.5, item.maximum + 1]
    fractions = [] if item.decimals else [item.minimum + 0.5, item.maximum - 0.5]
    return [*NO_NUMBERS, *FAR_OUT, *outside, *fractions]


def bad_booleans(item):
    return [*NO_ANSWERS_AT_ALL, *FAR_OUT, 0, 1, 0.0, 1.0, 2, "true", "yes", "", math.nan]


def bad_texts(item):
    return [*NO_ANSWERS_AT_ALL, *FAR_OUT, 1, True, math.nan, "x" * (item.max_length + 1), "a\x00b", "a\x1bb"]


BAD = {"choice": bad_choices, "number": bad_numbers, "boolean": bad_booleans, "text": bad_texts}


def good(item):
    """What the item must take, as it is kept afterwards."""
    if item.kind == "boolean":
        return [True, False]
    if item.kind == "text":
        return ["x", "x" * item.max_length, "Größe <b> & 'so on'"[: item.max_length]]
    if item.kind == "number":
        return [item.minimum, item.maximum, *([item.minimum + 0.5] if item.decimals else [])]
    return [option.value for option in item.options]


def taken(instrument, answers, numbering=None):
    """The items under which an answer was let in, and the refusals under a wrong name."""
    try:
        score(instrument, answers, numbering)
    except AnswerError as refusal:
        return [] if [refusal.item] == list(answers) else [f"refused as {refusal.item}"]
    return list(answers)


@pytest.mark.parametrize("instrument", WITH_ITEMS, ids=ids(WITH_ITEMS))
def test_wrong_answers_are_refused_by_item(instrument):
    wrong = [
        (item.code, value)
        for item in instrument.items
        for value in BAD[item.kind](item)
        if taken(instrument, {item.code: value})
    ]
    assert wrong == []


@pytest.mark.parametrize("instrument", WITH_ITEMS, ids=ids(WITH_ITEMS))
def test_every_answer_that_is_offered_is_taken_as_it_is(instrument):
    for item in instrument.items:
        for value in good(item):
            kept = score(instrument, {item.code: value}).answers[item.code]
            assert (kept, type(kept) is bool) == (value, type(value) is bool)
            if item.kind in {"choice", "number"}:
                assert check_answer(item, float(value)) == value


@pytest.mark.parametrize("instrument", WITH_ITEMS, ids=ids(WITH_ITEMS))
def test_the_refusal_does_not_repeat_what_was_given(instrument):
    """Errors end in logs; answers must not."""
    given = "drank 73 units and told nobody"
    for item in instrument.items:
        with pytest.raises(AnswerError) as refusal:
            check_answer(item, given * 300 if item.kind == "text" else given)
        assert "drank" not in str(refusal.value)


@pytest.mark.parametrize("instrument", WITH_ITEMS, ids=ids(WITH_ITEMS))
def test_an_item_that_is_not_there_is_refused(instrument):
    for code in ["nope", "", " 1", "1 ", "01", "1.0", "TOTAL", "__class__", 1, None, ("1",)]:
        with pytest.raises(AnswerError, match="is not an item of"):
            score(instrument, {code: 1})


@pytest.mark.parametrize(
    ("instrument", "numbering"),
    [
        pytest.param(one, numbering, id=f"{one.key}-{numbering}")
        for one in WITH_ITEMS
        for numbering in sorted(one.numberings)
    ],
)
def test_under_another_numbering_an_item_is_refused_by_the_number_that_was_sent(instrument, numbering):
    for item in instrument.items:
        if numbering in item.aliases:
            assert taken(instrument, {item.aliases[numbering]: item.maximum + 1}, numbering) == []


@pytest.mark.parametrize("instrument", WITH_ITEMS, ids=ids(WITH_ITEMS))
def test_no_answers_conclude_nothing(instrument):
    """A missing answer is no zero and no denial: nothing is scored, decided, or cleared."""
    empty = score(instrument, dict.fromkeys(item.code for item in instrument.items))
    assert {(one.value, one.prorated, one.band) for one in empty.scales.values()} <= {(None, None, None)}
    assert set(empty.outcomes.values()) <= {None}
    assert set(empty.critical.values()) <= {"unanswered"}
    assert empty.critical.keys() == {item.code for item in instrument.items if item.critical}
    assert {one.level for one in empty.levels.values()} <= {None}


@pytest.mark.parametrize("instrument", TOTALS_ONLY, ids=ids(TOTALS_ONLY))
def test_a_total_outside_its_scale_is_refused_by_scale(instrument):
    for scale in instrument.scales:
        outside = [scale.minimum - 1, scale.maximum + 1, scale.minimum - 1e-9, scale.maximum + 1e-9]
        for value in [*NO_NUMBERS, *FAR_OUT, *outside, None]:
            with pytest.raises(AnswerError) as refusal:
                score_total(instrument, scale.key, value)
            assert refusal.value.item == scale.key
        for value in (scale.minimum, scale.maximum):
            assert score_total(instrument, scale.key, value).value == value


@pytest.mark.parametrize("instrument", TOTALS_ONLY, ids=ids(TOTALS_ONLY))
def test_answers_to_items_that_we_may_not_show_are_refused(instrument):
    with pytest.raises(AnswerError, match="only totals are known"):
        score(instrument, {"1": 1})
