"""The forms of the Working Alliance Inventory: key, reversed items, and what is no more than a total."""

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import score, score_total

# Hatcher & Gillaspy 2006, Tracey & Kokotovic 1989, Horvath & Greenberg 1989.
KEYS = {
    "wai_sr": {"goal": "4 6 8 11", "task": "1 2 10 12", "bond": "3 5 7 9", "reversed": ""},
    "wai_s": {"goal": "4 6 10 11", "task": "1 2 8 12", "bond": "3 5 7 9", "reversed": "4 10"},
    "wai36": {
        "goal": "3 6 9 10 12 14 22 25 27 30 32 34",
        "task": "2 4 7 11 13 15 16 18 24 31 33 35",
        "bond": "1 5 8 17 19 20 21 23 26 28 29 36",
        "reversed": "1 3 7 9 10 11 12 15 20 27 29 31 33 34",
    },
}


@pytest.mark.parametrize("key", KEYS)
def test_the_published_key(key):
    instrument, published = registry.get(key), KEYS[key]
    for scale in ("goal", "task", "bond"):
        assert list(instrument.scale(scale).items) == published[scale].split()
    assert [item.code for item in instrument.items if item.reverse] == published["reversed"].split()
    assert len(instrument.scale("total").items) == len(instrument.items)


@pytest.mark.parametrize("key", ["wai_s", "wai36"])
@pytest.mark.parametrize("circled", range(1, 8))
def test_the_same_answer_throughout_is_turned_round_on_the_reversed_items(key, circled):
    instrument = registry.get(key)
    scored = score(instrument, {item.code: circled for item in instrument.items})
    turned = len(KEYS[key]["reversed"].split())
    straight = len(instrument.items) - turned
    assert scored.scales["total"].value == straight * circled + turned * (8 - circled)


def test_the_best_alliance_has_the_highest_total_and_keeps_what_was_circled():
    wai_s = registry.get("wai_s")
    answers = {item.code: 1 if item.code in {"4", "10"} else 7 for item in wai_s.items}
    scored = score(wai_s, answers)
    assert {key: result.value for key, result in scored.scales.items()} == {
        "total": 84,
        "goal": 28,
        "task": 28,
        "bond": 28,
    }
    assert scored.answers["4"] == 1


def test_a_missing_reversed_item_is_missing_and_no_seven():
    wai_s = registry.get("wai_s")
    scored = score(wai_s, {item.code: 7 for item in wai_s.items if item.code != "4"})
    assert scored.scales["goal"].value is None
    assert scored.scales["goal"].partial == 7 + 1 + 7
    assert scored.scales["task"].value == 28


@pytest.mark.parametrize("key", ["wai_s", "wai36"])
@pytest.mark.parametrize("value", [0, 8, 3.5, "4", True])
def test_answers_outside_the_scale_are_refused_on_reversed_items_too(key, value):
    with pytest.raises(AnswerError) as refused:
        score(registry.get(key), {"10": value})
    assert refused.value.item == "10"


def test_of_the_therapist_form_only_means_are_recorded():
    form = registry.get("wai_srt")
    assert (form.items, form.version, form.rater) == ((), "score-only", "clinician")
    assert {scale.key: scale.rule for scale in form.scales} == dict.fromkeys(
        ("total", "goal", "task", "bond"), "mean"
    )
    assert score_total(form, "bond", 4.25).mean == 4.25
    for impossible in (0.9, 5.1, 41):
        with pytest.raises(AnswerError):
            score_total(form, "total", impossible)
