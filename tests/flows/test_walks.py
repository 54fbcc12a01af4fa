"""Every treatment from enrolment to its last follow-up through the real actions, against the tables by hand."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.engines import few_on_both
from tests.flows.walking import Course
from tests.tracking.walks import ALIKE, START, WALKS
from tracking import clock
from tracking.actions import scheduling, treatment
from tracking.actions.endings import end_episode
from tracking.models import Assessment
from tracking.rules import protocol as protocols
from tracking.vocabulary import RequestStatus

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ZONES = ("Europe/Berlin", "America/New_York")
NUMBERED = {  # which session the number in the name of a time point counts
    r"(?:after (?:dose|infusion)|before session|week \d+ after dose|day after infusion) (\d+)": "dosing",
    r"session (\d+)": "psychotherapy",
    r"medication visit (\d+)": "medication",
}
COURSES = [(name, walk.arm) for name, walk in WALKS.items()] + [
    (name, arm) for name, arms in ALIKE.items() for arm in arms
]


def test_every_arm_of_every_treatment_is_walked() -> None:
    walked = {(WALKS[name].protocol, arm) for name, arm in COURSES}
    assert walked == {(known.key, arm) for known in protocols.all_protocols() for arm in known.arm_keys}


@pytest.mark.parametrize("course", few_on_both(enumerate(COURSES)), ids=[", ".join(each) for each in COURSES])
def test_from_enrolment_to_the_last_follow_up(course: tuple[int, tuple[str, str]]) -> None:
    number, (name, arm) = course
    walk = WALKS[name].in_arm(arm)
    under_way = Course(walk, ZONES[number % 2])
    under_way.plan_all()
    under_way.walk_on()
    asked = under_way.asked()
    assert set(asked) == walk.table()
    assert len(asked) == len(set(asked))
    assert not under_way.open().exists()
    everything_is_answered_in_its_window_and_in_order(under_way)
    what_hangs_on_a_session_hangs_on_the_right_one(under_way)
    nothing_is_asked_after_the_end(under_way)


def everything_is_answered_in_its_window_and_in_order(course: Course) -> None:
    answers = Assessment.objects.filter(episode=course.episode).select_related("request").order_by("pk")
    assert len(answers) == len(course.asked())
    for row in answers:
        assert row.request
        assert row.request.status == RequestStatus.DONE
        assert row.request.opens_on <= row.request.due_on <= row.request.closes_on
        assert (row.time_point, row.instrument) == (row.request.time_point, row.request.instrument)
        assert row.assessed_on == row.request.due_on
        if row.request.rater == "clinician":
            assert row.rater == (course.rater if row.request.blinded else course.clinician)
    in_order = [row.assessed_on for row in answers]
    assert in_order == sorted(in_order)


def what_hangs_on_a_session_hangs_on_the_right_one(course: Course) -> None:
    for row in course.episode.requests.all():
        for pattern, kind in NUMBERED.items():
            if found := re.fullmatch(pattern, row.time_point):
                assert row.anchor_session == course.sessions[kind][int(found[1]) - 1]


def nothing_is_asked_after_the_end(course: Course) -> None:
    last = date.fromisoformat(max(day for day, _, _ in course.asked()))
    asked = course.asked()
    with clock.simulated(course.at(last + timedelta(days=1), 9)):
        end_episode(by=course.clinician, episode=course.episode, reason="completed", ends_on=last)
        assert course.schedule() == ()
    assert course.asked() == asked


class TestDisorder:
    """Psilocybin for depression as it does not stand in the plan."""

    @pytest.fixture
    def course(self) -> Course:
        course = Course(WALKS["psilocybin-mdd"], "Europe/Berlin")
        course.plan(date(2024, 2, 5), course.dosing)
        course.walk_on(until=date(2024, 2, 6))
        return course

    def move(self, course: Course, to: date) -> None:
        with clock.simulated(course.at(to, 20)):
            treatment.void(by=course.clinician, record=course.sessions["dosing"].pop(), reason="wrong day")
            with clock.simulated(course.at(to, 9)):
                session = course.held("dosing")(course.at(to, 9))
            planned = course.protocol.doses[0]
            course._give(session, planned, planned.amount, "main", course.at(to, 10))
            course.schedule()

    def test_a_dose_two_weeks_later_takes_open_requests_along(self, course: Course) -> None:
        open_ = course.episode.requests.get(time_point="week 1 after dose 1")
        answered = course.episode.requests.get(time_point="after dose 1")
        assert (open_.due_on, answered.status) == (date(2024, 2, 12), RequestStatus.DONE)
        self.move(course, date(2024, 2, 19))
        open_.refresh_from_db()
        answered.refresh_from_db()
        assert (open_.due_on, open_.status) == (date(2024, 2, 26), RequestStatus.OPEN)
        assert open_.anchor_session == course.sessions["dosing"][0]
        assert answered.due_on == date(2024, 2, 6)
        assert Assessment.objects.get(request=answered).time_point == "after dose 1"

    def test_days_that_somebody_set_stay(self, course: Course) -> None:
        by_hand = course.episode.requests.get(time_point="week 1 after dose 1")
        with clock.simulated(course.at(date(2024, 2, 7), 9)):
            scheduling.set_request_dates(
                by=course.clinician,
                request=by_hand,
                opens_on=date(2024, 2, 20),
                due_on=date(2024, 2, 21),
                closes_on=date(2024, 2, 28),
            )
        self.move(course, date(2024, 2, 19))
        by_hand.refresh_from_db()
        assert (by_hand.due_on, by_hand.status) == (date(2024, 2, 21), RequestStatus.OPEN)

    def test_a_session_that_was_missed_asks_for_nothing(self, course: Course) -> None:
        before = course.asked()
        at = course.at(date(2024, 2, 26), 9)
        with clock.simulated(at):
            treatment.record_session(
                by=course.clinician, episode=course.episode, kind="dosing", starts_at=at, attendance="missed"
            )
            assert course.schedule() == ()
        assert course.asked() == before

    def test_whoever_drops_out_is_asked_nothing_new(self, course: Course) -> None:
        with clock.simulated(course.at(date(2024, 2, 8), 9)):
            end_episode(
                by=course.clinician, episode=course.episode, reason="patient", ends_on=date(2024, 2, 8)
            )
        asked = course.asked()
        for later in (1, 30, 200):
            with clock.simulated(course.at(START + timedelta(days=24 + later), 9)):
                assert course.schedule() == ()
                scheduling.keep_schedules()
        assert course.asked() == asked
        assert not any("dose 2" in point for _, point, _ in asked)
