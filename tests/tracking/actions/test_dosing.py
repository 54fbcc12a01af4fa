"""A dosing session by its taps: what each stores, what a second or a late one does, what is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from measures import registry
from tests.reports.clinic import another_episode
from tests.tracking.dosing import (
    CALM,
    DENIED,
    begun,
    ended,
    form,
    minute,
    vitals,
)
from tracking import clock
from tracking.actions import assessments, dosing, treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    RunSheetEntry,
    SafetyAlert,
    TreatmentEpisode,
    TreatmentSession,
    User,
)

pytestmark = pytest.mark.django_db


def event(by: User, session: TreatmentSession, **more: object) -> RunSheetEntry:
    values = {"submission_id": uuid.uuid4(), "topic": "bathroom"}
    return dosing.record_event(by=by, session=session, **(values | more))


class TestBeginning:
    def test_it_is_an_attended_dosing_session_with_those_present(
        self, session: TreatmentSession, clinician: User, second: User
    ) -> None:
        assert (session.kind, session.attendance, session.minutes) == ("dosing", "attended", None)
        assert list(session.people_present.values_list("user", "role")) == [
            (clinician.pk, "lead"),
            (second.pk, "second"),
        ]
        assert session.entries.get().met is True

    def test_alone_it_needs_a_reason_that_stays(self, mdma: TreatmentEpisode, clinician: User) -> None:
        with pytest.raises(InvalidInput) as refusal:
            begun(clinician, mdma, alone_reason=" ")
        assert refusal.value.field == "alone_reason"
        assert not mdma.sessions.exists()
        entry = begun(clinician, mdma, alone_reason="the other one is ill").entries.get()
        assert (entry.topic, entry.met, entry.text) == ("two_present", False, "the other one is ill")

    def test_somebody_else_in_the_room_is_no_clinician(
        self, mdma: TreatmentEpisode, clinician: User, second: User
    ) -> None:
        people = [(clinician, "lead"), (second, "other")]
        with pytest.raises(InvalidInput):
            dosing.begin_session(
                by=clinician,
                episode=mdma,
                submission_id=uuid.uuid4(),
                starts_at=timezone.now(),
                people_present=people,
            )

    def test_sent_twice_it_is_one(self, mdma: TreatmentEpisode, clinician: User, second: User) -> None:
        once = uuid.uuid4()
        first = begun(clinician, mdma, second, submission_id=once)
        assert begun(clinician, mdma, second, submission_id=once) == first
        assert mdma.sessions.count() == 1

    def test_no_second_one_while_one_goes_on(
        self, session: TreatmentSession, mdma: TreatmentEpisode, clinician: User, second: User
    ) -> None:
        with pytest.raises(Conflict, match="under way"):
            begun(clinician, mdma, second, ago=10)
        ended(clinician, session, 60)
        begun(clinician, mdma, second, ago=10)

    def test_an_id_of_another_patients_session_is_refused(
        self, session: TreatmentSession, team_a: CareTeam, clinician: User, second: User
    ) -> None:
        other = another_episode(team_a, clinician)
        with pytest.raises(Conflict):
            begun(clinician, other, second, submission_id=session.public_id)


class TestTaps:
    def test_a_tap_twice_is_one_row(self, session: TreatmentSession, clinician: User, second: User) -> None:
        once = uuid.uuid4()
        first = event(clinician, session, submission_id=once)
        assert event(second, session, submission_id=once) == first
        assert session.entries.filter(kind="event").get().recorded_by == clinician

    def test_other_content_under_the_same_id_is_refused(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        once = uuid.uuid4()
        event(clinician, session, submission_id=once)
        with pytest.raises(Conflict):
            event(clinician, session, submission_id=once, topic="nausea")
        with pytest.raises(Conflict):
            event(clinician, session, submission_id=once, happened_at=minute(session, 3))

    def test_a_late_tap_is_filed_at_its_moment(self, session: TreatmentSession, clinician: User) -> None:
        event(clinician, session, topic="nausea")
        late = event(clinician, session, happened_at=minute(session, 30))
        assert late.happened_at == minute(session, 30)
        assert late.recorded_at - late.happened_at > timedelta(hours=3)
        assert list(session.entries.filter(kind="event").values_list("topic", flat=True)) == [
            "bathroom",
            "nausea",
        ]

    def test_a_clock_that_runs_ahead_a_little_is_set_right(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        now = timezone.now()
        with clock.simulated(now):
            assert event(clinician, session, happened_at=now + timedelta(seconds=90)).happened_at == now
            before = session.starts_at - timedelta(seconds=90)
            assert event(clinician, session, happened_at=before).happened_at == session.starts_at

    @pytest.mark.parametrize("shift", [timedelta(minutes=3), timedelta(days=1)])
    def test_the_future_is_refused(
        self, session: TreatmentSession, clinician: User, shift: timedelta
    ) -> None:
        with pytest.raises(InvalidInput, match="future"):
            event(clinician, session, happened_at=timezone.now() + shift)

    def test_before_the_session_is_refused(self, session: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="before the session"):
            event(clinician, session, happened_at=minute(session, -3))

    def test_a_day_later_it_needs_a_moment_of_the_session(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        with clock.simulated(session.starts_at + timedelta(hours=25)):
            with pytest.raises(InvalidInput, match="24 hours"):
                event(clinician, session)
            event(clinician, session, happened_at=minute(session, 30))

    def test_each_kind_says_what_it_needs(self, session: TreatmentSession, clinician: User) -> None:
        tap = {"by": clinician, "session": session, "submission_id": uuid.uuid4()}
        refused = [
            lambda: dosing.record_event(**tap),
            lambda: dosing.record_event(**tap, topic="fireworks"),
            lambda: dosing.record_observation(**tap, text="  "),
            lambda: dosing.withhold_supplement(**tap, text=""),
            lambda: dosing.record_check(**tap, topic="consent_today", met=False),
            lambda: dosing.record_check(**tap, topic="anything", met=True),
            lambda: dosing.record_observation(**tap, text="x" * 2001),
        ]
        for refuse in refused:
            with pytest.raises(InvalidInput):
                refuse()
        assert session.entries.count() == 1  # who was present at the beginning

    def test_no_word_of_it_stands_in_the_audit_trail(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        dosing.record_observation(
            by=clinician, session=session, submission_id=uuid.uuid4(), text="weeps for long"
        )
        told = AuditEvent.objects.filter(action="run_sheet_observation").get()
        assert "weeps" not in str(told.details)

    def test_a_session_that_was_taken_back_takes_no_taps(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        treatment.void(by=clinician, record=session, reason="wrong patient")
        assert not session.entries.standing().exists()
        with pytest.raises(Conflict):
            event(clinician, session)


class TestForms:
    def test_vital_signs_are_an_assessment_of_the_session_at_their_moment(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        row = vitals(clinician, session, 30, systolic=168).assessment
        assert (row.session, row.assessed_at, row.rater) == (session, minute(session, 30), clinician)
        assert dict(row.scores.values_list("scale", "value"))["systolic"] == 168

    def test_twice_is_one_and_another_moment_or_value_is_refused(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        once = uuid.uuid4()
        first = form(clinician, session, "vital_signs", CALM, 30, submission_id=once)
        again = form(clinician, session, "vital_signs", CALM, 30, submission_id=once)
        assert (again.assessment, again.created) == (first.assessment, False)
        for answers, at in ((CALM | {"systolic": 130}, 30), (CALM, 40)):
            with pytest.raises(Conflict):
                form(clinician, session, "vital_signs", answers, at, submission_id=once)
        assert Assessment.objects.filter(session=session).count() == 1

    def test_now_twice_is_one(self, session: TreatmentSession, clinician: User) -> None:
        once = uuid.uuid4()
        for _ in range(2):
            form(clinician, session, "vital_signs", CALM, 0, submission_id=once, assessed_at=None)
        assert Assessment.objects.filter(session=session).count() == 1

    def test_nothing_measured_is_nothing(self, session: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="nothing was measured"):
            form(clinician, session, "vital_signs", dict.fromkeys(CALM), 30)

    def test_a_slip_of_the_keyboard_names_its_item(self, session: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput) as refusal:
            vitals(clinician, session, 30, systolic=1680)
        assert refusal.value.field == "systolic"

    def test_a_yes_in_the_interview_raises_its_alert_at_once(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        submitted = form(clinician, session, "cssrs_screener", DENIED | {"1": True}, 12)
        assert submitted.alerts
        assert SafetyAlert.objects.filter(assessment__session=session).exists()

    def test_a_correction_keeps_moment_session_and_the_version_before(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        wrong = vitals(clinician, session, 30, systolic=186).assessment
        right = assessments.correct_assessment(
            by=clinician, assessment=wrong, answers=CALM | {"systolic": 168}, reason="digits swapped"
        ).assessment
        assert (right.session, right.assessed_at, right.supersedes) == (session, minute(session, 30), wrong)
        assert Assessment.objects.get(pk=wrong.pk).answers["systolic"] == 186

    def test_what_is_of_another_kind_of_session_is_refused(
        self, mdma: TreatmentEpisode, clinician: User
    ) -> None:
        talk = treatment.record_session(
            by=clinician, episode=mdma, kind="preparation", starts_at=timezone.now() - timedelta(hours=3)
        )
        with pytest.raises(InvalidInput):
            dosing.record_in_session(
                by=clinician,
                session=talk,
                instrument=registry.get("vital_signs"),
                answers=CALM,
                submission_id=uuid.uuid4(),
            )
