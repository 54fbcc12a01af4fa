"""What simulated people answer: possible answers to any instrument, totals as they were planned, courses in order."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from measures import registry, scoring
from measures.errors import DefinitionError
from measures.instrument import Instrument
from tracking.rules import protocol as protocols
from tracking.rules.protocol import Protocol
from tracking.simulation.people import parameters, totals
from tracking.simulation.people.answers import State, answer, leave_out
from tracking.simulation.people.course import Course, Ended, Held, Plan, Replied, Scheduled, course
from tracking.simulation.people.parameters import parameters_of
from tracking.simulation.people.person import Moment, Person, _between, _relief
from tracking.simulation.people.totals import cumulative, total_at

WITH_ITEMS = [each for each in registry.all_latest() if each.items]
SUMS = [
    each.key
    for each in WITH_ITEMS
    if each.primary_scale.rule == "sum"
    and not each.skips
    and all(
        {option.value for option in item.options} <= set(range(int(item.minimum), int(item.maximum) + 1))
        and len(item.options) in (0, item.maximum - item.minimum + 1)
        for item in each.items_of(each.primary_scale)
    )
]  # those of which every total can be reached point by point
START = date(2024, 1, 1)


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (invented people, not secrets)


class TestTotals:
    @given(top=st.integers(5, 90), mean=st.floats(0.1, 0.9), sd=st.floats(0.06, 0.22))
    @settings(deadline=None, max_examples=80)
    def test_mean_and_sd_are_the_wanted_ones(self, top: int, mean: float, sd: float) -> None:
        assume(sd * top >= 0.75)  # of whole numbers an SD below one half need not exist
        known = cumulative(top, mean * top, sd * top)
        shares = [after - before for before, after in zip((0.0, *known), known, strict=False)]
        found = sum(total * share for total, share in enumerate(shares))
        spread = sum((total - found) ** 2 * share for total, share in enumerate(shares))
        assert known[-1] == pytest.approx(1)
        assert found == pytest.approx(mean * top, abs=1e-6)
        assert spread**0.5 == pytest.approx(sd * top, abs=1e-6)

    @given(low=st.floats(-9, 9), high=st.floats(-9, 9))
    @settings(deadline=None)
    def test_a_higher_rank_is_no_lower_total_and_every_total_is_possible(
        self, low: float, high: float
    ) -> None:
        first, second = sorted((low, high))
        assert 0 <= total_at(first, 48, 8.0, 6.5) <= total_at(second, 48, 8.0, 6.5) <= 48

    @pytest.mark.parametrize(("mean", "sd"), [(0, 1), (20, 1), (25, 1), (10, 0), (10, 10)])
    def test_what_no_total_can_have_is_refused(self, mean: float, sd: float) -> None:
        with pytest.raises(ValueError, match="no totals"):
            cumulative(20, mean, sd)

    def test_an_sd_that_whole_totals_cannot_have_is_refused(self) -> None:
        """Halfway between two totals it is at least one half."""
        with pytest.raises(ValueError, match="^no distribution of this form has this mean and SD$"):
            cumulative(20, 10.5, 0.1)

    def test_the_search_for_a_distribution_has_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(totals, "_STEPS", 1)
        with pytest.raises(ValueError, match="^no distribution of this form has this mean and SD$"):
            cumulative.__wrapped__(20, 8.0, 4.0)


class TestAnswers:
    @given(
        instrument=st.sampled_from(WITH_ITEMS),
        share=st.floats(0, 1),
        ideation=st.sampled_from([0.0, 0.0, 0.3, 0.6, 1.0]),
        seed=st.integers(0, 10_000),
    )
    @settings(deadline=None, max_examples=400)
    def test_any_instrument_gets_answers_that_it_accepts(
        self, instrument: Instrument, share: float, ideation: float, seed: int
    ) -> None:
        items = [instrument.item(code) for code in instrument.primary_scale.items]
        low, high = sum(item.minimum for item in items), sum(item.maximum for item in items)
        state = State(low + share * (high - low), share, ideation)
        given_ = answer(instrument, state, chance(seed))
        scored = scoring.score(instrument, given_)
        left = scoring.skipped(instrument, scored.answers)
        for item in instrument.items:
            if item.required and item.code not in left:
                assert given_[item.code] is not None, item.code
        if ideation == 0:
            assert set(scored.critical.values()) <= {"denied"}

    @pytest.mark.parametrize("key", SUMS)
    def test_a_total_is_met_to_the_point(self, key: str) -> None:
        instrument = registry.get(key)
        scale = instrument.primary_scale
        items = [instrument.item(code) for code in scale.items]
        top = int(sum(item.maximum for item in items if not item.critical))
        low = int(sum(item.minimum for item in items))
        for total in {low, (low + top) // 2, top - 1}:
            given_ = answer(instrument, State(total, 0.5), chance(total))
            assert scoring.score(instrument, given_).scales[scale.key].value == total

    @given(total=st.integers(0, 27), seed=st.integers(0, 500))
    @settings(deadline=None, max_examples=60)
    def test_of_a_group_the_highest_answer_counts(self, total: int, seed: int) -> None:
        qids = registry.get("qids_sr16")
        found = scoring.score(qids, answer(qids, State(min(total, 24), 0.5), chance(seed)))
        assert found.scales["total"].value == min(total, 24)

    @given(total=st.integers(0, 40), seed=st.integers(0, 500), met=st.booleans())
    @settings(deadline=None, max_examples=100)
    def test_a_diagnosis_is_met_or_not_as_wanted_at_the_same_total(
        self, total: int, seed: int, met: bool
    ) -> None:
        """By the criteria of DSM-5 twelve points are needed: six symptoms of at least 2."""
        assume(not met or total >= 12)
        caps5 = registry.get("caps5")
        state = State(total, total / 80, wanted={"ptsd_diagnosis": met})
        found = scoring.score(caps5, answer(caps5, state, chance(seed)))
        assert found.outcomes["ptsd_diagnosis"] is met
        assert found.scales["total"].value == total

    def test_what_cannot_be_aimed_at_is_said(self) -> None:
        caps5 = registry.get("caps5")
        with pytest.raises(ValueError, match="cannot be aimed at mapp2_entry"):
            answer(caps5, State(30, 0.4, wanted={"mapp2_entry": True}), chance(1))

    def test_endorsement_is_stronger_the_more_there_is_of_it(self) -> None:
        phq9 = registry.get("phq9")
        found = [answer(phq9, State(20, 0.7, level), chance(1))["9"] for level in (0, 0.3, 0.6, 1)]
        assert found == [0, 1, 2, 3]

    def test_so_many_answers_are_left_out(self) -> None:
        whole = dict.fromkeys(map(str, range(10_000)), 1)
        left = sum(value is None for value in leave_out(whole, 0.02, chance(4)).values())
        assert 140 < left < 260  # within four standard errors of 200


@pytest.fixture
def spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files of figures that is read in their place."""
    folder = shutil.copytree(parameters.FOLDER, tmp_path / "spoilt")
    monkeypatch.setattr(parameters, "FOLDER", folder)
    return folder


