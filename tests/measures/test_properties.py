"""Properties that hold for every set of answers to every instrument."""

import math
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures import change, registry
from measures.instrument import Instrument, Item, Reliability, Source
from measures.scoring import score, skipped

INSTRUMENTS = [instrument for instrument in registry.all_latest() if instrument.items]
FROM_A_SCORE = {"score_at_least", "score_at_most", "score_below"}
# Other work may share the processor: no deadline per example, and few examples, as each draws thirty answers.
thrifty = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
by_instrument = pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.key)


def answer_to(item: Item):
    if item.kind == "boolean":
        return st.booleans()
    if item.kind == "number":
        return st.integers(math.ceil(item.minimum), int(item.maximum))
    if item.kind == "text":
        return st.sampled_from(["headache", "nausea"])
    return st.sampled_from([option.value for option in item.options])


COMPLETE = {
    instrument.key: st.fixed_dictionaries({item.code: answer_to(item) for item in instrument.items})
    for instrument in INSTRUMENTS
}
WITH_GAPS = {
    instrument.key: st.fixed_dictionaries(
        {item.code: st.none() | answer_to(item) for item in instrument.items}
    )
    for instrument in INSTRUMENTS
}


def complete(instrument: Instrument):
    return COMPLETE[instrument.key]


def with_gaps(instrument: Instrument):
    return WITH_GAPS[instrument.key]


@by_instrument
@thrifty
@given(data=st.data())
def test_a_conclusion_survives_every_way_of_filling_the_gaps(instrument, data):
    """What is decided with gaps stays decided: the meaning of three-valued."""
    gaps = data.draw(with_gaps(instrument))
    filling = data.draw(complete(instrument))
    kept = skipped(instrument, gaps)  # these need no answer, so they are no gap
    filled = {
        code: filling[code] if answer is None and code not in kept else answer
        for code, answer in gaps.items()
    }
    before, after = score(instrument, gaps), score(instrument, filled)
    for outcome in instrument.outcomes:
        drawn_from_an_estimate = (
            outcome.algorithm in FROM_A_SCORE
            and before.scales[str(outcome.parameters["scale"])].prorated is not None
        )
        if before.outcomes[outcome.key] is not None and not drawn_from_an_estimate:
            assert after.outcomes[outcome.key] is before.outcomes[outcome.key], outcome.key


@by_instrument
@thrifty
@given(data=st.data())
def test_complete_answers_leave_nothing_open(instrument, data):
    answers = data.draw(complete(instrument))
    struck = skipped(instrument, answers)
    scored = score(instrument, answers)
    whole = [scale for scale in instrument.scales if not struck.keys() & set(scale.items)]
    assert all(scored.scales[scale.key].value is not None for scale in whole)
    assert all(scored.scales[scale.key].items_missing == 0 for scale in whole)
    if not struck:
        assert None not in scored.outcomes.values()
        assert None not in [levels.level for levels in scored.levels.values()]


@by_instrument
@thrifty
@given(data=st.data())
def test_scores_stay_in_range_and_in_a_band(instrument, data):
    answers = data.draw(with_gaps(instrument))
    scored, kept = score(instrument, answers), skipped(instrument, answers)
    for scale in instrument.scales:
        result = scored.scales[scale.key]
        left_out = len(kept.keys() & set(scale.items)) if scale.skips else 0
        assert result.items_answered + result.items_missing == len(scale.items) - left_out
        if result.best is not None:
            assert scale.minimum <= result.best <= scale.maximum
            assert (result.band is not None) == bool(scale.bands)
        else:
            assert result.band is None


@by_instrument
@thrifty
@given(data=st.data())
def test_the_total_is_the_sum_of_its_items_whatever_their_order(instrument, data):
    answers = data.draw(complete(instrument))
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    scored = score(instrument, shuffled)
    for scale in instrument.scales:
        items = instrument.items_of(scale)
        if scale.rule == "sum" and scored.scales[scale.key].value is not None:
            turned = sum(item.minimum + item.maximum - answers[item.code] for item in items if item.reverse)
            as_given = sum(answers[item.code] for item in items if not item.reverse)
            assert scored.scales[scale.key].value == turned + as_given


@thrifty
@given(data=st.data())
def test_an_estimate_is_the_mean_answer_times_the_items(data):
    phq9 = registry.get("phq9")
    answers = data.draw(with_gaps(phq9))
    total = score(phq9, answers).scales["total"]
    if total.items_missing in (1, 2) and answers["9"] is not None:
        assert total.prorated == pytest.approx(
            float(Fraction(total.partial * 9, total.items_answered)), abs=1e-12
        )
    else:
        assert total.prorated is None


@thrifty
@given(data=st.data())
def test_a_syndrome_is_left_open_only_when_it_really_hangs_on_the_gaps(data):
    """Open means that both conclusions are still possible: a brute-force filling finds each of them."""
    phq9 = registry.get("phq9")
    answers = data.draw(
        st.fixed_dictionaries({str(item): st.sampled_from([0, 1, 2]) for item in range(1, 10)})
    )
    missing = data.draw(st.lists(st.sampled_from(list(answers)), unique=True, max_size=5))
    gaps = answers | dict.fromkeys(missing)
    fillings = [{}]
    for item in missing:
        fillings = [filling | {item: value} for filling in fillings for value in (0, 3)]
    for key in ("major_depressive_syndrome", "other_depressive_syndrome"):
        possible = {score(phq9, gaps | filling).outcomes[key] for filling in fillings}
        expected = possible.pop() if len(possible) == 1 else None
        assert score(phq9, gaps).outcomes[key] is expected


scores = st.integers(0, 80)


@thrifty
@given(pre=scores, post=scores, sd=st.floats(0.5, 20), reliability=st.floats(0, 0.99))
def test_reliable_change_turns_round_with_the_direction(pre, post, sd, reliability):
    rule = Reliability(sd, reliability, "test-retest", Source("property"))
    worse = change.reliable_change(rule, pre, post, "higher_is_worse").category
    better = change.reliable_change(rule, pre, post, "higher_is_better").category
    mirrored = {
        "improved": "deteriorated",
        "deteriorated": "improved",
        "no_reliable_change": "no_reliable_change",
    }
    assert mirrored[worse] == better


@thrifty
@given(pre=scores, post=scores)
def test_change_back_undoes_change(pre, post):
    assert change.change(pre, post) == -change.change(post, pre)
    assert change.improvement(pre, post, "higher_is_worse") == change.improvement(
        post, pre, "higher_is_better"
    )
