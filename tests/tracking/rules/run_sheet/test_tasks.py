"""What a session asks for, and when: the MDMA protocol after Mitchell 2021, the others as their files say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as such_that
from hypothesis import strategies as st

from tests.tracking.rules.run_sheet.sheets import (
    CHECKS,
    KETAMINE,
    MDMA,
    PSILOCYBIN,
    at,
    checked,
    given,
    interview,
    record,
    states,
    vitals,
    whole,
)
from tracking.rules import protocol as protocols
from tracking.rules.run_sheet import Plan, beyond_limits, in_the_way, missing, plan_of, tasks, topics

BEFORE = "vital_signs_before"


class TestBeforeTheDose:
    def test_everything_is_open_at_first(self) -> None:
        assert states(in_the_way(MDMA, record(), at(0))) == {
            "washout": "open",
            "consent_today": "open",
            "way_home": "open",
            "vital_signs_before": "open",
            "cssrs_screener_before": "open",
        }

    def test_nothing_is_in_the_way_when_all_is_met(self) -> None:
        assert in_the_way(MDMA, record(vitals(10), interview(12), checks=checked(*CHECKS)), at(20)) == ()

    def test_a_no_is_in_the_way_with_its_reason(self) -> None:
        answers = checked("consent_today", "way_home") + checked(
            "washout", met=False, reason="five days only"
        )
        (task,) = in_the_way(MDMA, record(vitals(10), interview(12), checks=answers), at(20))
        assert (task.key, task.state, task.reason) == ("washout", "not_met", "five days only")

    def test_the_latest_answer_counts(self) -> None:
        answers = checked("washout", met=False, reason="unsure") + checked("washout", minute=9)
        found = states(tasks(MDMA, record(checks=answers), at(20)))
        assert found["washout"] == "done"

    def test_a_sign_that_was_left_out_is_named(self) -> None:
        found = {task.key: task for task in tasks(MDMA, record(vitals(10, temperature=None)), at(20))}
        assert found["vital_signs_before"].state == "open"
        assert found["vital_signs_before"].lacking == "body temperature"

    def test_an_interview_with_an_unanswered_question_is_not_a_denial(self) -> None:
        assert states(tasks(MDMA, record(interview(10, None)), at(20)))["cssrs_screener_before"] == "open"

    def test_a_yes_does_not_stand_for_a_form(self) -> None:
        claimed = record(checks=checked("vital_signs_before", "cssrs_screener_before"))
        found = states(tasks(MDMA, claimed, at(20)))
        assert found["vital_signs_before"] == found["cssrs_screener_before"] == "open"

    def test_what_is_recorded_for_later_was_not_there_at_the_dose(self) -> None:
        late = record(vitals(40), interview(12), checks=checked(*CHECKS, minute=50))
        assert set(states(in_the_way(MDMA, late, at(30)))) == {*CHECKS, "vital_signs_before"}

    def test_after_a_first_dose_nothing_is_in_the_way_of_the_next(self) -> None:
        assert in_the_way(MDMA, record(doses=(given(30),)), at(90)) == ()

    def test_a_protocol_without_washout_does_not_ask_for_it(self) -> None:
        assert "washout" not in topics(Plan())
        assert set(topics(Plan())) == {"consent_today", "way_home"}


class TestTheSupplement:
    """Window 90 to 150 minutes after the first dose; vital signs before it, not older than 30 minutes (policy)."""

    @pytest.mark.parametrize(("minute", "state"), [(89, "later"), (90, "open"), (120, "open"), (200, "open")])
    def test_vital_signs_before_it_are_due_half_an_hour_ahead(self, minute: int, state: str) -> None:
        dosed = record(vitals(10), doses=(given(30),))
        assert states(tasks(MDMA, dosed, at(minute)))["vital_signs_before_supplement"] == state

    @pytest.mark.parametrize(
        ("minute", "state"), [(119, "open"), (120, "done"), (150, "done"), (151, "open")]
    )
    def test_a_reading_is_of_the_last_half_hour(self, minute: int, state: str) -> None:
        dosed = record(vitals(minute), doses=(given(30), given(150, 40, is_supplement=True)))
        assert states(tasks(MDMA, dosed, at(200)))["vital_signs_before_supplement"] == state

    def test_withheld_it_asks_for_nothing(self) -> None:
        found = states(tasks(MDMA, record(doses=(given(30),), withheld_at=at(140)), at(200)))
        assert "vital_signs_before_supplement" not in found
        assert found["supplement"] == "done"

    def test_undecided_it_stays_open(self) -> None:
        without = replace(whole(), doses=(given(30),))
        assert missing(MDMA, without, at(500)) == ("Supplemental dose given or withheld",)


class TestDuring:
    @pytest.mark.parametrize(("minute", "state"), [(89, "later"), (90, "open")])
    def test_the_next_reading_is_due_an_hour_after_the_dose(self, minute: int, state: str) -> None:
        found = {task.key: task for task in tasks(PSILOCYBIN, record(doses=(given(30),)), at(minute))}
        assert (found["vital_signs_during"].state, found["vital_signs_during"].due_at) == (state, at(90))

    def test_then_an_hour_after_the_last_reading(self) -> None:
        found = {task.key: task for task in tasks(PSILOCYBIN, record(vitals(75), doses=(given(30),)), at(80))}
        assert found["vital_signs_during"].due_at == at(135)

    def test_a_gap_has_to_be_explained(self) -> None:
        gap = record(vitals(60), vitals(200), doses=(given(30),), ended_at=at(220))
        found = {task.key: task for task in tasks(PSILOCYBIN, gap, at(230))}
        assert found["vital_signs_during"].state == "open"
        assert found["vital_signs_during"].lacking == "up to 140 minutes without one, every 60 asked for"
        told = replace(gap, checks=checked("vital_signs_during", minute=230, met=False, reason="asleep"))
        assert states(tasks(PSILOCYBIN, told, at(230)))["vital_signs_during"] == "not_met"

    def test_a_measure_without_a_form_is_answered_by_a_check(self) -> None:
        key = "dissociation_during"
        assert states(tasks(KETAMINE, record(doses=(given(5),)), at(10)))[key] == "open"
        yes = record(doses=(given(5),), checks=checked(key, minute=25))
        assert states(tasks(KETAMINE, yes, at(30)))[key] == "done"


class TestSigning:
    def test_a_whole_session_lacks_nothing(self) -> None:
        assert missing(MDMA, whole(), at(500)) == ()

    def test_a_session_that_goes_on_is_not_signed(self) -> None:
        assert missing(MDMA, replace(whole(), ended_at=None), at(500)) == ("End of the session",)

    def test_each_thing_that_is_missing_is_named(self) -> None:
        bare = record(doses=(given(30),), withheld_at=at(140), ended_at=at(480))
        assert missing(MDMA, bare, at(500)) == (
            "Medication stopped long enough before",
            "The patient consents to go on today",
            "Somebody to take the patient home is known",
            "Vital signs before the dose",
            "C-SSRS screener before the dose",
            "Vital signs at the end",
            "C-SSRS screener at the end",
        )

    def test_what_is_explained_is_not_missing(self) -> None:
        late = record(
            vitals(10), vitals(140), vitals(470), interview(475),
            doses=(given(30), given(150, 40, is_supplement=True)),
            checks=checked(*CHECKS) + checked("cssrs_screener_before", met=False, reason="asked the evening before"),
            ended_at=at(480),
        )  # fmt: skip
        assert missing(MDMA, late, at(500)) == ()

    def test_without_a_dose_nothing_is_asked_for_after_it(self) -> None:
        found = record(vitals(10), interview(12), checks=checked(*CHECKS), ended_at=at(60))
        assert missing(MDMA, found, at(70)) == ()

    @such_that(st.sets(st.sampled_from([*topics(MDMA)])), st.integers(0, 600))
    def test_more_explanations_never_make_more_missing(self, explained: set[str], minute: int) -> None:
        bare = record(doses=(given(30),), ended_at=at(480))
        told = replace(bare, checks=checked(*sorted(explained), minute=500, met=False, reason="told"))
        assert set(missing(MDMA, told, at(600))) <= set(missing(MDMA, bare, at(600)))


@pytest.mark.parametrize("key", protocols.keys())
def test_every_protocol_can_be_run_and_its_topics_fit_their_column(key: str) -> None:
    known = protocols.get(key)
    for arm in known.arm_keys:
        plan = plan_of(known, arm, 1)
        names = topics(plan)
        assert all(len(name) <= 40 for name in names)
        full = record(doses=(given(5),), ended_at=at(60))
        asked = {task.key for task in tasks(plan, full, at(70))} - {"supplement"}
        assert asked <= set(names)
        told = replace(full, withheld_at=at(50), checks=checked(*names, minute=65, met=False, reason="told"))
        assert missing(plan, told, at(70)) == ()


def test_without_a_protocol_two_checks_are_left() -> None:
    assert plan_of(None, "", 1) == Plan()
    assert set(states(tasks(Plan(), record(), at(5)))) == {"consent_today", "way_home"}


class TestBeyondALimit:
    """Systolic blood pressure warns from 160 mmHg on."""

    def test_a_value_beyond_is_not_met_although_it_was_measured(self) -> None:
        (task,) = [
            one for one in tasks(MDMA, record(vitals(10, systolic=160.0)), at(20)) if one.key == BEFORE
        ]
        assert (task.state, task.beyond) == (
            "not_met",
            "Systolic blood pressure 160 mmHg: warned from 160 mmHg on.",
        )

    @pytest.mark.parametrize(
        ("readings", "state"),
        [
            ([vitals(10, systolic=159.0)], "done"),
            ([vitals(10, systolic=168.0), vitals(18)], "done"),  # measured again, and within
            ([vitals(10), vitals(18, systolic=168.0)], "not_met"),
            (
                [vitals(10, systolic=168.0), vitals(18, systolic=None)],
                "not_met",
            ),  # left out takes no warning away
            ([vitals(10, diastolic=110.0)], "not_met"),
            ([vitals(10, systolic=168.0, heart_rate=None)], "not_met"),
        ],
    )
    def test_the_latest_value_counts(self, readings: list, state: str) -> None:
        assert states(tasks(MDMA, record(*readings), at(20)))[BEFORE] == state

    def test_whoever_explains_it_it_stays_not_met(self) -> None:
        explained = checked(BEFORE, met=False, reason="she is nervous")
        found = tasks(MDMA, record(vitals(10, systolic=168.0), checks=explained), at(20))
        (task,) = [one for one in found if one.key == BEFORE]
        assert (task.state, task.reason) == ("not_met", "she is nervous")

    def test_what_comes_after_the_dose_does_not_change_what_was_before_it(self) -> None:
        whole = record(vitals(10), vitals(40, systolic=168.0), doses=(given(30),))
        assert states(tasks(MDMA, whole, at(60)))[BEFORE] == "done"

    def test_a_dose_needs_its_own_reason_and_the_checks_theirs(self) -> None:
        high = record(vitals(10, systolic=168.0))
        assert BEFORE not in {task.key for task in in_the_way(MDMA, high, at(20))}
        assert [breach.figure for breach in beyond_limits(MDMA, high, at(20), "MDMA")] == ["168 mmHg"]
        assert beyond_limits(MDMA, high, at(5), "MDMA") == ()  # not measured yet
        assert beyond_limits(MDMA, high, at(20), "lorazepam")  # nothing was given: it is no rescue
        after = record(vitals(10), vitals(140, systolic=168.0), doses=(given(30),))
        assert beyond_limits(MDMA, after, at(150), "midomafetamine")
        assert beyond_limits(MDMA, after, at(150), "lorazepam") == ()

    def test_it_keeps_nobody_from_signing(self) -> None:
        high = replace(whole(), readings=(*whole().readings, *vitals(476, systolic=168.0)))
        assert missing(MDMA, high, at(500)) == ()