class TestParameters:
    @pytest.mark.parametrize("known", protocols.all_protocols(), ids=lambda known: known.key)
    def test_every_protocol_has_its_figures(self, known: Protocol) -> None:
        found = parameters_of(known)
        assert set(found.courses) == set(known.arm_keys)

    @pytest.mark.parametrize("key", ["mdma-ptsd", "psilocybin-mdd"])
    def test_what_is_published_is_what_people_are_made_with(self, key: str) -> None:
        known = protocols.get(key)
        found = parameters_of(known)
        for row in known.published:
            source = found.absent if row.statistic == "absent" else None
            made = source[row.arm] if source else found.courses[row.arm].means
            assert made[row.time_point] == float(row.value), row

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ('arm = "placebo"', 'arm = "sugar"', "course"),
            ('"week 18" = 67', '"week 99" = 67', "percent"),
            ("leave = 10", "leave = 100", "leave"),
            ("leave = 10", "leaves = 10", "leave"),
            ("mean = 0.45", "mean = 45", "mean"),
            ("leave = 10", "leave 10", "is not TOML"),
        ],
    )
    def test_a_wrong_file_is_refused_by_its_key(self, old: str, new: str, reason: str, spoilt: Path) -> None:
        file = spoilt / "mdma-ptsd.toml"
        file.write_text(file.read_text().replace(old, new))
        with pytest.raises(DefinitionError, match=reason):
            parameters_of.__wrapped__(protocols.get("mdma-ptsd"))

    @pytest.mark.parametrize(
        ("key", "added", "message"),
        [
            *(
                (
                    "mdma-ptsd",
                    f'[[{name}]]\narm = "sugar"\n{figures}',
                    f"{name}: names an arm that is not among mdma, placebo",
                )
                for name, figures in (
                    ("absent", 'percent = { "week 18" = 32 }'),
                    ("relief", "lost = { 5 = 12 }"),
                    ("experience", "mean = 0.5\nsd = 0.1"),
                )
            ),
            (
                "psilocybin-mdd",
                '[[absent]]\narm = "waiting"\npercent = { "week 4" = 32 }',
                "absent: needs a protocol that says which outcome must be absent",
            ),
            *(
                (
                    "ketamine-training",
                    f'[[relief]]\narm = "ketamine"\nlost = {lost}',
                    "relief[3].lost: must rise with the days",
                )
                for lost in ("{ 9 = 12, 5 = 30 }", "{ 5 = 30, 9 = 12 }")
            ),
        ],
    )
    def test_figures_that_belong_to_nothing_are_refused(
        self, key: str, added: str, message: str, spoilt: Path
    ) -> None:
        file = spoilt / f"{key}.toml"
        file.write_text(f'{file.read_text()}\n{added}\nsource = "Nobody"\nconfidence = "low"\n')
        with pytest.raises(DefinitionError) as refused:
            parameters_of.__wrapped__(protocols.get(key))
        assert str(refused.value) == f"{file}: {message}"

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (
                "person = 0.45\nexperience = 0.30\nalliance = 0.20",
                "person = 0.5\nexperience = 0.5\nalliance = 0.5",
                "person: leaves no variance to chance",
            ),
            ('instrument = "ceq"', 'instrument = "tea"', "levels[6].instrument: is not an instrument: tea"),
        ],
    )
    def test_conduct_that_nobody_could_have_is_refused(
        self, old: str, new: str, message: str, spoilt: Path
    ) -> None:
        file = spoilt / "conduct.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        with pytest.raises(DefinitionError) as refused:
            parameters.conduct.__wrapped__()
        assert str(refused.value) == f"{file}: {message}"

    def test_an_amount_that_is_left_to_the_site_is_needed(self, spoilt: Path) -> None:
        """Read before anybody is made: nobody gets as far as a dose of no amount."""
        file = spoilt / "tms-cbt.toml"
        file.write_text(file.read_text().split("[[amounts]]")[0])
        with pytest.raises(
            DefinitionError, match="amounts: must say how much is given of magnetic stimulation"
        ):
            parameters_of.__wrapped__(protocols.get("tms-cbt"))


