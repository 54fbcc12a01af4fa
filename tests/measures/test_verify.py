"""That the verification would notice: wrong figures, words it does not know, files that nobody covers."""

import json
import math

import pytest

from measures.verify import agree, verify, verify_file
from measures.verify.cases import UnreadableCases
from measures.verify.files import VOCABULARIES
from tests.measures.vectors import FOLDER, cases


@pytest.fixture
def folder(tmp_path):
    """A folder of vector files, and a way to put one there."""

    def put(name, content):
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        return tmp_path

    return put


def case(answers, **expect):
    return {"id": "one", "answers": answers, "expect": expect}


NINE_ONES = {str(item): 1 for item in range(1, 10)}


def outcome_of(folder, *given, name="phq9"):
    return verify_file(folder(name, list(given)) / f"{name}.json")


def test_a_wrong_figure_is_named_with_what_was_found(folder):
    one = outcome_of(folder, case(NINE_ONES, total=9, band="moderate"))
    (wrong,) = one.mismatches
    assert (wrong.case, wrong.key, wrong.expected, wrong.found) == ("one", "band", "moderate", "mild")
    assert one.compared == 2


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_each_file_notices_a_change_of_any_of_its_keys(folder, name):
    """Every expected figure is spoilt once, where it first occurs: no term may be deaf."""
    seen = set()
    for original in cases(name):
        keys = set(_paths(original["expect"])) - seen
        for key in keys:
            spoilt = json.loads(json.dumps(original))
            _spoil(spoilt["expect"], key)
            assert [one.key for one in outcome_of(folder, spoilt, name=name).mismatches] == [".".join(key)]
        seen |= keys


def _paths(expect):
    for key, value in expect.items():
        yield from (((key, *rest) for rest in _paths(value)) if isinstance(value, dict) else [(key,)])


def _spoil(expect, path):
    *outer, last = path
    for key in outer:
        expect = expect[key]
    value = expect[last]
    if isinstance(value, bool) or value is None:
        expect[last] = {True: False, False: None, None: False}[value]
    else:
        expect[last] = value + ("x" if isinstance(value, str) else 1)


def test_a_key_without_a_word_is_not_computed_and_not_counted(folder):
    one = outcome_of(folder, case(NINE_ONES, total=9, surprise=None, subscales={"nine": None}))
    assert (one.not_computed, one.compared, one.mismatches) == (("subscales.nine", "surprise"), 1, ())


def test_an_empty_object_does_not_pass_unseen(folder):
    assert outcome_of(folder, case(NINE_ONES, subscales={})).not_computed == ("subscales",)
    assert outcome_of(folder, case(NINE_ONES, total={})).mismatches


def test_a_refusal_that_was_not_expected_is_a_mismatch_of_every_key(folder):
    one = outcome_of(folder, case(NINE_ONES | {"3": 4}, total=None, band=None))
    assert [each.key for each in one.mismatches] == ["total", "band"]
    assert "item 3" in str(one.mismatches[0].found)


def test_an_expected_refusal_that_does_not_come_is_a_mismatch(folder):
    one = outcome_of(folder, case(NINE_ONES, error="invalid_value", item="3"))
    assert [each.key for each in one.mismatches] == ["error", "item"]


def test_a_refusal_for_another_item_is_a_mismatch(folder):
    one = outcome_of(folder, case({"3": 4}, error="invalid_value", item="4"))
    assert [(each.key, each.found) for each in one.mismatches] == [("item", "3")]


def test_a_file_without_words_is_not_covered_and_fails(folder):
    put = folder("moca", [case({"1": 1}, total=1)])
    folder("phq9", [case(NINE_ONES, total=9)])
    verification = verify(put)
    assert [(one.name, one.covered) for one in verification.files] == [("moca", False), ("phq9", True)]
    assert not verification.passed


def test_a_case_of_an_instrument_or_numbering_that_is_not_there_is_not_computed(folder):
    there = {"baseline_total": 9, "followup_total": 4}
    absent = case(there | {"instrument": "nope"}, change=-5)
    assert outcome_of(folder, absent, name="outcome_depression").not_computed == ("change",)
    assert outcome_of(folder, case({"1": 4}, total_sum=4) | {"numbering": "nope"}, name="meq30").compared == 0
    assert outcome_of(folder, case({"1": 4}, total=4) | {"version": "nope"}, name="caps5").compared == 0


def test_an_instrument_without_change_rules_is_not_computed(folder):
    given = {"instrument": "meq30", "baseline_total": 9, "followup_total": 4}
    assert outcome_of(folder, case(given, change=-5), name="outcome_depression").compared == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{}", "must be a list"),
        ("[", "is not JSON"),
        ([{"answers": {}, "expect": {"total": 1}}], "case 1: has no id"),
        ([{"id": "one", "answers": [], "expect": {"total": 1}}], "case 1: has no object 'answers'"),
        ([{"id": "one", "answers": {}}], "case 1: has no object 'expect'"),
        ([case(NINE_ONES, total=9), case(NINE_ONES)], "case 2: expects nothing"),
        ('[{"id": "one", "answers": {}, "expect": {"total": 1, "total": null}}]', "stands twice"),
    ],
)
def test_what_is_no_vector_file_is_refused(folder, content, reason):
    with pytest.raises(UnreadableCases, match=reason):
        verify(folder("phq9", content))


@pytest.mark.parametrize(
    ("name", "answers", "reason"),
    [
        ("outcome_depression", {"instrument": "phq9", "baseline_total": 1}, "no number 'followup_total'"),
        ("outcome_ptsd", {"instrument": "caps5", "baseline_total": "40"}, "no number 'baseline_total'"),
        (
            "rci",
            {"sd": 5, "reliability": 0.8, "pre": 9, "post": None, "higher_worse": True},
            "no number 'post'",
        ),
        ("rci", {"sd": 5, "reliability": 0.8, "pre": 9, "post": 4}, "no true or false 'higher_worse'"),
    ],
)
def test_what_a_case_about_change_lacks_is_named(folder, name, answers, reason):
    with pytest.raises(UnreadableCases, match=f"case one: has {reason}"):
        verify(folder(name, [case(answers, change=0)]))


def test_a_folder_without_vectors_is_refused(tmp_path):
    for nothing in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UnreadableCases, match="no folder with vector files"):
            verify(nothing)


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        (0.3333333, 0.3333, True),
        (9, 9.0, True),
        (0.335, 0.3333, False),
        (None, None, True),
        (None, False, False),
        (False, None, False),
        (False, 0, False),
        (1, True, False),
        (None, 0, False),
        ("1", 1, False),
        (math.nan, math.nan, False),
        (math.inf, math.inf, False),
        ("mild", "mild", True),
        ("mild", "Mild", False),
    ],
)
def test_agreement_is_of_numbers_within_their_print_and_of_nothing_else(found, expected, same):
    assert agree(found, expected) is same


def test_the_words_cover_the_folder_and_nothing_else():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(VOCABULARIES)
