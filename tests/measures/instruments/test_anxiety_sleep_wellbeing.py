"""GAD-7, ISI, WHO-5 and CORE-10 where the reference vectors are silent."""

import pytest

from measures import change, registry
from measures.errors import AnswerError
from measures.scoring import critical_level, score, with_policy
from tests.measures.instruments.filled import scored, sheet, summing_to

CORE10, GAD7, WHO5 = registry.get("core10"), registry.get("gad7"), registry.get("who5")


class TestGad7:
    @pytest.mark.parametrize(
        ("total", "band"),
        [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe")],
    )
    def test_bands_at_their_ends(self, total, band):
        assert summing_to("gad7", total).scales["total"].band == band

    @pytest.mark.parametrize(
        ("total", "eight", "ten"), [(7, False, False), (8, True, False), (9, True, False), (10, True, True)]
    )
    def test_both_cuts(self, total, eight, ten):
        outcomes = summing_to("gad7", total).outcomes
        assert (outcomes["screen_positive_8"], outcomes["screen_positive"]) == (eight, ten)

    def test_two_gaps_are_estimated_three_are_not(self):
        two = scored("gad7", {"1": None, "2": None, "3": 3, "4": 2}).scales["total"]
        assert (two.value, two.prorated) == (None, 7)  # 5 x 7 / 5
        three = scored("gad7", dict.fromkeys("123")).scales["total"]
        assert (three.value, three.prorated, three.band) == (None, None, None)

    def test_4_points_are_reliable_and_matter(self):
        rules = GAD7.change
        assert change.reliable_change(rules, 12, 9, "higher_is_worse").category == "no_reliable_change"
        assert change.reliable_change(rules, 12, 8, "higher_is_worse").category == "improved"
        assert [change.mcid_met(rules, 12, post, "higher_is_worse") for post in (9, 8)] == [False, True]
        assert (rules.response, rules.remission, rules.relapse, rules.cutoff) == (None,) * 4

    def test_the_gad2_has_a_cut_and_no_bands(self):
        assert GAD7.scale("gad2").band_sets == ()
        assert scored("gad7", {"1": 1, "2": 1}).outcomes["gad2_screen_positive"] is False
        assert scored("gad7", {"1": 1, "2": 2}).outcomes["gad2_screen_positive"] is True


class TestIsi:
    @pytest.mark.parametrize(
        ("total", "band"),
        [(7, "none"), (8, "subthreshold"), (14, "subthreshold"), (15, "moderate"), (21, "moderate")]
        + [(22, "severe"), (28, "severe")],
    )
    def test_bands_at_their_ends(self, total, band):
        assert summing_to("isi", total).scales["total"].band == band

    def test_6_points_matter_and_no_more_is_concluded(self):
        rules = registry.get("isi").change
        assert [change.mcid_met(rules, 18, post, "higher_is_worse") for post in (13, 12)] == [False, True]
        assert (rules.response, rules.remission, rules.reliable_points) == (None,) * 3

    def test_one_gap_leaves_no_total(self):
        assert scored("isi", {"3": None}).scales["total"].best is None


class TestWho5:
    @pytest.mark.parametrize(
        ("raw", "index", "low", "very_low"),
        [(7, 28, True, True), (8, 32, True, False), (12, 48, True, False), (13, 52, False, False)],
    )
    def test_the_cuts_on_the_index_and_on_the_raw_score_are_the_same(self, raw, index, low, very_low):
        result = summing_to("who5", raw)
        assert (result.scales["raw"].value, result.scales["total"].value) == (raw, index)
        assert result.outcomes == {
            "low_wellbeing": low,
            "raw_below_13": low,
            "very_low_wellbeing": very_low,
        }

    def test_higher_is_better_and_10_points_matter(self):
        assert WHO5.primary_scale.direction == "higher_is_better"
        assert change.mcid_met(WHO5.change, 40, 50, "higher_is_better") is True
        assert change.mcid_met(WHO5.change, 40, 49, "higher_is_better") is False
        assert change.mcid_met(WHO5.change, 50, 40, "higher_is_better") is False

    def test_the_best_answer_stands_first_as_on_the_form(self):
        assert [option.value for option in WHO5.item("1").options] == [5, 4, 3, 2, 1, 0]


class TestCore10:
    def test_words_stand_in_the_same_order_for_every_item(self):
        assert {tuple(option.label for option in item.options) for item in CORE10.items} == {
            ("Not at all", "Only occasionally", "Sometimes", "Often", "Most or all the time")
        }

    def test_two_items_count_the_other_way_round_and_are_stored_so(self):
        falling = {item.code for item in CORE10.items if item.options[0].value == 4}
        assert falling == {"2", "3"}
        assert not any(item.reverse for item in CORE10.items)

    @pytest.mark.parametrize("value", [1, 2, 3, 4])
    def test_plans_to_end_life_are_urgent_at_any_frequency(self, value):
        assert critical_level(CORE10, "6", value) == "urgent"

    def test_one_gap_is_estimated_unless_it_is_the_plan_to_end_life(self):
        other = scored("core10", {"1": None, "4": 3, "5": 3}).scales["total"]
        assert other.value is None and other.prorated == pytest.approx(60 / 9)
        plans = scored("core10", {"6": None, "4": 3, "5": 3})
        assert plans.scales["total"].best is None
        assert plans.critical["6"] == "unanswered"
        assert plans.outcomes == {"clinical_range": None, "severe_range": None}

    def test_two_gaps_are_not_estimated_under_any_policy(self):
        answers = sheet(CORE10, {"1": None, "4": None})
        assert score(with_policy(CORE10, "prorate"), answers).scales["total"].best is None

    @pytest.mark.parametrize(
        ("total", "clinical", "severe"),
        [(10, False, False), (11, True, False), (24, True, False), (25, True, True)],
    )
    def test_the_two_published_cuts(self, total, clinical, severe):
        assert summing_to("core10", total).outcomes == {"clinical_range": clinical, "severe_range": severe}

    def test_reliable_change_and_the_cutoff(self):
        assert change.clinically_significant(CORE10.change, 16, 10, "higher_is_worse") is True
        assert change.clinically_significant(CORE10.change, 15, 10, "higher_is_worse") is False
        assert change.clinically_significant(CORE10.change, 20, 11, "higher_is_worse") is False

    def test_the_licence_is_named(self):
        assert "CC BY-ND 4.0" in CORE10.rights.terms

    def test_half_an_answer_is_refused(self):
        with pytest.raises(AnswerError) as refusal:
            scored("core10", {"3": 2.5})
        assert refusal.value.item == "3"