class TestSeverity:
    def test_between_two_time_points_lies_a_straight_line(self) -> None:
        points = [(0, 20.0), (10, 10.0)]
        assert [_between(points, day) for day in (-5, 0, 4, 10, 99)] == [20, 20, 16, 10, 10]

    def test_relief_ends_when_the_file_says(self) -> None:
        lost = {5: 30.0, 9: 72.0, 20: 85.0}
        assert _relief(lost, 0.30) == 5
        assert _relief(lost, 0.51) == 7
        assert _relief(lost, 0.90) == float("inf")
        assert _relief({}, 0.5) is None

    @pytest.mark.parametrize("key", ["caps5", "gad7", "adverse_event"])
    def test_relief_needs_a_treatment_response_in_percent(self, key: str) -> None:
        """The CAPS-5 has one in points, the GAD-7 none, and of adverse events nothing is judged."""
        known, main = protocols.get("ketamine-training"), registry.get(key)
        someone = Person(known, "training", main, parameters_of(known), {"baseline": 0}, chance(1))
        with pytest.raises(ValueError, match=f"^{key} has no treatment response in percent of the baseline$"):
            someone.answers(main, Moment(7, 7))


def some(key: str, count: int = 6) -> list[tuple[Plan, Course]]:
    known = protocols.get(key)
    plans = [Plan.of(known, arm) for arm in known.arm_keys]
    return [(plan, course(plan, START, chance(seed))) for plan in plans for seed in range(count)]


