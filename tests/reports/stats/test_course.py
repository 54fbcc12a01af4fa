"""Named series and the states that the cited definitions give them.

The rules are those of the HAM-D17 in the sources: remission at 7 or less (Frank 1991) held for three weeks
(ACNP 2006), relapse at 15 or more (Frank 1991), recovery after four months (ACNP 2006).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.instrument import ChangeRules, Direction, Drop, Relapse, Reliability, Remission, Source
from reports.stats.course import classify, flags
from reports.stats.series import Point

CITED = Source("Frank 1991; Rush 2006")
HAMD = ChangeRules(
    scale="total",
    version="1",
    reliability=Reliability(sd=5, reliability=0.84, kind="test-retest", source=CITED),  # 5.54 points
    response=Drop(percent=50, points=None, source=CITED),
    remission=Remission(threshold=7, days=21, assessments=2, source=CITED),
    relapse=Relapse(threshold=15, confirm_within_days=28, recovery_days=120, source=CITED),
)
WORSE: Direction = "higher_is_worse"


def series(text: str) -> list[Point]:
    """``"0:24 7:12 14:-"``: day:score, a dash for a form that could not be scored, ~ for an acute state."""
    return [_point(word) for word in text.split()]


def _point(word: str) -> Point:
    day, score = word.rstrip("~").split(":")
    return Point(
        day=int(day),
        value=None if score == "-" else float(score),
        assessment=f"a{day}{'~' if word.endswith('~') else ''}",
        acute=word.endswith("~"),
    )


REMISSION = {
    "a single low score meets the threshold and is not remission": ("0:24 7:6", "threshold_met", 7, None),
    "two low scores two weeks apart are too short for ACNP": ("0:24 7:6 21:6", "threshold_met", 7, None),
    "two low scores exactly three weeks apart are remission": ("0:24 7:6 28:7", "sustained", 7, None),
    "the run starts anew after a score of 8": ("0:24 7:6 14:8 28:5 42:5", "threshold_met", 28, None),
    "and lasts from its own first score": ("0:24 7:6 14:8 28:5 49:5", "sustained", 28, None),
    "a score between the thresholds does not end remission": ("0:24 7:6 28:7 60:14", "sustained", 7, None),
    "a first score of 15 only throws doubt on it": ("0:24 7:6 28:7 60:15", "suspected", 7, None),
    "two scores of 15 end it on the day of the first": ("0:24 7:6 28:7 60:15 74:18", "ended", 7, 60),
    "a new run begins after a relapse": ("0:24 7:6 28:7 60:15 74:18 90:5", "threshold_met", 90, None),
    "and can be sustained again": ("0:24 7:6 28:7 60:15 74:18 90:5 120:4", "sustained", 90, None),
    "scores before treatment are not remission": ("-30:6 0:6 14:20", "not_met", None, None),
    "no score since treatment began": ("-7:24 0:23", "undecidable", None, None),
    "an unscorable form neither breaks nor counts": ("0:24 7:6 14:- 28:6", "sustained", 7, None),
    "an acute score neither breaks nor counts": ("0:24 7:6 14:30~ 28:6", "sustained", 7, None),
    "a drop to zero counts like any low score": ("0:24 7:0 28:0", "sustained", 7, None),
    "remission needs no baseline": ("7:6 28:6", "sustained", 7, None),
}


@pytest.mark.parametrize(("text", "phase", "since", "until"), REMISSION.values(), ids=REMISSION.keys())
def test_remission(text: str, phase: str, since: int | None, until: int | None) -> None:
    remission = classify(series(text), HAMD, WORSE, index_day=0).remission
    assert (remission.phase, remission.since_day, remission.until_day) == (phase, since, until)


RETURNS = {
    "no flag on the way down": ("0:24 7:12 28:7", []),
    "no relapse from a threshold met once": ("0:24 7:6 28:20", []),
    "no relapse below 15": ("0:24 7:6 28:7 60:14", []),
    "suspected at 15": ("0:24 7:6 28:7 60:15", [("relapse_suspected", 60, 60, True)]),
    "confirmed by the next score": ("0:24 7:6 28:7 60:15 88:15", [("relapse_confirmed", 60, 88, True)]),
    "not confirmed a day too late": ("0:24 7:6 28:7 60:15 89:15", [("relapse_suspected", 60, 60, True)]),
    "confirmed by the pair that is close enough": (
        "0:24 7:6 28:7 60:15 89:16 100:17",
        [("relapse_confirmed", 60, 100, True)],
    ),
    "cleared by a score below": ("0:24 7:6 28:7 60:15 74:14", [("relapse_suspected", 60, 60, False)]),
    "suspected again after being cleared": (
        "0:24 7:6 28:7 60:15 74:14 80:16",
        [("relapse_suspected", 60, 60, False), ("relapse_suspected", 80, 80, True)],
    ),
    "relapse one day before recovery": ("0:24 7:6 28:7 126:15", [("relapse_suspected", 126, 126, True)]),
    "recurrence from four months of remission": (
        "0:24 7:6 28:7 127:15",
        [("recurrence_suspected", 127, 127, True)],
    ),
    "recurrence confirmed": (
        "0:24 7:6 28:7 127:15 140:19",
        [("recurrence_confirmed", 127, 140, True)],
    ),
    "a second relapse after a second remission": (
        "0:24 7:6 28:7 60:15 74:18 90:5 120:4 150:16",
        [("relapse_confirmed", 60, 74, True), ("relapse_suspected", 150, 150, True)],
    ),
    "an acute score is no relapse": ("0:24 7:6 28:7 60:25~", []),
    "rise from zero": ("0:24 7:0 28:0 60:15", [("relapse_suspected", 60, 60, True)]),
}


@pytest.mark.parametrize(("text", "expected"), RETURNS.values(), ids=RETURNS.keys())
def test_returns(text: str, expected: list[tuple[str, int, int, bool]]) -> None:
    found = flags(series(text), HAMD, WORSE, index_day=0)
    returns = [flag for flag in found if flag.kind.startswith(("relapse", "recurrence"))]
    assert [(flag.kind, flag.day, flag.known_day, flag.open) for flag in returns] == expected
    assert all(flag.rule_version == HAMD.version for flag in found)


OPEN = {
    "on the way down": ("0:24 7:12 28:7", []),
    "reliably worse than baseline": ("0:18 14:24", [("deterioration", 14)]),
    "five points are within error": ("0:18 14:23", []),
    "worse from a baseline of zero": ("0:0 14:6", [("deterioration", 14)]),
    "worse without a baseline": ("7:11 20:22", [("deterioration", 20)]),
    "worse than the best, and better than the baseline": ("0:30 7:20 14:26", [("deterioration", 14)]),
    "worse than a score from before treatment": ("-30:11 0:22", [("deterioration", 0)]),
    "worse than any earlier score, by small steps": ("0:18 7:20 14:22 21:24", [("deterioration", 21)]),
    "as long as the scores stay there": ("0:18 14:24 21:23 28:22", [("deterioration", 14)]),
    "until half of it has come back": ("0:18 14:24 21:21", []),
    "one that lies on the threshold does not end it": ("0:18 14:24 21:22 28:24", [("deterioration", 14)]),
    "an unscorable form ends nothing": ("0:18 14:24 21:-", [("deterioration", 14)]),
    "an acute score ends nothing": ("0:18 14:24 21:2~", [("deterioration", 14)]),
    "told again when it is reliably worse again": ("0:18 14:24 21:26 28:30", [("deterioration", 28)]),
    "response lost, above half of baseline": ("0:24 7:11 28:17", [("response_lost", 28)]),
    "response lost, half of the gain and still responding": ("0:52 7:14 14:24 28:34", [("response_lost", 28)]),
    "short of half of the gain it has worsened": ("0:52 7:4 14:14", [("deterioration", 14)]),
    "within error no response is lost": ("0:24 7:11 28:16", []),
    "worse than baseline after a response": ("0:18 7:9 28:24", [("deterioration", 28)]),
    "worsened first, and then lost": ("0:40 7:10 14:16 21:26", [("response_lost", 21)]),
    "a suspected relapse tells the same": ("0:24 7:6 28:7 60:15", [("relapse_suspected", 60)]),
    "a confirmed one, too": ("0:24 7:6 28:7 60:15 74:18", [("relapse_confirmed", 60)]),
    "the response is lost when the suspicion is cleared": (
        "0:24 7:6 28:7 60:15 74:14",
        [("response_lost", 60)],
    ),
    "and neither is when it has come back": ("0:24 7:6 28:7 60:15 74:9", []),
    "a later worsening is not an old relapse": (
        "0:24 7:6 28:7 60:15 74:18 90:5 120:13",
        [("relapse_confirmed", 60), ("response_lost", 120)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OPEN.values(), ids=OPEN.keys())
def test_what_stands_open(text: str, expected: list[tuple[str, int]]) -> None:
    found = flags(series(text), HAMD, WORSE, index_day=0)
    assert [(flag.kind, flag.day) for flag in found if flag.open] == expected


def test_a_relapse_that_is_over_stays_open_until_somebody_has_looked() -> None:
    (relapsed,) = (
        flag for flag in flags(series("0:24 7:6 28:7 60:15 74:18 90:5"), HAMD, WORSE, 0) if flag.open
    )
    assert relapsed.kind == "relapse_confirmed" and not relapsed.standing
    assert relapsed.over_by is not None and relapsed.over_by.day == 90


MADRS = ChangeRules("total", "1", response=Drop(50, None, CITED))
UNKNOWN_ERROR = {
    "half of the gain must be gone": ("0:34 7:8 14:20", []),
    "half of it is enough": ("0:34 7:8 14:21", ["response_lost"]),
    "until it is back": ("0:34 7:8 14:21 21:14", []),
    "never responded, nothing to lose": ("0:34 7:18 14:40", []),
    "no baseline, no response": ("7:8 14:40", []),
}


@pytest.mark.parametrize(("text", "expected"), UNKNOWN_ERROR.values(), ids=UNKNOWN_ERROR.keys())
def test_response_lost_where_nothing_says_what_is_reliable(text: str, expected: list[str]) -> None:
    found = flags(series(text), MADRS, WORSE, index_day=0)
    assert [flag.kind for flag in found if flag.open] == expected


IN_PERCENT = ChangeRules("total", "1", deterioration=Drop(25, None, CITED))


def test_no_percentage_is_taken_of_nothing() -> None:
    """The best score is 0, from which the rule can say nothing; the next best is 4."""
    (found,) = flags(series("0:4 7:0 14:8"), IN_PERCENT, WORSE, 0)
    assert (found.kind, found.anchor.value) == ("deterioration", 4)


NO_RESPONSE = {
    "not before the day": ("0:24 7:20 27:18", None, []),
    "from the day on": ("0:24 7:20 28:18", None, [("no_response", 28)]),
    "a late score shows it late": ("0:24 40:18", None, [("no_response", 40)]),
    "until response is met": ("0:24 28:18 56:12", None, []),
    "met before the day": ("0:24 7:12 28:14", None, []),
    "met before and lost is another thing": ("0:24 7:12 28:19", None, [("response_lost", 28)]),
    "worse than baseline says more": ("0:24 28:30", None, [("deterioration", 28)]),
    "no baseline": ("7:24 28:18", None, []),
    "of a baseline of zero nothing can be said": ("0:0 28:3", None, []),
    "by no day": ("0:24 28:18", "never", []),
}


@pytest.mark.parametrize(("text", "by", "expected"), NO_RESPONSE.values(), ids=NO_RESPONSE.keys())
def test_no_response(text: str, by: str | None, expected: list[tuple[str, int]]) -> None:
    found = flags(series(text), HAMD, WORSE, 0, respond_by=None if by else 28)
    assert [(flag.kind, flag.day) for flag in found if flag.open] == expected


RESPONSE = {
    "half is met, inclusive": ("0:24 7:12", "met", 7),
    "one short of half": ("0:24 7:13", "not_met", 7),
    "since the first score of the unbroken run": ("0:24 7:12 14:20 21:10 28:9", "met", 21),
    "lost again": ("0:24 7:12 14:20 21:20", "not_met", 14),
    "no baseline": ("7:24 14:10", "undecidable", None),
    "no later score": ("0:24", "undecidable", None),
    "half of zero": ("0:0 14:3", "undecidable", None),
}


@pytest.mark.parametrize(("text", "verdict", "since"), RESPONSE.values(), ids=RESPONSE.keys())
def test_treatment_response(text: str, verdict: str, since: int | None) -> None:
    found = classify(series(text), HAMD, WORSE, index_day=0).treatment_response
    assert (found.verdict, found.since_day) == (verdict, since)


def test_change_is_latest_minus_last_score_up_to_the_index_day() -> None:
    course = classify(series("-20:30 -3:24 5:20 14:18 20:-"), HAMD, WORSE, index_day=0)
    assert course.baseline is not None and course.latest is not None
    assert (course.baseline.day, course.latest.day) == (-3, 14)
    assert (course.change, course.percent_change) == (-6, -25)
    assert course.reliable_change == "improved"
    assert (course.n, course.missing) == (4, 1)


def test_a_later_score_never_stands_in_for_the_baseline() -> None:
    course = classify(series("4:24 14:18"), HAMD, WORSE, index_day=0)
    assert course.baseline is None and course.change is None and course.reliable_change is None
    assert course.reason == "The first usable score is of day 4, after treatment began on day 0."


def test_an_acute_score_is_never_the_baseline() -> None:
    assert classify(series("-7:24 0:3~ 14:18"), HAMD, WORSE, 0).change == -6


def test_baseline_zero_has_a_change_but_no_percentage() -> None:
    course = classify(series("0:0 14:3"), HAMD, WORSE, 0)
    assert (course.change, course.percent_change) == (3, None)


def test_recovery_is_four_months_from_the_onset_of_remission() -> None:
    assert not classify(series("0:24 7:6 28:6 126:6"), HAMD, WORSE, 0).remission.recovered
    assert classify(series("0:24 7:6 28:6 127:6"), HAMD, WORSE, 0).remission.recovered


def test_a_rule_nobody_published_is_not_guessed() -> None:
    course = classify(series("0:24 14:2 28:30 40:30"), ChangeRules("total", "1"), WORSE, 0)
    assert course.treatment_response.verdict == course.deterioration.verdict == "no_rule"
    assert course.remission.phase == "no_rule" and course.reliable_change is None
    assert flags(series("0:24 14:2 28:30 40:30"), ChangeRules("total", "1"), WORSE, 0) == ()


def test_scales_on_which_higher_is_better() -> None:
    who5 = ChangeRules(
        "total",
        "1",
        reliable_points=Drop(None, 10, CITED),
        remission=Remission(50, 14, 2, CITED),
        relapse=Relapse(28, 28, 120, CITED),
        response=Drop(None, 20, CITED),
    )
    points = series("0:40 7:60 21:60 40:28 50:20")
    course = classify(points, who5, "higher_is_better", 0)
    assert course.reliable_change == "deteriorated" and course.remission.phase == "ended"
    found = flags(points, who5, "higher_is_better", 0)
    (open_now,) = (flag for flag in found if flag.open)
    assert open_now.kind == "relapse_confirmed"
    assert "two scores in a row at or below 28 within 28 days" in open_now.sentence("WHO-5")
    (lost,) = (
        flag for flag in flags(points[:4], replace(who5, relapse=None), "higher_is_better", 0) if flag.open
    )
    assert "32 points worse than 60 on day 7" in lost.sentence("WHO-5")


def test_a_scale_without_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="no better and no worse end"):
        classify(series("0:1"), HAMD, "neutral", 0)


class TestRemissionWithADiagnosis:
    """MAPP phase 3: loss of diagnosis and a CAPS-5 total of 11 or less; no relapse rule is published."""

    rules = ChangeRules("total", "1", remission=Remission(11, 14, 2, CITED, absent_outcome="diagnosis"))

    def phase(self, *seen: tuple[int, float, bool | None]) -> str:
        points = [Point(day, value, f"a{day}", outcomes={"diagnosis": held}) for day, value, held in seen]
        return classify(points, self.rules, WORSE, 0).remission.phase

    def test_needs_the_diagnosis_to_be_gone(self) -> None:
        assert self.phase((7, 9, False), (28, 9, False)) == "sustained"
        assert self.phase((7, 9, True), (28, 9, True)) == "not_met"

    def test_an_undecided_diagnosis_is_not_an_absent_one(self) -> None:
        assert self.phase((7, 9, None)) == "undecidable"
        assert self.phase((7, 9, False), (14, 9, None), (28, 9, False)) == "threshold_met"

    def test_ends_without_a_flag_at_the_first_score_above(self) -> None:
        assert self.phase((7, 9, False), (28, 9, False), (40, 12, False)) == "ended"
        assert self.phase((7, 9, False), (28, 9, False), (40, 9, None)) == "sustained"


def test_sentences_say_the_numbers() -> None:
    suspected = flags(series("0:24 56:6 80:7 120:15"), HAMD, WORSE, 0)[0]
    assert suspected.sentence("HAM-D") == (
        "HAM-D 15 on day 120, after remission from day 56: first score at or above 15."
    )
    confirmed = flags(series("0:24 56:6 80:7 120:15 134:17"), HAMD, WORSE, 0)[0]
    assert confirmed.sentence("HAM-D") == (
        "HAM-D 15 on day 120 and 17 on day 134, after remission from day 56: "
        "two scores in a row at or above 15 within 28 days."
    )
    assert [score.assessment for score in confirmed.evidence] == ["a120", "a134"]
    worse = flags(series("-3:18 30:24"), HAMD, WORSE, 0)[0]
    assert worse.sentence("HAM-D") == (
        "HAM-D 24 on day 30, 6 points worse than 18 on day -3 (baseline): more than 5.5 points are reliable."
    )
    lost = flags(series("0:24 28:11 60:17"), HAMD, WORSE, 0)[0]
    assert lost.sentence("HAM-D") == (
        "HAM-D 17 on day 60, 6 points worse than 11 on day 28 (the best so far): 6 of 13 points gained are lost, "
        "treatment response is no longer met; more than 5.5 points are reliable."
    )
    unknown = flags(series("0:34 7:8 14:21"), MADRS, WORSE, 0)[0]
    assert unknown.sentence("MADRS").endswith(
        "treatment response is no longer met; what is more than error is not published for this scale."
    )
    none = flags(series("-3:24 28:18"), HAMD, WORSE, 0, respond_by=28)[0]
    assert none.sentence("HAM-D") == (
        "HAM-D 18 on day 28, after 24 on day -3 (baseline): "
        "50 % better is treatment response, and no score met it."
    )
    cleared = flags(series("0:24 56:6 80:7 120:15 134:9"), HAMD, WORSE, 0)[0]
    assert cleared.sentence("HAM-D").endswith("first score at or above 15. Cleared by 9 on day 134.")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Drop(None, 6, CITED), "6 points or more count as deterioration"),
        (Drop(25, None, CITED), "25 % or more count as deterioration"),
    ],
)
def test_the_instruments_own_rule_for_deterioration_comes_first(rule: Drop, words: str) -> None:
    rules = replace(HAMD, deterioration=rule)
    assert flags(series("0:20 7:24"), rules, WORSE, 0) == ()
    (found,) = flags(series("0:20 7:26"), rules, WORSE, 0)
    assert found.criterion == words


def test_a_flag_on_an_estimated_score_says_so() -> None:
    points = [*series("0:24 7:6 28:7"), Point(60, 16.0, "a60", estimated=True)]
    assert "HAM-D 16 (estimated) on day 60" in flags(points, HAMD, WORSE, 0)[0].sentence("HAM-D")


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Point], list[Point]]:
    """A series with clashing days, and the same series in another order of arrival."""
    points = [
        Point(
            day=draw(st.integers(-10, 60)),
            value=draw(st.none() | st.integers(0, 30).map(float)),
            assessment=f"a{rank}",
            acute=draw(st.booleans()),
            recorded=rank,
        )
        for rank in range(draw(st.integers(0, 12)))
    ]
    return points, draw(st.permutations(points))


@settings(deadline=None)
@given(arrivals())
def test_the_order_of_arrival_never_matters(pair: tuple[list[Point], list[Point]]) -> None:
    points, shuffled = pair
    assert classify(points, HAMD, WORSE, 0) == classify(shuffled, HAMD, WORSE, 0)
    assert flags(points, HAMD, WORSE, 0) == flags(shuffled, HAMD, WORSE, 0)


@settings(deadline=None)
@given(arrivals(), st.integers(-10, 60), st.integers(0, 52))
def test_an_acute_point_changes_nothing(pair: tuple[list[Point], list[Point]], day: int, score: int) -> None:
    points = pair[0]
    more = [*points, Point(day, float(score), "acute", acute=True, recorded=99)]
    assert classify(points, HAMD, WORSE, 0) == classify(more, HAMD, WORSE, 0)
    assert flags(points, HAMD, WORSE, 0) == flags(more, HAMD, WORSE, 0)


@settings(deadline=None)
@given(arrivals())
def test_every_flag_rests_on_scores_of_the_series(pair: tuple[list[Point], list[Point]]) -> None:
    known = {(point.assessment, point.day, point.value) for point in pair[0]}
    for flag in flags(pair[0], HAMD, WORSE, 0):
        assert {(s.assessment, s.day, s.value) for s in (*flag.evidence, flag.anchor)} <= known


def worse(before: float, after: float) -> bool:
    """By Jacobson and Truax, written out: 1.96 x sqrt(2) x 5 x sqrt(1 - 0.84)."""
    return after - before > 1.96 * 2**0.5 * 5 * 0.16**0.5


@settings(deadline=None)
@given(arrivals())
def test_nothing_that_is_reliably_worse_now_is_missed_and_little_is_told_twice(
    pair: tuple[list[Point], list[Point]],
) -> None:
    """From the scores alone: the last against each before it."""
    last_of_day = {
        point.day: point.value
        for point in sorted(pair[0], key=lambda each: each.recorded)
        if point.value is not None and not point.acute
    }
    values = [value for _, value in sorted(last_of_day.items())]
    found = [flag for flag in flags(pair[0], HAMD, WORSE, 0, respond_by=28) if flag.standing]
    if values and any(worse(before, values[-1]) for before in values[:-1]):
        assert found and found[0].kind != "no_response"
    assert len(found) <= 1
