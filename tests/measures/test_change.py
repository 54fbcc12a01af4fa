"""Change rules where the vectors are silent: zero, both directions, absent rules, the exact boundary."""

import pytest

from measures import change, registry
from measures.instrument import ChangeRules, Cutoff, Drop, Relapse, Reliability, Remission, Source

SOURCE = Source("test")
WORSE, BETTER = "higher_is_worse", "higher_is_better"


def drop(*, percent=None, points=None) -> Drop:
    return Drop(percent, points, SOURCE)


def rules(**given) -> ChangeRules:
    return ChangeRules(scale="total", version="test-1", **given)


def test_a_previous_score_of_zero_is_a_score():
    phq9 = registry.get("phq9").change
    assert change.change(0, 12) == 12
    assert change.percent_reduction(0, 12) is None
    assert change.response_met(phq9, 0, 12, WORSE) is None
    assert change.reliable_change(phq9, 0, 12, WORSE).category == "deteriorated"
    assert change.deteriorated(phq9, 0, 12, WORSE) is True
    assert change.relapse_threshold_met(phq9, 12, WORSE) is True


@pytest.mark.parametrize(
    ("pre", "post", "direction", "category"),
    [
        (20, 14, WORSE, "improved"),  # a number of points is reached, not exceeded
        (20, 15, WORSE, "no_reliable_change"),
        (14, 20, WORSE, "deteriorated"),
        (14, 20, BETTER, "improved"),
        (20, 14, BETTER, "deteriorated"),
        (6, 0, WORSE, "improved"),
    ],
)
def test_reliable_change_by_points(pre, post, direction, category):
    given = rules(reliable_points=drop(points=6))
    assert change.reliable_change(given, pre, post, direction).category == category


def test_the_index_must_exceed_its_threshold_exactly():
    # SD 50, r .5: S_diff is exactly 50, so 98 points are an index of exactly 1.96
    rule = Reliability(50.0, 0.5, "test-retest", SOURCE)
    assert change.reliable_change(rule, 98, 0, WORSE).category == "no_reliable_change"
    assert change.reliable_change(rule, 98.01, 0, WORSE).category == "improved"


def test_a_result_says_whether_its_threshold_is_reached_or_exceeded():
    by_points = change.reliable_change(rules(reliable_points=drop(points=6)), 20, 14, WORSE)
    by_index = change.reliable_change(Reliability(5.0, 0.84, "test-retest", SOURCE), 20, 14, WORSE)
    assert (by_points.inclusive, by_points.threshold, by_points.index) == (True, 6, None)
    assert (by_index.inclusive, round(by_index.threshold, 2)) == (False, 5.54)


def test_reliability_of_the_population_goes_before_points():
    given = rules(reliability=Reliability(5.0, 0.84, "test-retest", SOURCE), reliable_points=drop(points=3))
    assert change.reliable_change(given, 20, 16, WORSE).category == "no_reliable_change"


def test_what_nobody_published_is_neither_met_nor_unmet():
    empty = rules()
    assert change.response_met(empty, 20, 2, WORSE) is None
    assert change.partial_response_met(empty, 20, 2, WORSE) is None
    assert change.mcid_met(empty, 20, 2, WORSE) is None
    assert change.remission_met(empty, 0, WORSE) is None
    assert change.relapse_threshold_met(empty, 50, WORSE) is None
    assert change.reliable_change(empty, 20, 2, WORSE) is None
    assert change.clinically_significant(empty, 20, 2, WORSE) is None
    assert change.deteriorated(empty, 2, 20, WORSE) is None


@pytest.mark.parametrize(("post", "met"), [(75, False), (80, True), (85, True)])
def test_response_on_a_scale_where_higher_is_better(post, met):
    assert change.response_met(rules(response=drop(percent=100)), 40, post, BETTER) is met


@pytest.mark.parametrize(
    ("value", "direction", "remission", "relapse"),
    [(7, WORSE, True, False), (8, WORSE, False, False), (15, WORSE, False, True), (0, WORSE, True, False)],
)
def test_thresholds_are_inclusive(value, direction, remission, relapse):
    hamd = registry.get("hamd17").change
    assert change.remission_met(hamd, value, direction) is remission
    assert change.relapse_threshold_met(hamd, value, direction) is relapse


def test_thresholds_turn_round_with_the_direction():
    given = rules(remission=Remission(60, 0, 1, SOURCE), relapse=Relapse(40, 28, 120, SOURCE))
    assert change.remission_met(given, 60, BETTER) is True
    assert change.remission_met(given, 59, BETTER) is False
    assert change.relapse_threshold_met(given, 40, BETTER) is True
    assert change.relapse_threshold_met(given, 41, BETTER) is False


@pytest.mark.parametrize(
    ("total", "outcomes", "met"),
    [
        (11, {"ptsd_diagnosis": False}, True),
        (11, {"ptsd_diagnosis": True}, False),
        (11, {"ptsd_diagnosis": None}, None),
        (11, {}, None),
        (11, None, None),
        (12, None, False),
    ],
)
def test_remission_of_ptsd_needs_the_diagnosis_to_be_known_as_gone(total, outcomes, met):
    assert change.remission_met(registry.get("caps5").change, total, WORSE, outcomes) is met


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (True, False, True),
        (True, True, False),
        (True, None, None),
        (None, False, None),
        (False, False, None),
        (False, True, None),
    ],
)
def test_loss_of_an_outcome(before, after, lost):
    assert change.loss_of_outcome(before, after) is lost


@pytest.mark.parametrize(
    ("pre", "post", "met"),
    [(18, 9, True), (18, 10, False), (12, 7, False), (9, 3, False), (10, 16, False)],
)
def test_clinically_significant_is_reliable_and_across_the_cutoff(pre, post, met):
    given = rules(reliable_points=drop(points=6), cutoff=Cutoff(9, SOURCE))
    assert change.clinically_significant(given, pre, post, WORSE) is met


def test_deterioration_by_its_own_rule_or_by_reliable_worsening():
    hamd, phq9 = registry.get("hamd17").change, registry.get("phq9").change
    assert [change.deteriorated(hamd, 10, post, WORSE) for post in (16, 17)] == [False, True]
    assert [change.deteriorated(phq9, 10, post, WORSE) for post in (15, 16)] == [False, True]
    assert change.deteriorated(hamd, 20, 4, WORSE) is False


def test_improvement_has_a_sign_in_both_directions():
    assert change.improvement(20, 12, WORSE) == 8
    assert change.improvement(20, 12, BETTER) == -8
    assert change.improvement(0.1, 0.3, BETTER) == 0.2  # not 0.19999999999999998


def test_a_neutral_scale_has_no_better_end():
    with pytest.raises(ValueError, match="better end"):
        change.improvement(1, 2, "neutral")
