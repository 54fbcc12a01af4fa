"""PCL-5 of a month and of a week, and the CAPS-5 of the worst month, where the vectors are silent."""

import pytest

from measures import change, registry
from tests.measures.instruments.filled import scored, summing_to

PCL5, WEEK = registry.get("pcl5"), registry.get("pcl5_week")
CAPS5, WORST = registry.get("caps5"), registry.get("caps5_worst")
THRESHOLD = {"A": True, "22": 6, "1": 2, "6": 2, "8": 2, "9": 2, "15": 2, "16": 2, "24": 2}


class TestPcl5:
    @pytest.mark.parametrize(
        ("total", "lower", "upper"),
        [(30, False, False), (31, True, False), (32, True, False), (33, True, True)],
    )
    def test_both_ends_of_the_published_cut(self, total, lower, upper):
        outcomes = summing_to("pcl5", total).outcomes
        assert (outcomes["screen_positive_31"], outcomes["screen_positive_33"]) == (lower, upper)

    @pytest.mark.parametrize(
        ("criterion", "enough", "short"),
        [
            ("criterion_b", {"5": 2}, {"5": 1}),
            ("criterion_c", {"7": 2}, {"7": 1}),
            ("criterion_d", {"8": 2, "14": 2}, {"8": 4, "14": 1}),
            ("criterion_e", {"15": 2, "20": 2}, {"15": 4, "20": 1}),
        ],
    )
    def test_each_cluster_at_its_least(self, criterion, enough, short):
        assert scored("pcl5", enough).outcomes[criterion] is True
        assert scored("pcl5", short).outcomes[criterion] is False

    def test_a_high_total_without_avoidance_is_no_provisional_ptsd(self):
        result = scored("pcl5", {str(n): 4 for n in range(1, 21) if n not in {6, 7}})
        assert result.scales["total"].value == 72
        assert result.outcomes["provisional_ptsd"] is False

    def test_no_severity_bands_are_published(self):
        assert not any(scale.band_sets for one in (PCL5, WEEK) for scale in one.scales)

    @pytest.mark.parametrize(
        ("pre", "post", "category", "significant"),
        [
            (50, 36, "no_reliable_change", False),
            (50, 35, "improved", False),  # reliable, not below the cut-off
            (44, 29, "improved", False),
            (43, 28, "improved", True),
            (28, 13, "improved", False),  # was in the healthy range before
            (35, 50, "deteriorated", False),
        ],
    )
    def test_reliable_and_clinically_significant_change_of_marx_2022(self, pre, post, category, significant):
        rules = PCL5.change
        assert change.reliable_change(rules, pre, post, "higher_is_worse").category == category
        assert change.clinically_significant(rules, pre, post, "higher_is_worse") is significant

    def test_10_points_matter(self):
        assert change.mcid_met(PCL5.change, 40, 30, "higher_is_worse") is True
        assert change.mcid_met(PCL5.change, 40, 31, "higher_is_worse") is False

    def test_response_is_10_points_and_remission_and_relapse_have_no_rule(self):
        assert change.response_met(PCL5.change, 40, 30, "higher_is_worse") is True
        assert change.response_met(PCL5.change, 40, 31, "higher_is_worse") is False
        assert (PCL5.change.remission, PCL5.change.relapse) == (None, None)


class TestPcl5OfAWeek:
    def test_the_questions_are_those_of_the_month(self):
        assert [(one.code, one.label, one.options) for one in WEEK.items] == [
            (one.code, one.label, one.options) for one in PCL5.items
        ]

    def test_a_week_gives_no_diagnosis_no_screening_and_no_rule_of_change(self):
        assert (WEEK.outcomes, WEEK.change, WEEK.loinc) == ((), None, {})
        assert "month" not in WEEK.instruction and "month" not in WEEK.recall


class TestWorstMonth:
    def test_it_says_lifetime_and_is_not_followed_over_time(self):
        assert WORST.change is None
        assert {outcome.key for outcome in WORST.outcomes}.isdisjoint(
            {"ptsd_diagnosis", "mapp1_entry", "mapp2_entry"}
        )

    def test_the_symptoms_and_their_rules_are_those_of_the_past_month(self):
        months = {item.code: item for item in CAPS5.items}
        assert months.keys() - {item.code for item in WORST.items} == {
            "28"
        }  # improvement since the last rating
        assert all(item == months[item.code] for item in WORST.items if item.code != "22")
        assert WORST.scales == CAPS5.scales
        for criterion in "abcdefg":
            key = f"criterion_{criterion}"
            assert WORST.outcome(key) == CAPS5.outcome(key)

    def test_lifetime_diagnosis_at_its_least(self):
        assert scored("caps5_worst", THRESHOLD).outcomes["lifetime_ptsd"] is True

    @pytest.mark.parametrize("item", ["1", "6", "8", "15"])
    def test_one_symptom_less_is_no_diagnosis(self, item):
        assert scored("caps5_worst", THRESHOLD | {item: 1}).outcomes["lifetime_ptsd"] is False

    def test_an_open_criterion_leaves_it_open(self):
        assert scored("caps5_worst", THRESHOLD | {"A": None}).outcomes["lifetime_ptsd"] is None

    @pytest.mark.parametrize("item", ["29", "30"])
    def test_the_dissociative_subtype_needs_the_diagnosis(self, item):
        with_it = THRESHOLD | {item: 2}
        assert scored("caps5_worst", with_it).outcomes["dissociative_subtype"] is True
        assert scored("caps5_worst", with_it | {"A": False}).outcomes["dissociative_subtype"] is False
        assert scored("caps5_worst", THRESHOLD | {item: 1}).outcomes["dissociative_subtype"] is False
