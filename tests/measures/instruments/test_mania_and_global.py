"""YMRS and the two Clinical Global Impressions where the reference vectors are silent."""

import pytest

from measures import change, registry
from measures.errors import AnswerError
from tests.measures.instruments.filled import scored

YMRS = registry.get("ymrs")
DOUBLED = ["5", "6", "8", "9"]


class TestYmrs:
    def test_only_four_items_are_doubled(self):
        assert [item.code for item in YMRS.items if item.maximum == 8] == DOUBLED
        assert {item.maximum for item in YMRS.items if item.code not in DOUBLED} == {4}

    @pytest.mark.parametrize("value", [0.5, 1.5, 2.5, 3.5])
    def test_half_steps_of_a_single_item(self, value):
        assert scored("ymrs", {"1": value}).scales["total"].value == value

    @pytest.mark.parametrize("item", DOUBLED)
    @pytest.mark.parametrize("value", [1, 3, 5, 7])
    def test_half_steps_of_a_doubled_item_are_whole(self, item, value):
        assert scored("ymrs", {item: value}).scales["total"].value == value

    @pytest.mark.parametrize(
        ("item", "value"),
        [("1", 4.5), ("1", 5), ("1", 2.25), ("1", -0.5), ("7", 8), ("5", 2.5), ("5", 8.5), ("5", 9)],
    )
    def test_what_is_no_rating_is_refused_by_item(self, item, value):
        with pytest.raises(AnswerError) as refusal:
            scored("ymrs", {item: value})
        assert refusal.value.item == item

    def test_half_points_stay_exact_in_the_total(self):
        result = scored("ymrs", {"1": 2.5, "2": 1.5, "3": 0.5, "5": 3}).scales["total"]
        assert result.value == 7.5

    @pytest.mark.parametrize(("total", "met"), [(12, True), (12.5, False), (13, False)])
    def test_remission_is_12_or_less(self, total, met):
        assert change.remission_met(YMRS.change, total, "higher_is_worse") is met

    def test_it_is_met_at_one_assessment_for_no_time_is_published(self):
        assert (YMRS.change.remission.days, YMRS.change.remission.assessments) == (0, 1)
        assert (YMRS.change.relapse, YMRS.change.mcid, YMRS.change.reliable_points) == (None, None, None)

    def test_response_is_half_of_baseline(self):
        assert change.response_met(YMRS.change, 25, 12.5, "higher_is_worse") is True
        assert change.response_met(YMRS.change, 25, 13, "higher_is_worse") is False


class TestGlobalImpressions:
    @pytest.mark.parametrize("key", ["cgi_s", "cgi_i"])
    @pytest.mark.parametrize("value", [0, 8, 1.5])
    def test_one_rating_from_1_to_7_and_not_assessed_is_left_empty(self, key, value):
        assert scored(key, {"1": None}).scales["total"].best is None
        with pytest.raises(AnswerError):
            scored(key, {"1": value})

    @pytest.mark.parametrize(("value", "responder"), [(1, True), (2, True), (3, False), (None, None)])
    def test_much_or_very_much_improved_is_a_responder(self, value, responder):
        assert scored("cgi_i", {"1": value}).outcomes["responder"] is responder

    @pytest.mark.parametrize("key", ["cgi_s", "cgi_i"])
    def test_they_are_never_added_and_have_no_bands_and_no_rules_of_change(self, key):
        one = registry.get(key)
        assert [(scale.key, len(scale.items), scale.band_sets) for scale in one.scales] == [("total", 1, ())]
        assert one.change is None
