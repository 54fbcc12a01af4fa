"""What is asked for, by hand and by protocol."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.scheduled import asked, dosing, schedule
from tests.tracking.treated import dosed
from tracking.actions import assessments, care, people, scheduling, treatment
from tracking.actions.endings import end_episode
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, AuditEvent, Patient, TreatmentEpisode, User
from tracking.queries.events import events_of

pytestmark = pytest.mark.django_db


class TestByHand:
    def test_a_request_takes_version_and_rater_from_the_instrument(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0)
        )
        assert (request.rater, request.version) == ("clinician", registry.get("hamd17").version)
        assert request.closes_on - request.opens_on == timedelta(days=7)
        assert AuditEvent.objects.last().details == {"instrument": "hamd17"}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"instrument": "rorschach"}, "instrument"),
            ({"rater": "clinician"}, "rater"),
            ({"opens_on": days_ago(-2)}, "due_on"),
            ({"closes_on": days_ago(2)}, "closes_on"),
            ({"time_point": "w" * 41}, "time_point"),
        ],
    )
    def test_a_wrong_request_is_refused_by_field(
        self, episode: TreatmentEpisode, clinician: User, changes: dict, field: str
    ) -> None:
        good = {"instrument": "phq9", "due_on": days_ago(0)}
        with pytest.raises(InvalidInput) as refusal:
            scheduling.create_request(by=clinician, episode=episode, **(good | changes))
        assert refusal.value.field == field
        assert not AssessmentRequest.objects.exists()

    def test_it_is_anchored_to_a_session_of_the_same_episode(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        session = dosing(episode, clinician, 3)
        with pytest.raises(InvalidInput, match="anchor_session.*another episode"):
            scheduling.create_request(
                by=clinician,
                episode=another_episode(episode.patient.team, clinician),
                instrument="phq9",
                due_on=days_ago(0),
                anchor_session=session,
            )
        assert not AssessmentRequest.objects.exists()

    def test_only_a_rating_is_assigned_and_only_to_who_may_rate(
        self, episode: TreatmentEpisode, clinician: User, rater: User, researcher: User
    ) -> None:
        for instrument, person in (("phq9", rater), ("hamd17", researcher)):
            with pytest.raises(InvalidInput, match="assigned_to"):
                scheduling.create_request(
                    by=clinician,
                    episode=episode,
                    instrument=instrument,
                    due_on=days_ago(0),
                    assigned_to=person,
                )
        given = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
        )
        assert list(AssessmentRequest.objects.visible_to(rater)) == [given]

    def test_cancelling_happens_once_and_never_to_an_answer(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0)
        )
        with pytest.raises(InvalidInput, match="reason"):
            scheduling.cancel_request(by=clinician, request=request, reason="just so")
        scheduling.cancel_request(by=clinician, request=request, reason="declined")
        with pytest.raises(Conflict):
            scheduling.cancel_request(by=clinician, request=request, reason="declined")


class TestByProtocol:
    def test_twice_is_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        assert schedule(episode, clinician, episode.starts_on) == 7
        assert schedule(episode, clinician, episode.starts_on) == 0
        assert asked(episode) == {
            ("baseline", "clinician_expectancy"),
            ("baseline", "hamd17"),
            ("baseline", "phq9"),
            ("preparation", "credibility_expectancy"),
            ("preparation", "wai_sr"),
            ("week 1", "hamd17"),
            ("week 4", "hamd17"),
        }

    def test_each_dose_adds_what_follows_it(self, episode: TreatmentEpisode, clinician: User) -> None:
        schedule(episode, clinician, episode.starts_on)
        first = dosing(episode, clinician, days=30)
        schedule(episode, clinician, days_ago(30))
        assert ("week 4", "phq9") not in asked(episode)
        second = dosing(episode, clinician, days=10)
        schedule(episode, clinician, days_ago(30))
        meq = dict(episode.requests.filter(instrument="meq30").values_list("time_point", "anchor_session"))
        assert meq == {"after dose 1": first.pk, "after dose 2": second.pk}
        week_4 = episode.requests.get(time_point="week 4", instrument="phq9")
        assert week_4.anchor_session == second
        local = timezone.localtime(second.starts_at, ZoneInfo("Europe/Berlin"))
        assert week_4.due_on == local.date() + timedelta(days=28)

    def test_the_day_of_a_dose_is_the_patients_own(self, team_a, clinician: User, time_machine) -> None:
        """Given at 20:00 UTC on 10 March, which is 11 March in Auckland."""
        time_machine.move_to("2026-03-11T09:00:00+00:00", tick=False)
        known = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity=None,
            sex="female",
            enrolled_on=date(2026, 1, 5),
            timezone="Pacific/Auckland",
        )
        episode = care.start_episode(
            by=clinician,
            patient=known,
            diagnosis="mdd",
            protocol="psilocybin-mdd",
            arm="psilocybin",
            starts_on=date(2026, 1, 5),
        )
        begins = timezone.now() - timedelta(hours=13)
        session = treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)
        dosed(clinician, session, given_at=begins)
        assert events_of(episode).dosings[0].day == date(2026, 3, 11)

    def test_an_answered_and_a_cancelled_request_are_left_alone(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        schedule(episode, clinician, episode.starts_on)
        cancelled = episode.requests.get(instrument="wai_sr")
        scheduling.cancel_request(by=clinician, request=cancelled, reason="not_needed")
        before = list(episode.requests.values())
        assert schedule(episode, clinician, episode.starts_on) == 0
        assert list(episode.requests.values()) == before

    def test_an_answer_keeps_its_request_through_scheduling(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0), time_point="baseline"
        )
        answers = {item.code: 0 for item in registry.get("phq9").items}
        assessments.submit_assessment(
            by=clinician,
            request=request,
            answers=answers,
            source="clinician_entered",
            assessed_on=days_ago(0),
            submission_id=uuid.uuid4(),
        )
        schedule(episode, clinician, episode.starts_on)
        request.refresh_from_db()
        assert request.status == "done"
        assert episode.requests.filter(time_point="baseline", instrument="phq9").count() == 1

    def test_a_session_without_a_dose_anchors_nothing(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        treatment.record_session(
            by=clinician, episode=episode, kind="dosing", starts_at=timezone.now() - timedelta(hours=3)
        )
        assert events_of(episode).dosings == ()

    def test_nothing_is_asked_after_the_end_or_without_protocol_or_real_dates(
        self, episode: TreatmentEpisode, patient: Patient, clinician: User
    ) -> None:
        end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(1))
        assert schedule(episode, clinician, episode.starts_on) == 0
        for protocol, arm, nominal in (("", "", False), ("psilocybin-mdd", "psilocybin", True)):
            other = care.start_episode(
                by=clinician,
                patient=patient,
                diagnosis="mdd",
                protocol=protocol,
                arm=arm,
                starts_on=days_ago(1),
                dates_are_nominal=nominal,
            )
            assert schedule(other, clinician, days_ago(1)) == 0
            end_episode(by=clinician, episode=other, reason="completed", ends_on=days_ago(1))
