"""How a treatment ends, what becomes of what is open in it, and what may be answered afterwards."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import days_ago
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.blinded import blinded
from tests.tracking.dosing import begun, second_therapist
from tests.tracking.treated import medicated
from tracking.actions import assessments, care, links, people, rating, scheduling, tapers, totals
from tracking.actions.endings import end_episode
from tracking.actions.safety import acknowledge_alert, close_alert
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    EpisodeEnd,
    EpisodeSource,
    TreatmentEpisode,
    User,
)
from tracking.queries.endings import Settled
from tracking.rules.policies.days import local_today
from tracking.vocabulary import AnswerSource, EndReason

pytestmark = pytest.mark.django_db
DARK = PHQ9 | {"9": 2}
WHY = "The clinic next door has taken it on."


@pytest.fixture
def bystander(team_a, clinician: User) -> TreatmentEpisode:
    """Somebody else of the team, with a questionnaire, a link and an alert."""
    known = people.enrol_patient(
        by=clinician, team=team_a, identity=None, sex="male", enrolled_on=days_ago(90)
    )
    other = care.start_episode(
        by=clinician,
        patient=known,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(60),
    )
    request = scheduling.create_request(by=clinician, episode=other, instrument="phq9", due_on=days_ago(1))
    links.issue_link(by=clinician, episode=other, requests=[request])
    recorded(other, None, "phq9", DARK)
    return other


def untouched(other: TreatmentEpisode) -> bool:
    other.refresh_from_db()
    still = (other.status, other.requests.get(protocol_point="").status, other.links.get().revoked_at)
    return still == ("active", "open", None) and other.alerts.get().status == "open"


def of_protocol(episode: TreatmentEpisode, due_in: int, by: User) -> AssessmentRequest:
    """A point of the protocol that falls due in so many days, open from a day before it to five days after it."""
    request = scheduling.create_request(
        by=by, episode=episode, instrument="phq9", due_on=days_ago(-due_in), closes_on=days_ago(-due_in)
    )
    AssessmentRequest.objects.filter(pk=request.pk).update(
        protocol_point="week-4",
        dates_set_by=None,
        opens_on=days_ago(1 - due_in),
        closes_on=days_ago(-due_in - 5),
    )
    request.refresh_from_db()
    return request


def ended(by: User, episode: TreatmentEpisode, ago: int = 0, **how: object) -> Settled:
    how = {"reason": EndReason.COMPLETED} | how
    return end_episode(by=by, episode=episode, ends_on=days_ago(ago), **how)


def status(*requests: AssessmentRequest) -> list[str]:
    return [AssessmentRequest.objects.get(pk=request.pk).status for request in requests]


class TestReasons:
    @pytest.mark.parametrize("reason", [reason for reason in EndReason if reason != EndReason.DIED])
    def test_each_is_kept(self, episode: TreatmentEpisode, clinician: User, reason: EndReason) -> None:
        ended(clinician, episode, 1, reason=reason)
        episode.refresh_from_db()
        assert (episode.status, episode.ends_on) == (reason.status, days_ago(1))
        end = EpisodeEnd.objects.get()
        assert (end.reason, end.recorded_by, end.open_reason) == (reason, clinician, "")

    def test_only_what_is_completed_is_completed(self) -> None:
        assert {reason.value for reason in EndReason if reason.status == "completed"} == {"completed"}


class TestWhatIsOpen:
    def test_what_somebody_asked_for_is_cancelled_and_links_end(
        self, episode: TreatmentEpisode, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0)
        )
        link, _ = links.issue_link(by=clinician, episode=episode, requests=[request])
        settled = ended(clinician, episode)
        assert settled == Settled(cancelled=1, kept=0, links=1, steps=0)
        assert settled.sentence == "1 questionnaire cancelled, 1 link ended."
        link.refresh_from_db()
        assert status(request) == ["cancelled"] and link.revoked_at is not None
        event = AuditEvent.objects.get(action="cancel_request")
        assert event.details == {"reason": "ended"}
        assert untouched(bystander)

    def test_what_the_protocol_asked_for_before_the_end_is_cancelled_unless_it_is_left(
        self, episode: TreatmentEpisode, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        later, on_the_day, due = (of_protocol(episode, days, clinician) for days in (20, 0, -3))
        settled = ended(clinician, episode)
        assert status(due, on_the_day, later) == ["cancelled", "open", "open"]
        assert (settled.cancelled, settled.kept) == (1, 2)
        assert untouched(bystander)

    def test_what_is_left_stays(self, episode: TreatmentEpisode, clinician: User) -> None:
        due = of_protocol(episode, -3, clinician)
        assert (
            ended(clinician, episode, cancel_due=False).sentence == "1 questionnaire can still be answered."
        )
        assert status(due) == ["open"]

    def test_follow_ups_go_when_that_is_said(self, episode: TreatmentEpisode, clinician: User) -> None:
        later = of_protocol(episode, 20, clinician)
        ended(clinician, episode, reason=EndReason.MOVED, cancel_follow_ups=True)
        assert status(later) == ["cancelled"]

    def test_a_second_rating_goes_with_the_first(self, episode: TreatmentEpisode, clinician: User) -> None:
        first = blinded(episode, clinician)
        second = rating.request_second_rating(by=clinician, request=first)
        assert ended(clinician, episode).cancelled == 1
        assert status(first, second) == ["cancelled", "cancelled"]

    @pytest.mark.parametrize(("drop", "left"), [(True, 0), (False, 2)])
    def test_a_taper_goes_on_or_is_dropped(
        self, episode: TreatmentEpisode, clinician: User, *, drop: bool, left: int
    ) -> None:
        course = medicated(clinician, episode, began=60)
        steps = [(days_ago(-7), Decimal(25)), (days_ago(-14), Decimal(0))]
        tapers.plan_taper(by=clinician, course=course, steps=steps)
        assert ended(clinician, episode, drop_plans=drop).steps == 2 - left
        assert course.planned_steps.standing().count() == left

    def test_an_open_alert_needs_a_reason_and_stays_open(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        (alert,) = recorded(episode, None, "phq9", DARK).alerts
        with pytest.raises(InvalidInput, match="deal with it first") as refusal:
            ended(clinician, episode)
        assert refusal.value.field == "open_reason"
        episode.refresh_from_db()
        assert episode.status == "active"
        acknowledge_alert(by=clinician, alert=alert)
        with pytest.raises(InvalidInput, match="open_reason"):
            ended(clinician, episode, open_reason=" ")
        with pytest.raises(InvalidInput, match="longer than"):
            ended(clinician, episode, open_reason="x" * 2001)
        ended(clinician, episode, open_reason=f" {WHY} ")
        alert.refresh_from_db()
        assert alert.status == "acknowledged"
        assert EpisodeEnd.objects.get().open_reason == WHY

    def test_a_closed_alert_needs_none(self, episode: TreatmentEpisode, clinician: User) -> None:
        (alert,) = recorded(episode, None, "phq9", DARK).alerts
        acknowledge_alert(by=clinician, alert=alert)
        close_alert(by=clinician, alert=alert, note="Called.")
        ended(clinician, episode, open_reason="kept for nothing")
        assert EpisodeEnd.objects.get().open_reason == ""

    def test_an_unsigned_run_sheet_needs_one(self, episode: TreatmentEpisode, clinician: User) -> None:
        session = begun(clinician, episode, second_therapist(episode.patient.team))
        with pytest.raises(InvalidInput, match="run-sheet"):
            ended(clinician, episode)
        ended(clinician, episode, open_reason=WHY, seen={session.public_id})

    def test_what_came_since_the_page_was_shown_is_looked_at_first(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        (alert,) = recorded(episode, None, "phq9", DARK).alerts
        with pytest.raises(Conflict, match="since this page was shown"):
            ended(clinician, episode, open_reason=WHY, seen=set())
        ended(clinician, episode, open_reason=WHY, seen={alert.public_id})

    def test_what_was_left_out_of_a_cancelled_sitting_is_seen(
        self, asked: AssessmentRequest, clinician: User
    ) -> None:
        for item, value in (("1", 2), ("9", None)):
            assessments.save_draft(request=asked, item=item, value=value)
        ended(clinician, asked.episode)
        alert = asked.episode.alerts.get()
        assert (alert.item, alert.state, alert.status) == ("9", "unanswered", "open")

    def test_a_request_answered_by_now_is_not_cancelled(
        self, asked: AssessmentRequest, clinician: User
    ) -> None:
        answered(asked)
        assert ended(clinician, asked.episode).cancelled == 0
        assert status(asked) == ["done"]


def answered(request: AssessmentRequest) -> assessments.Submitted:
    request.refresh_from_db()
    return assessments.submit_assessment(
        by=None,
        request=request,
        answers=PHQ9,
        source=AnswerSource.SELF,
        assessed_on=local_today(request.episode.patient),
    )


class TestAfterTheEnd:
    def test_a_follow_up_of_the_protocol_is_answered(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        later = of_protocol(episode, 0, clinician)
        ended(clinician, episode, ago=1)
        assert answered(later).created

    def test_nothing_else_is(self, episode: TreatmentEpisode, clinician: User) -> None:
        ended(clinician, episode, ago=2)
        with pytest.raises(InvalidInput, match="only the follow-ups") as refusal:
            recorded(episode, clinician, "hamd17", {"1": 1}, ago=1)
        assert refusal.value.field == "assessed_on"
        with pytest.raises(InvalidInput, match="only the follow-ups"):
            total(episode, clinician, ago=1)
        assert not episode.assessments.exists()

    def test_what_is_of_a_day_before_is_still_taken_in(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        ended(clinician, episode, ago=2)
        assert recorded(episode, None, "phq9", PHQ9, ago=2).created
        assert total(episode, clinician, ago=3).created

    def test_a_correction_moves_no_day_past_the_end(self, episode: TreatmentEpisode, clinician: User) -> None:
        made, counted = recorded(episode, None, "phq9", PHQ9, ago=5), total(episode, clinician, ago=5)
        ended(clinician, episode, ago=2)
        for correct, what in (
            (assessments.correct_assessment, {"assessment": made.assessment, "answers": PHQ9}),
            (totals.correct_total, {"assessment": counted.assessment, "totals": {"total": 12}}),
        ):
            with pytest.raises(InvalidInput, match="only the follow-ups"):
                correct(by=clinician, reason="slip", assessed_on=days_ago(1), **what)

    def test_nobody_asks_by_hand(self, episode: TreatmentEpisode, clinician: User) -> None:
        first = blinded(episode, clinician)
        AssessmentRequest.objects.filter(pk=first.pk).update(status="done")
        ended(clinician, episode)
        with pytest.raises(Conflict, match="only the follow-ups"):
            scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
        with pytest.raises(Conflict, match="only the follow-ups"):
            rating.request_second_rating(by=clinician, request=first)

    def test_a_second_rating_of_a_follow_up_is_asked_for(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        first = blinded(episode, clinician)
        AssessmentRequest.objects.filter(pk=first.pk).update(protocol_point="week-4")
        ended(clinician, episode)
        assert rating.request_second_rating(by=clinician, request=first).second_of == first

    def test_the_last_day_of_an_import_ends_nothing(self, episode: TreatmentEpisode) -> None:
        episode.status, episode.ends_on = "completed", days_ago(9)
        episode.save()
        with pytest.raises(InvalidInput, match="only the follow-ups"):
            recorded(episode, None, "phq9", PHQ9)
        EpisodeSource.objects.create(episode=episode, source_id="A-17")
        assert recorded(episode, None, "phq9", PHQ9).created


def total(episode: TreatmentEpisode, by: User, ago: int) -> assessments.Submitted:
    return totals.record_total(
        by=by,
        episode=episode,
        instrument=registry.get("bdi2"),
        totals={"total": 20},
        assessed_on=days_ago(ago),
        submission_id=uuid.uuid4(),
    )


def test_the_hour_of_the_link_counts(episode: TreatmentEpisode, clinician: User) -> None:
    """A link that has expired, or has been used, is not revoked once more."""
    request = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    used, _ = links.issue_link(by=clinician, episode=episode, requests=[request])
    links.finish_link(link=used, now=timezone.now())
    assert ended(clinician, episode).links == 0