class TestCourses:
    @pytest.mark.parametrize("key", protocols.keys())
    def test_everything_happens_in_order_and_in_its_window(self, key: str) -> None:
        for plan, each in some(key):
            moments = [(step.on, step.hour) for step in each.steps]
            assert moments == sorted(moments)
            assert [type(step.what) for step in each.steps].count(Ended) == 1
            assert isinstance(each.steps[-1].what, Ended)
            assert each.steps[-1].on <= START + timedelta(days=plan.last_day)
            requests = [
                row for step in each.steps if isinstance(step.what, Scheduled) for row in step.what.new
            ]
            replies = [step for step in each.steps if isinstance(step.what, Replied)]
            assert len({step.what.request for step in replies}) == len(replies)
            for step in replies:
                row = requests[step.what.request]
                assert row.opens_on <= step.on <= row.closes_on

    @pytest.mark.parametrize("key", protocols.keys())
    def test_who_stays_gets_the_sessions_and_is_asked_all_that_the_plan_asks(self, key: str) -> None:
        stayed = [(plan, each) for plan, each in some(key) if each.steps[-1].what.completed]
        assert stayed
        for plan, each in stayed:
            held = [step.what for step in each.steps if isinstance(step.what, Held)]
            for row in plan.protocol.sessions:
                if plan.arm in row.arms:
                    assert sum(one.kind == row.kind for one in held) == row.count
            asked = {
                row.time_point
                for step in each.steps
                if isinstance(step.what, Scheduled)
                for row in step.what.new
            }
            if all(one.attended for one in held) and not plan.protocol.has_conditions:
                assert set(plan.planned) <= asked

    def test_the_day_on_which_somebody_begins_changes_nothing(self) -> None:
        plan = Plan.of(protocols.get("mdma-ptsd"), "mdma")
        told = [
            [((step.on - start).days, step.hour, getattr(step.what, "answers", None)) for step in found.steps]
            for start in (START, date(2025, 3, 30))
            for found in [course(plan, start, chance(8))]
        ]
        assert told[0] == told[1]

    @pytest.mark.slow
    def test_the_dose_goes_with_the_experience_and_the_outcome(self) -> None:
        """Fuller experience, less severity afterwards: the correlation is that of the file."""
        plan = Plan.of(protocols.get("psilocybin-mdd"), "psilocybin")
        pairs = []
        for seed in range(600):
            found = course(plan, START, chance(seed))
            scores = _scores(found)
            if ("week 4", "hamd17") in scores and ("after dose 2", "meq30") in scores:
                pairs.append((scores["week 4", "hamd17"], scores["after dose 2", "meq30"]))
        outcome, experience = zip(*pairs, strict=True)
        mean_o, mean_e = fmean(outcome), fmean(experience)
        r = fmean((o - mean_o) * (e - mean_e) for o, e in pairs) / (pstdev(outcome) * pstdev(experience))
        assert -0.36 < r < -0.12  # 0.30, weakened by the noise of both scales


def _scores(found: Course) -> dict[tuple[str, str], float]:
    rows = [row for step in found.steps if isinstance(step.what, Scheduled) for row in step.what.new]
    scores = {}
    for step in found.steps:
        if isinstance(step.what, Replied):
            row = rows[step.what.request]
            value = next(iter(step.what.scored.scales.values())).best
            if value is not None:
                scores[row.time_point, row.instrument] = float(value)
    return scores
