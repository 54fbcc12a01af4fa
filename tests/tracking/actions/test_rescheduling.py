"""Events that move, days set by hand, versions and conditions: what becomes of what was asked."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import days_ago
from tests.tracking.scheduled import dosing, schedule, start
from tests.tracking.treated import medicated
from tracking.actions import assessments, care, people, scheduling, treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, AuditEvent, Patient, TreatmentEpisode, User
from tracking.queries.events import events_of
from tracking.tasks import keep_schedules

pytestmark = pytest.mark.django_db


def days_of(request: AssessmentRequest) -> tuple[date, date, date]:
    request.refresh_from_db()
    return request.opens_on, request.due_on, request.closes_on


class TestEventsThatMove:
    def test_a_dose_recorded_on_the_wrong_day_takes_its_questions_along(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        """Taken back and recorded again: the very same requests, so that links and drafts hold."""
        wrong = dosing(episode, clinician, days=3)
        schedule(episode, clinician, days_ago(3))
        asked = {row.pk: row for row in episode.requests.filter(anchor_session=wrong)}
        before = {pk: days_of(row) for pk, row in asked.items()}
        treatment.void(by=clinician, record=wrong, reason="it was the day before")
        assert {row.status for row in episode.requests.filter(pk__in=asked)} == {"cancelled"}
        right = dosing(episode, clinician, days=4)
        assert schedule(episode, clinician, days_ago(3)) == 0
        after = episode.requests.filter(anchor_session=right)
        assert set(after.values_list("pk", "status")) == {(pk, "open") for pk in asked}
        for row in after:
            assert days_of(row) == tuple(day - timedelta(days=1) for day in before[row.pk])
        events = AuditEvent.objects.filter(action="move_request").values_list("object_id", flat=True)
        assert len(events) == len(asked)

    def test_an_answer_stays_with_the_dose_that_it_was_given_for(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        session = dosing(episode, clinician, days=3)
        schedule(episode, clinician, days_ago(3))
        experience = episode.requests.get(instrument="meq30")
        answers = {item.code: 3 for item in registry.get("meq30").items}
        assessments.submit_assessment(
            by=clinician,
            request=experience,
            answers=answers,
            source="clinician_entered",
            assessed_on=days_ago(1),
            submission_id=uuid.uuid4(),
        )
        before = days_of(experience)
        treatment.void(by=clinician, record=session, reason="it was the day before")
        dosing(episode, clinician, days=4)
        schedule(episode, clinician, days_ago(3))
        assert days_of(experience) == before
        assert (experience.status, experience.anchor_session) == ("done", session)

    def test_what_somebody_cancelled_does_not_come_back(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        session = dosing(episode, clinician, days=3)
        schedule(episode, clinician, days_ago(3))
        declined = episode.requests.get(instrument="meq30")
        scheduling.cancel_request(by=clinician, request=declined, reason="declined")
        treatment.void(by=clinician, record=session, reason="wrong day")
        schedule(episode, clinician, days_ago(3))
        declined.refresh_from_db()
        assert (declined.status, declined.anchor_lost) == ("cancelled", False)

    def test_follow_up_after_stopping_a_medication_counts_from_its_last_day(
        self, patient: Patient, clinician: User
    ) -> None:
        """Stopped on a day means: the first day without. The last dose was the day before."""
        episode = start(patient, clinician, "cbt-anxiolytic-panic", "combined")
        course = medicated(
            clinician, episode, "clonazepam", began=100, amount_per_day=Decimal(2), is_study_drug=True
        )
        treatment.change_dose(
            by=clinician, course=course, changed_on=days_ago(20), amount_per_day=Decimal(1), step="taper"
        )
        schedule(episode, clinician, days_ago(20))
        assert set(episode.requests.filter(time_point="taper step 1").values_list("due_on", flat=True)) == {
            days_ago(15)
        }
        stop = treatment.stop_medication(
            by=clinician, course=course, stopped_on=days_ago(9), reason="recovered"
        )
        schedule(episode, clinician, days_ago(9))
        follow_up = episode.requests.filter(time_point="week 2 without the drug")
        assert set(follow_up.values_list("due_on", flat=True)) == {days_ago(10 - 14)}
        treatment.void(by=clinician, record=stop, reason="it goes on")
        assert set(follow_up.values_list("status", "anchor_lost")) == {("cancelled", True)}

    def test_a_drug_that_was_stopped_before_treatment_opens_no_watch(
        self, patient: Patient, clinician: User
    ) -> None:
        episode = start(patient, clinician, "cbt-anxiolytic-panic", "combined")
        course = medicated(clinician, episode, began=200)
        treatment.stop_medication(by=clinician, course=course, stopped_on=days_ago(100), reason="no_effect")
        assert events_of(episode).last_dose is None

    def test_the_end_of_therapy_is_the_session_that_completes_it(
        self, patient: Patient, clinician: User
    ) -> None:
        """A missed session completes nothing."""
        episode = start(patient, clinician, "cbt-anxiolytic-panic", "cbt", days=100)
        for number in range(11):
            treatment.record_session(
                by=clinician,
                episode=episode,
                kind="psychotherapy",
                starts_at=timezone.now() - timedelta(days=90 - 7 * number),
            )
        missed = timezone.now() - timedelta(days=13)
        treatment.record_session(
            by=clinician, episode=episode, kind="psychotherapy", starts_at=missed, attendance="missed"
        )
        schedule(episode, clinician, days_ago(90))
        after = episode.requests.filter(time_point__endswith="after therapy")
        assert not after.exists()
        last = treatment.record_session(
            by=clinician,
            episode=episode,
            kind="psychotherapy",
            starts_at=timezone.now() - timedelta(days=6),
        )
        schedule(episode, clinician, days_ago(90))
        assert set(after.values_list("anchor_session", flat=True)) == {last.pk}
        assert min(after.values_list("due_on", flat=True)) == days_ago(6 - 14)

    def test_a_session_late_in_the_evening_before_the_clock_changes_keeps_its_day(
        self, team_a, clinician: User, time_machine
    ) -> None:
        """23:30 on 30 March 2024 in Berlin; the clock goes forward that night."""
        time_machine.move_to("2024-04-20T10:00:00+00:00", tick=False)
        known = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity=None,
            sex="female",
            enrolled_on=date(2024, 3, 1),
            timezone="Europe/Berlin",
        )
        episode = care.start_episode(
            by=clinician,
            patient=known,
            diagnosis="anxiety",
            protocol="cbt-anxiolytic-panic",
            arm="cbt",
            starts_on=date(2024, 3, 1),
        )
        late = datetime(2024, 3, 30, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        treatment.record_session(by=clinician, episode=episode, kind="psychotherapy", starts_at=late)
        schedule(episode, clinician, date(2024, 3, 1))
        assert episode.requests.get(time_point="session 1").due_on == date(2024, 3, 30)


class TestDaysSetByHand:
    def test_they_are_kept_when_the_event_moves(self, episode: TreatmentEpisode, clinician: User) -> None:
        session = dosing(episode, clinician, days=3)
        schedule(episode, clinician, days_ago(3))
        chosen = episode.requests.get(instrument="meq30")
        scheduling.set_request_dates(
            by=clinician, request=chosen, opens_on=days_ago(1), due_on=days_ago(0), closes_on=days_ago(-9)
        )
        treatment.void(by=clinician, record=session, reason="it was the day before")
        again = dosing(episode, clinician, days=4)
        schedule(episode, clinician, days_ago(3))
        assert days_of(chosen) == (days_ago(1), days_ago(0), days_ago(-9))
        assert (chosen.status, chosen.anchor_session, chosen.dates_set_by) == ("open", again, clinician)

    def test_who_set_them_is_in_the_log(self, episode: TreatmentEpisode, clinician: User) -> None:
        schedule(episode, clinician, episode.starts_on)
        chosen = episode.requests.get(instrument="wai_sr")
        days = {"opens_on": days_ago(2), "due_on": days_ago(1), "closes_on": days_ago(-9)}
        scheduling.set_request_dates(by=clinician, request=chosen, **days)
        event = AuditEvent.objects.last()
        assert (event.action, event.object_id) == ("set_request_dates", chosen.public_id)
        assert schedule(episode, clinician, episode.starts_on) == 0
        assert days_of(chosen) == tuple(days.values())

    @pytest.mark.parametrize(("days", "field"), [((0, 1, -9), "due_on"), ((2, 1, 3), "closes_on")])
    def test_days_out_of_order_are_refused(
        self, episode: TreatmentEpisode, clinician: User, days: tuple[int, int, int], field: str
    ) -> None:
        schedule(episode, clinician, episode.starts_on)
        chosen = episode.requests.get(instrument="wai_sr")
        before = days_of(chosen)
        opens, due, closes = (days_ago(day) for day in days)
        with pytest.raises(InvalidInput) as refusal:
            scheduling.set_request_dates(
                by=clinician, request=chosen, opens_on=opens, due_on=due, closes_on=closes
            )
        assert refusal.value.field == field
        assert days_of(chosen) == before

    def test_what_is_no_longer_open_keeps_its_days(self, episode: TreatmentEpisode, clinician: User) -> None:
        schedule(episode, clinician, episode.starts_on)
        chosen = episode.requests.get(instrument="wai_sr")
        scheduling.cancel_request(by=clinician, request=chosen, reason="declined")
        with pytest.raises(Conflict):
            scheduling.set_request_dates(
                by=clinician, request=chosen, opens_on=days_ago(1), due_on=days_ago(1), closes_on=days_ago(0)
            )


class TestVersionsAndConditions:
    def test_an_episode_keeps_the_version_that_it_began_with(self, patient: Patient, clinician: User) -> None:
        episode = start(patient, clinician, "ssri-psychotherapy", "combined", diagnosis="mdd")
        assert episode.protocol_version == "2"
        TreatmentEpisode.objects.filter(pk=episode.pk).update(protocol_version="1")
        schedule(episode, clinician, episode.starts_on)
        assert set(episode.requests.values_list("instrument", flat=True)) == {"hamd17", "phq9", "wai_sr"}

    def test_an_answer_brings_what_rests_on_it(self, patient: Patient, clinician: User) -> None:
        """The baseline rating arrives after the last dose was recorded."""
        episode = start(patient, clinician, "propranolol-reactivation", "placebo", days=6, diagnosis="ptsd")
        schedule(episode, clinician, episode.starts_on)
        for number in range(6):
            dosing(episode, clinician, days=6 - number)
        schedule(episode, clinician, episode.starts_on)
        follow_up = episode.requests.filter(time_point="month 3", instrument="caps5")
        assert not follow_up.exists()
        baseline = episode.requests.get(time_point="baseline", instrument="caps5")
        answers = {item.code: item.minimum for item in registry.get("caps5").items if item.required}
        assessments.submit_assessment(
            by=clinician,
            request=baseline,
            answers=answers | {"A": True},
            source="clinician",
            assessed_on=days_ago(5),
            submission_id=uuid.uuid4(),
        )
        keep_schedules()
        assert follow_up.count() == 1
        keep_schedules()
        assert follow_up.count() == 1

    def test_one_episode_that_cannot_be_scheduled_stops_no_other(
        self, patient: Patient, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start(patient, clinician, "propranolol-reactivation", "placebo", days=10, diagnosis="ptsd")

        def refuse(**_: object) -> None:
            raise Conflict("not now")

        monkeypatch.setattr(scheduling, "schedule_episode", refuse)
        assert scheduling.keep_schedules() == 1
