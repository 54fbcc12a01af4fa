"""WSAS, SDS, WHODAS, MARS-5 and EQ-5D-5L where the reference vectors are silent."""

import pytest

from measures import change, registry
from measures.errors import AnswerError
from measures.scoring import score, score_total, skipped
from tests.measures.instruments.filled import scored, sheet, summing_to

WSAS, WHODAS = registry.get("wsas"), registry.get("whodas12")


class TestWsas:
    @pytest.mark.parametrize(
        ("total", "band"),
        [(9, "subclinical"), (10, "significant"), (20, "significant"), (21, "moderately_severe")],
    )
    def test_bands_at_their_ends(self, total, band):
        assert summing_to("wsas", total).scales["total"].band == band

    @pytest.mark.parametrize("value", [1, 3, 5, 7])
    def test_values_between_the_anchors_are_answers(self, value):
        assert scored("wsas", {"2": value}).scales["total"].value == value

    @pytest.mark.parametrize("value", [8.5, 9, 0.5])
    def test_what_is_no_answer_is_refused(self, value):
        with pytest.raises(AnswerError) as refusal:
            scored("wsas", {"2": value})
        assert refusal.value.item == "2"

    def test_8_points_are_reliable(self):
        def category(post):
            return change.reliable_change(WSAS.change, 20, post, "higher_is_worse").category

        assert [category(post) for post in (13, 12, 28)] == ["no_reliable_change", "improved", "deteriorated"]

    def test_work_struck_out_leaves_four_items_and_no_band(self):
        result = scored("wsas", {"work_not_applicable": True, "1": 8, "2": 8, "3": 8})
        assert (result.scales["total"].best, result.scales["total"].band) == (None, None)
        four = result.scales["without_work"]
        assert (four.value, four.items_missing, four.band) == (16, 0, None)

    def test_work_struck_out_is_not_asked(self):
        assert set(skipped(WSAS, {"work_not_applicable": True})) == {"1"}
        assert skipped(WSAS, {"work_not_applicable": False}) == {} == skipped(WSAS, {})

    def test_work_that_applies_and_is_unanswered_is_a_gap(self):
        result = scored("wsas", {"work_not_applicable": False, "1": None})
        assert (result.scales["total"].value, result.scales["total"].items_missing) == (None, 1)


class TestSds:
    @pytest.mark.parametrize(("value", "impaired"), [(4, False), (5, True)])
    def test_one_area_at_5_is_impairment(self, value, impaired):
        assert scored("sds", {"2": value}).outcomes["impaired"] is impaired

    def test_without_work_there_is_no_total(self):
        result = scored("sds", {"1": None, "2": 4, "3": 4})
        assert result.scales["total"].best is None
        assert result.outcomes["impaired"] is None

    def test_days_are_kept_and_never_added(self):
        result = scored("sds", {"1": 3, "days_lost": 7, "days_unproductive": 2})
        assert result.scales["total"].value == 3
        assert result.answers["days_lost"] == 7

    def test_a_week_has_seven_days(self):
        with pytest.raises(AnswerError) as refusal:
            scored("sds", {"days_lost": 8})
        assert refusal.value.item == "days_lost"


class TestWhodas:
    @pytest.mark.parametrize(("total", "from_one"), [(0, 12), (24, 36), (48, 60)])
    def test_the_two_printed_codings(self, total, from_one):
        result = summing_to("whodas12", total)
        assert result.scales["sum_12_60"].value == from_one

    def test_one_gap_takes_the_mean_of_the_others_on_both(self):
        result = scored("whodas12", {"1": None, "2": 4, "3": 4, "4": 3})
        assert result.scales["total"].prorated == 12
        assert result.scales["sum_12_60"].prorated == 24

    def test_two_gaps_leave_nothing(self):
        result = scored("whodas12", {"1": None, "2": None})
        assert [result.scales[key].best for key in ("total", "sum_12_60")] == [None, None]

    def test_an_answer_coded_from_one_is_refused_at_its_top(self):
        with pytest.raises(AnswerError) as refusal:
            scored("whodas12", {"12": 5})
        assert refusal.value.item == "12"

    def test_no_bands_are_published(self):
        assert not any(scale.band_sets for scale in WHODAS.scales)


def test_never_is_the_best_answer_on_adherence():
    mars5 = registry.get("mars5")
    never = score(mars5, dict.fromkeys("12345", 5)).scales["total"]
    always = score(mars5, sheet(mars5)).scales["total"]
    assert (never.value, always.value, mars5.primary_scale.direction) == (25, 5, "higher_is_better")
    assert mars5.item("1").options[-1].label == "Never"


class TestEq5d:
    def test_an_index_below_zero_is_worse_than_death_and_allowed(self):
        assert score_total(registry.get("eq5d5l"), "index", -0.285).value == -0.285

    @pytest.mark.parametrize(("scale", "value"), [("index", 1.01), ("vas", 101), ("vas", -1), ("vas", 50.5)])
    def test_what_cannot_be_is_refused(self, scale, value):
        with pytest.raises(AnswerError) as refusal:
            score_total(registry.get("eq5d5l"), scale, value)
        assert refusal.value.item == scale
