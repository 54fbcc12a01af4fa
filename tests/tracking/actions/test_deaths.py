"""A death: everything that is asked ends, nothing is sent, no alert rings; and taking back one that was none."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from measures import registry
from tests.cast import days_ago
from tests.tracking.actions.test_endings import DARK, WHY, answered, bystander, ended, of_protocol, untouched
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.outgoing import send_all
from tests.tracking.treated import medicated
from tracking.actions import assessments, care, links, scheduling, tapers
from tracking.actions.endings import end_episode, record_death, void_death
from tracking.actions.outbox import queue_mail
from tracking.actions.safety import escalate_alerts
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    Death,
    EpisodeEnd,
    OutboxMail,
    Patient,
    TreatmentEpisode,
    User,
)
from tracking.queries.endings import settled_with
from tracking.vocabulary import EndReason

__all__ = ["bystander"]
pytestmark = pytest.mark.django_db
MISTAKE = "Somebody else of the same name."


def died(by: User, patient: Patient, ago: int = 0, **how: object) -> Death:
    record_death(by=by, patient=patient, died_on=days_ago(ago), **how)
    return Death.objects.standing().get(patient=patient)


@pytest.fixture
def sent(asked: AssessmentRequest, clinician: User) -> OutboxMail:
    """A link that is on its way to the patient."""
    link, _ = links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
    links.mail_link(by=clinician, link=link, url="https://clinic.example/s/secret")
    return OutboxMail.objects.get()


class TestEverythingEnds:
    def test_what_is_asked_linked_planned_and_on_its_way(
        self, sent: OutboxMail, asked: AssessmentRequest, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        episode = asked.episode
        later = of_protocol(episode, 20, clinician)
        course = medicated(clinician, episode, began=60)
        tapers.plan_taper(by=clinician, course=course, steps=[(days_ago(-7), Decimal(0))])
        death = died(clinician, episode.patient)
        assert settled_with(death).sentence == (
            "2 questionnaires cancelled, 1 link ended, 1 planned step dropped, 1 message not sent."
        )
        for request in (asked, later):
            request.refresh_from_db()
            assert request.status == "cancelled"
        assert episode.links.get().revoked_at and not course.planned_steps.standing().exists()
        sent.refresh_from_db()
        assert sent.withdrawn_at and sent.body == ""
        episode.refresh_from_db()
        assert (episode.status, episode.ends_on) == ("discontinued", days_ago(0))
        assert EpisodeEnd.objects.get(episode=episode).reason == EndReason.DIED
        assert untouched(bystander)

    def test_by_the_end_of_the_treatment_as_well(self, sent: OutboxMail, clinician: User) -> None:
        episode = TreatmentEpisode.objects.get()
        settled = end_episode(by=clinician, episode=episode, reason=EndReason.DIED, ends_on=days_ago(0))
        assert (settled.mails, Death.objects.get().died_on) == (1, days_ago(0))

    def test_follow_ups_of_a_treatment_that_had_ended(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        later = of_protocol(episode, 20, clinician)
        ended(clinician, episode, ago=9)
        died(clinician, episode.patient, ago=2)
        later.refresh_from_db()
        episode.refresh_from_db()
        assert (later.status, episode.status, episode.ends_on) == ("cancelled", "completed", days_ago(9))

    def test_with_an_open_alert_it_is_said_why(self, episode: TreatmentEpisode, clinician: User) -> None:
        (alert,) = recorded(episode, None, "phq9", DARK).alerts
        with pytest.raises(InvalidInput, match="open_reason"):
            died(clinician, episode.patient)
        with pytest.raises(Conflict, match="since this page"):
            died(clinician, episode.patient, open_reason=WHY, seen=set())
        assert died(clinician, episode.patient, open_reason=WHY).open_reason == WHY
        alert.refresh_from_db()
        assert alert.status == "open"

    def test_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        died(clinician, episode.patient, ago=1)
        with pytest.raises(Conflict, match="died on"):
            died(clinician, episode.patient)

    def test_the_database_knows_one_death(self, patient: Patient, clinician: User) -> None:
        Death.objects.create(patient=patient, died_on=days_ago(1), recorded_by=clinician)
        with pytest.raises(IntegrityError), transaction.atomic():
            Death.objects.create(patient=patient, died_on=days_ago(0), recorded_by=clinician)

    @pytest.mark.parametrize(("ago", "why"), [(-2, "future"), (121, "first day of the episode")])
    def test_not_on_any_day(self, episode: TreatmentEpisode, clinician: User, ago: int, why: str) -> None:
        with pytest.raises(InvalidInput, match=why) as refusal:
            died(clinician, episode.patient, ago=ago)
        assert refusal.value.field == "died_on"

    def test_not_before_the_last_answer(self, episode: TreatmentEpisode, clinician: User) -> None:
        recorded(episode, None, "phq9", PHQ9, ago=3)
        with pytest.raises(InvalidInput, match="one of the days is wrong") as refusal:
            ended(clinician, episode, ago=4, reason=EndReason.DIED)
        assert refusal.value.field == "ends_on"
        ended(clinician, episode, ago=3, reason=EndReason.DIED)


class TestNothingFollows:
    def test_nothing_is_asked_sent_or_begun(
        self, asked: AssessmentRequest, episode: TreatmentEpisode, clinician: User
    ) -> None:
        link, _ = links.issue_link(by=clinician, episode=episode, requests=[asked])
        died(clinician, episode.patient)
        for attempt in (
            lambda: scheduling.create_request(
                by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0)
            ),
            lambda: links.issue_link(by=clinician, episode=episode, requests=[asked]),
            lambda: links.mail_link(by=clinician, link=link, url="https://clinic.example/s/x"),
            lambda: care.start_episode(
                by=clinician,
                patient=episode.patient,
                diagnosis="mdd",
                protocol="",
                arm="",
                starts_on=days_ago(0),
            ),
        ):
            with pytest.raises(Conflict, match="nothing more is asked, sent or begun"):
                attempt()
        assert scheduling.schedule_episode(by=None, episode=episode, as_of=days_ago(30)) == ()
        with pytest.raises(Conflict, match="not asked any more"):
            answered(asked)

    def test_no_later_day_is_spoken_of(self, episode: TreatmentEpisode, clinician: User) -> None:
        died(clinician, episode.patient, ago=2)
        with pytest.raises(InvalidInput, match="after the death"):
            recorded(episode, clinician, "hamd17", {"1": 1}, ago=1)

    def test_an_alert_of_a_sheet_found_later_does_not_ring(
        self, episode: TreatmentEpisode, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        died(clinician, episode.patient, ago=1)
        before = OutboxMail.objects.count()
        (alert,) = assessments.record_assessment(**paper(episode, clinician)).alerts
        assert (alert.status, OutboxMail.objects.count()) == ("open", before)

    def test_nor_does_what_was_left_out_raise_one(self, asked: AssessmentRequest, clinician: User) -> None:
        assessments.save_draft(request=asked, item="9", value=None)
        died(clinician, asked.episode.patient)
        assert not asked.episode.alerts.exists()

    def test_an_open_alert_does_not_escalate(
        self, episode: TreatmentEpisode, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        (alert,) = recorded(episode, None, "phq9", DARK).alerts
        died(clinician, episode.patient, open_reason=WHY)
        assert escalate_alerts(now=timezone.now() + timedelta(hours=5)) == 1
        alert.refresh_from_db()
        assert alert.escalated_at is None
        assert bystander.alerts.get().escalated_at is not None

    def test_a_mail_that_slipped_in_is_not_sent(self, patient: Patient, clinician: User) -> None:
        died(clinician, patient)
        for about in (patient, None):
            queue_mail(to="a@example.org", subject="Some questions", body="…", patient=about)
        assert send_all(timezone.now()) == 1
        assert len(mail.outbox) == 1


def paper(episode: TreatmentEpisode, by: User) -> dict[str, object]:
    """A sheet on paper of the day before."""
    return {
        "by": by,
        "episode": episode,
        "instrument": registry.get("phq9"),
        "answers": DARK,
        "source": "clinician_entered",
        "assessed_on": days_ago(1),
        "submission_id": uuid4(),
    }


class TestTakenBack:
    def test_the_treatment_goes_on_and_what_was_cancelled_stays_so(
        self, sent: OutboxMail, asked: AssessmentRequest, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        death = died(clinician, asked.episode.patient)
        void_death(by=clinician, death=death, reason=f" {MISTAKE} ")
        death.refresh_from_db()
        episode = TreatmentEpisode.objects.get(pk=asked.episode_id)
        assert (death.void_reason, death.voided_by) == (MISTAKE, clinician)
        assert (episode.status, episode.ends_on) == ("active", None)
        assert not EpisodeEnd.objects.standing().exists()
        asked.refresh_from_db()
        assert asked.status == "cancelled" and episode.links.get().revoked_at
        assert send_all(timezone.now()) == OutboxMail.objects.filter(sent_at__isnull=False).count()
        sent.refresh_from_db()
        assert sent.sent_at is None
        assert AuditEvent.objects.filter(action__in=["void_death", "episode_resumed"]).count() == 2
        assert untouched(bystander)

    def test_what_had_ended_before_stays_ended(self, episode: TreatmentEpisode, clinician: User) -> None:
        ended(clinician, episode, ago=9)
        void_death(by=clinician, death=died(clinician, episode.patient, ago=2), reason=MISTAKE)
        episode.refresh_from_db()
        assert (episode.status, episode.ends_on) == ("completed", days_ago(9))

    def test_needs_a_reason_and_happens_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        death = died(clinician, episode.patient)
        with pytest.raises(InvalidInput, match="how the mistake came about"):
            void_death(by=clinician, death=death, reason=" ")
        void_death(by=clinician, death=death, reason=MISTAKE)
        with pytest.raises(Conflict, match="already taken back"):
            void_death(by=clinician, death=death, reason=MISTAKE)

    def test_then_things_are_asked_and_a_death_recorded_again(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        void_death(by=clinician, death=died(clinician, episode.patient), reason=MISTAKE)
        scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
        assert died(clinician, episode.patient).voided_at is None
