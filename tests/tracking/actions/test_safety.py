"""Alerts: raised with the answer, never milder, opened again by worse news, told to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone, translation

from measures import registry, scoring
from tests.cast import days_ago, person, server_days_ago
from tests.tracking.answers import HAMD, PHQ9, recorded
from tracking.actions import assessments, care, people, safety
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AlertEvent,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    OutboxMail,
    Patient,
    SafetyAlert,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import AlertStatus, Role


def found(key: str, answers: dict) -> list[tuple[str, str, str]]:
    instrument = registry.get(key)
    scored = scoring.score(instrument, answers)
    return [(one.item, one.state, one.level) for one in safety.findings(scored, instrument)]


@pytest.mark.parametrize(
    ("key", "answers", "expected"),
    [
        ("phq9", {"9": 0}, []),
        ("phq9", {"9": 1}, [("9", "endorsed", "review")]),
        ("phq9", {"9": 3}, [("9", "endorsed", "urgent")]),
        ("phq9", {"9": None}, [("9", "unanswered", "review")]),
        ("phq9", {}, [("9", "unanswered", "review")]),
        ("hamd17", {"3": 2}, [("3", "endorsed", "review")]),
        ("hamd17", {"3": 4}, [("3", "endorsed", "urgent")]),
        ("wai_sr", {}, []),
        ("cssrs_screener", {"1": False, "2": False, "6": False}, []),
        (
            "cssrs_screener",
            {"1": False, "2": False, "5": True, "6": True},
            [("5", "endorsed", "urgent"), ("6", "endorsed", "review"), ("6r", "unanswered", "review")],
        ),
    ],
)
def test_what_somebody_must_look_at(key: str, answers: dict, expected: list) -> None:
    assert found(key, answers) == expected


def test_an_unanswered_safety_item_alerts_without_an_answer(
    episode: TreatmentEpisode, clinician: User
) -> None:
    (alert,) = recorded(episode, None, "phq9", PHQ9 | {"9": None}).alerts
    assert (alert.state, alert.answer, alert.status) == ("unanswered", None, "open")
    assert [event.status for event in alert.events.all()] == ["open"]


def test_a_screener_alerts_for_each_yes_and_each_question_left_out(
    episode: TreatmentEpisode, clinician: User
) -> None:
    answers = {"1": True, "2": True, "4": True, "5": False, "6": False}
    alerts = recorded(episode, clinician, "cssrs_screener", answers).alerts
    assert [(alert.item, alert.state, alert.level, alert.answer) for alert in alerts] == [
        ("1", "endorsed", "review", 1),
        ("2", "endorsed", "review", 1),
        ("3", "unanswered", "review", None),
        ("4", "endorsed", "urgent", 1),
    ]


class TestStrengthening:
    def draft(self, asked: AssessmentRequest, value: int) -> SafetyAlert:
        assessments.save_draft(request=asked, item="9", value=value)
        return SafetyAlert.objects.get()

    def test_worse_news_opens_a_closed_alert_again(self, asked: AssessmentRequest, clinician: User) -> None:
        alert = self.draft(asked, 1)
        safety.acknowledge_alert(by=clinician, alert=alert)
        safety.close_alert(by=clinician, alert=alert, note="called")
        alert = self.draft(asked, 3)
        assert (alert.status, alert.level, alert.answer) == ("open", "urgent", 3)
        assert [event.status for event in alert.events.all()] == ["open", "acknowledged", "closed", "open"]

    def test_milder_news_changes_nothing(self, asked: AssessmentRequest, clinician: User) -> None:
        safety.acknowledge_alert(by=clinician, alert=self.draft(asked, 3))
        alert = self.draft(asked, 1)
        assert (alert.status, alert.level, alert.answer) == ("acknowledged", "urgent", 3)

    def test_endorsed_where_it_was_left_out_opens_it_again(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        stored = recorded(episode, clinician, "hamd17", HAMD | {"3": None})
        (alert,) = stored.alerts
        safety.acknowledge_alert(by=clinician, alert=alert)
        safety.close_alert(by=clinician, alert=alert, note="asked on the phone")
        corrected = assessments.correct_assessment(
            by=clinician, assessment=stored.assessment, answers=HAMD | {"3": 1}, reason="asked"
        )
        alert = SafetyAlert.objects.get()
        assert (alert.state, alert.status, alert.assessment) == ("endorsed", "open", corrected.assessment)

    def test_correcting_something_else_raises_no_second_alert(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        stored = recorded(episode, clinician, "hamd17", HAMD | {"3": 2})
        assessments.correct_assessment(
            by=clinician, assessment=stored.assessment, answers=HAMD | {"3": 2, "1": 0}, reason="misheard"
        )
        assert SafetyAlert.objects.count() == 1

    def test_a_correction_to_no_does_not_remove_it(self, episode: TreatmentEpisode, clinician: User) -> None:
        stored = recorded(episode, clinician, "hamd17", HAMD | {"3": 2})
        assessments.correct_assessment(
            by=clinician, assessment=stored.assessment, answers=HAMD | {"3": 0}, reason="wrong key"
        )
        assert SafetyAlert.objects.get().status == AlertStatus.OPEN


class TestMoves:
    @pytest.fixture
    def alert(self, episode: TreatmentEpisode) -> SafetyAlert:
        return recorded(episode, None, "phq9", PHQ9 | {"9": 1}).alerts[0]

    def test_it_is_acknowledged_then_closed_with_what_was_done(
        self, alert: SafetyAlert, clinician: User
    ) -> None:
        safety.acknowledge_alert(by=clinician, alert=alert)
        safety.close_alert(by=clinician, alert=alert, note=" called, is safe ")
        alert.refresh_from_db()
        assert alert.status == AlertStatus.CLOSED
        last = alert.events.last()
        assert (last.by, last.note) == (clinician, "called, is safe")
        assert AuditEvent.objects.filter(action="alert_closed", object_id=alert.public_id).exists()

    def test_it_is_not_closed_before_somebody_took_it_on(self, alert: SafetyAlert, clinician: User) -> None:
        with pytest.raises(Conflict):
            safety.close_alert(by=clinician, alert=alert, note="done")

    def test_it_is_not_closed_without_what_was_done(self, alert: SafetyAlert, clinician: User) -> None:
        safety.acknowledge_alert(by=clinician, alert=alert)
        with pytest.raises(InvalidInput) as refused:
            safety.close_alert(by=clinician, alert=alert, note="  ")
        assert refused.value.field == "note"
        alert.refresh_from_db()
        assert alert.status == AlertStatus.ACKNOWLEDGED

    def test_only_one_person_takes_it_on(self, alert: SafetyAlert, clinician: User) -> None:
        stale = SafetyAlert.objects.get(pk=alert.pk)
        safety.acknowledge_alert(by=clinician, alert=alert)
        with pytest.raises(Conflict, match="no longer open"):
            safety.acknowledge_alert(by=clinician, alert=stale)
        assert AlertEvent.objects.filter(status=AlertStatus.ACKNOWLEDGED).count() == 1


class TestTelling:
    @pytest.fixture
    def member(self, team_a: CareTeam) -> User:
        user = person("Mia Member", Role.CLINICIAN)
        care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(10))
        return user

    def told(self) -> list[str]:
        return [mail.to for mail in OutboxMail.objects.order_by("pk")]

    def test_the_leads_are_told_at_once_without_a_word_on_health(
        self, episode: TreatmentEpisode, clinician: User, member: User
    ) -> None:
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        assert self.told() == [clinician.email]
        mail = OutboxMail.objects.get()
        for word in ("Petra", "PHQ", "suicid", "death", "psilocybin", episode.patient.study_code):
            assert word not in mail.subject + mail.body

    def test_the_team_is_told_in_the_language_of_its_site_not_of_the_patient(
        self, episode: TreatmentEpisode, clinician: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(safety, "_", lambda words: f"{translation.get_language()}: {words}")
        episode.patient.team.site.language = "de"
        episode.patient.team.site.save(update_fields=["language"])
        with translation.override("ar"):
            recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        mail = OutboxMail.objects.get()
        assert mail.subject.startswith("de: ")
        assert mail.body.startswith("de: ")

    def test_after_four_hours_the_whole_team_is_told_once(
        self, episode: TreatmentEpisode, clinician: User, member: User
    ) -> None:
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        later = timezone.now() + safety.ESCALATE_AFTER
        assert safety.escalate_alerts(now=later - timedelta(minutes=5)) == 0
        assert safety.escalate_alerts(now=later + timedelta(minutes=5)) == 1
        assert safety.escalate_alerts(now=later + timedelta(minutes=10)) == 0
        assert sorted(self.told()) == sorted([clinician.email, clinician.email, member.email])

    def test_what_nobody_took_on_is_told_to_whom_the_installation_names(
        self, episode: TreatmentEpisode, clinician: User, settings: LazySettings
    ) -> None:
        settings.ALERT_RECIPIENTS = ["on-call@example.org", "head@example.org"]
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        assert self.told() == [clinician.email]
        safety.escalate_alerts(now=timezone.now() + safety.ESCALATE_AFTER + timedelta(minutes=5))
        assert sorted(self.told()[1:]) == sorted([clinician.email, *settings.ALERT_RECIPIENTS])
        (mail,) = (each for each in OutboxMail.objects.all() if each.to == "head@example.org")
        assert "nobody of the team has taken it on: Team A, North Clinic." in mail.body
        for word in ("Petra", "PHQ", "suicid", "death", "psilocybin", episode.patient.study_code):
            assert word not in mail.subject + mail.body

    def test_a_team_in_which_nobody_is_left_does_not_swallow_an_alert(
        self, episode: TreatmentEpisode, clinician: User, settings: LazySettings
    ) -> None:
        settings.ALERT_RECIPIENTS = ["on-call@example.org"]
        people.set_active(by=None, user=clinician, is_active=False)
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        assert self.told() == ["on-call@example.org"]

    def test_what_somebody_took_on_is_not_escalated(self, episode: TreatmentEpisode, clinician: User) -> None:
        (alert,) = recorded(episode, None, "phq9", PHQ9 | {"9": 1}).alerts
        safety.acknowledge_alert(by=clinician, alert=alert)
        assert safety.escalate_alerts(now=timezone.now() + timedelta(days=1)) == 0

    def test_a_team_without_a_lead_is_told_whole(
        self, episode: TreatmentEpisode, clinician: User, member: User
    ) -> None:
        lead = clinician.memberships.get()
        care.end_membership(by=None, membership=lead, ends_on=server_days_ago(1))
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        assert self.told() == [member.email]

    def test_nobody_is_called_to_a_simulated_patient(self, episode: TreatmentEpisode) -> None:
        Patient.objects.update(is_simulated=True)
        episode.patient.refresh_from_db()
        recorded(episode, None, "phq9", PHQ9 | {"9": 1})
        assert self.told() == []
