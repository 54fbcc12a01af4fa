"""The page on which a treatment ends, the one of a death, and what the patient page and the lists say afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions.courses import recompute_episode
from reports.models import CourseFlag
from tests.cast import days_ago
from tests.reports.clinic import another_episode, rate
from tests.tracking.actions.test_endings import DARK, WHY, bystander, of_protocol, untouched
from tests.tracking.answers import recorded, text_of
from tests.tracking.dosing import begun, second_therapist
from tests.tracking.treated import medicated
from tracking.actions import care, links, scheduling, tapers
from tracking.actions.endings import record_death, void_death
from tracking.models import (
    CareTeam,
    Death,
    EpisodeEnd,
    Patient,
    Study,
    TreatmentEpisode,
    User,
)

__all__ = ["bystander"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def end_of(episode: TreatmentEpisode) -> str:
    return reverse("episode-end", args=[episode.public_id])


def death_page(patient: Patient) -> str:
    return reverse("death-new", args=[patient.public_id])


def seen_on(desk: Client, url: str) -> str:
    """What the page carries of what is open."""
    return desk.get(url).context["form"].fields["seen"].initial


class TestTheEnd:
    def test_with_nothing_open_it_says_so(self, desk: Client, episode: TreatmentEpisode) -> None:
        assert "Nothing is open" in text_of(desk, end_of(episode))

    def test_each_open_thing_is_listed(
        self, desk: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        for day, score in ((0, 24), (14, 6), (42, 5), (60, 16)):
            rate(episode, clinician, day, score, **{"3": 0})
        recompute_episode(episode_id=episode.pk)
        recorded(episode, None, "phq9", DARK)
        begun(clinician, episode, second_therapist(episode.patient.team))
        course = medicated(clinician, episode, began=60)
        tapers.plan_taper(by=clinician, course=course, steps=[(days_ago(-7), Decimal(0))])
        of_protocol(episode, 20, clinician)
        of_protocol(episode, -3, clinician)
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="gad7", due_on=days_ago(0)
        )
        links.issue_link(by=clinician, episode=episode, requests=[asked])
        page = text_of(desk, end_of(episode))
        for words in (
            "Safety alerts",
            "PHQ-9 item 9: endorsed",
            "Unsigned run-sheets",
            "Flags",
            "Running tapers",
            "sertraline: 1 step still to be taken",
            "Due questionnaires",
            "Follow-ups",
            "Questionnaires that somebody asked for",
            "GAD-7, due",
            "Links of the patient",
            "Why does it end with this open?",
        ):
            assert words in page, words

    def test_what_is_chosen_is_done(
        self, desk: Client, team_a: CareTeam, clinician: User, bystander: TreatmentEpisode
    ) -> None:
        """On the day after the visit of week 11, with one PHQ-9 open and those of week 12 and later to come."""
        episode = another_episode(team_a, clinician, arm="combined", protocol="ssri-psychotherapy", began=78)
        scheduling.schedule_episode(by=clinician, episode=episode, as_of=days_ago(0))
        for day, score in ((0, 24), (14, 6), (42, 5), (60, 16)):
            rate(episode, clinician, day, score, **{"3": 0})
        recompute_episode(episode_id=episode.pk)
        planned = episode.requests.open().filter(closes_on__gte=days_ago(0))
        due, later = planned.filter(due_on__lt=days_ago(0)), planned.filter(due_on__gte=days_ago(0))
        left, gone = list(due), list(later)
        assert [one.time_point for one in left] == ["week 11"] and gone
        choices = {"flags": "end", "due": "keep", "follow_ups": "end"}
        sent = {"reason": "lost", "ends_on": days_ago(0), "seen": seen_on(desk, end_of(episode))}
        response = desk.post(end_of(episode), sent | choices | {"open_reason": WHY}, follow=True)
        assert f"{len(gone)} questionnaires cancelled. 1 questionnaire can still" in response.content.decode()
        assert due.all().count() == 1 and not later.all().exists()
        flag = CourseFlag.objects.get()
        assert (flag.state, flag.closed_note) == ("closed", "The treatment ended: lost from sight.")
        assert "lost from sight" in text_of(desk, reverse("patient", args=[episode.patient.public_id]))
        assert untouched(bystander)

    def test_an_open_alert_asks_for_a_reason_and_a_new_one_for_another_look(
        self, desk: Client, episode: TreatmentEpisode
    ) -> None:
        recorded(episode, None, "phq9", DARK)
        sent = {"reason": "patient", "ends_on": days_ago(0), "seen": seen_on(desk, end_of(episode))}
        refused = desk.post(end_of(episode), sent)
        assert refused.status_code == 400
        assert "deal with it first" in refused.content.decode()
        recorded(episode, None, "phq9", DARK, ago=2)
        late = desk.post(end_of(episode), sent | {"open_reason": WHY})
        assert late.status_code == 409 and "since this page was shown" in late.content.decode()
        again = sent | {"open_reason": WHY, "seen": f"{seen_on(desk, end_of(episode))} no-id"}
        assert desk.post(end_of(episode), again).status_code == 302
        assert EpisodeEnd.objects.get().open_reason == WHY
        assert WHY in text_of(desk, reverse("patient", args=[episode.patient.public_id]))

    @pytest.mark.parametrize("wrong", [{"reason": ""}, {"reason": "bored"}, {"ends_on": ""}])
    def test_a_half_filled_form_is_refused(
        self, desk: Client, episode: TreatmentEpisode, wrong: dict[str, str]
    ) -> None:
        sent = {"reason": "completed", "ends_on": days_ago(0)} | wrong
        assert desk.post(end_of(episode), sent).status_code == 400
        assert not EpisodeEnd.objects.exists()

    def test_a_death_looks_at_every_treatment(
        self, desk: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        recorded(episode, None, "phq9", DARK)
        first = {"reason": "moved", "ends_on": days_ago(0), "open_reason": WHY}
        desk.post(end_of(episode), first | {"seen": seen_on(desk, end_of(episode))})
        other = begin_again(episode, clinician)
        sent = {"reason": "died", "ends_on": days_ago(0), "seen": seen_on(desk, end_of(other))}
        refused = desk.post(end_of(other), sent)
        assert refused.status_code == 400 and "PHQ-9 item 9" in refused.content.decode()
        seen = refused.context["form"].fields["seen"].initial
        assert desk.post(end_of(other), sent | {"open_reason": WHY, "seen": seen}).status_code == 302
        assert Death.objects.get().open_reason == WHY


def begin_again(episode: TreatmentEpisode, by: User) -> TreatmentEpisode:
    return care.start_episode(
        by=by,
        patient=episode.patient,
        diagnosis="mdd",
        protocol="ssri-psychotherapy",
        arm="combined",
        starts_on=days_ago(0),
    )


class TestADeath:
    def test_is_recorded_of_somebody_whose_treatment_had_ended(
        self, desk: Client, episode: TreatmentEpisode, patient: Patient
    ) -> None:
        person = reverse("patient", args=[patient.public_id])
        assert death_page(patient) not in desk.get(person).content.decode()
        desk.post(end_of(episode), {"reason": "completed", "ends_on": days_ago(9)})
        assert death_page(patient) in desk.get(person).content.decode()
        assert "no alert rings" in text_of(desk, death_page(patient))
        assert desk.post(death_page(patient), {"died_on": days_ago(-3)}).status_code == 400
        assert desk.post(death_page(patient), {"died_on": days_ago(2)}).status_code == 302
        assert desk.post(death_page(patient), {"died_on": days_ago(2)}).status_code == 409
        shown = desk.get(person).content.decode()
        assert f"Died on {days_ago(2):%-d %B %Y}" in shown
        assert death_page(patient) not in shown and "Make a link" not in shown

    def test_is_taken_back_with_what_stays_cancelled(
        self, desk: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
        record_death(by=clinician, patient=episode.patient, died_on=days_ago(0))
        url = reverse("death-void", args=[Death.objects.get().public_id])
        person = reverse("patient", args=[episode.patient.public_id])
        assert url in desk.get(person).content.decode()
        assert "1 questionnaire cancelled" in text_of(desk, url)
        assert desk.post(url, {"reason": ""}).status_code == 400
        said = desk.post(url, {"reason": "Another of that name."}, follow=True).content.decode()
        assert "Another of that name." in said and "stays so: 1 questionnaire cancelled" in said
        assert desk.post(url, {"reason": "Twice."}).status_code == 409
        episode.refresh_from_db()
        assert episode.status == "active"

    def test_taken_back_with_nothing_cancelled(self, desk: Client, patient: Patient, clinician: User) -> None:
        record_death(by=clinician, patient=patient, died_on=days_ago(0))
        url = reverse("death-void", args=[Death.objects.get().public_id])
        assert "stays so" not in text_of(desk, url)


class TestTheLists:
    def test_the_dead_need_nobody_and_are_said_to_have_died(
        self,
        desk: Client,
        episode: TreatmentEpisode,
        clinician: User,
        team_a: CareTeam,
        study: Study,
    ) -> None:
        recorded(episode, None, "phq9", DARK)
        other = another_episode(team_a, clinician, study)
        recorded(other, None, "phq9", DARK)
        record_death(by=clinician, patient=episode.patient, died_on=days_ago(0), open_reason=WHY)
        told = text_of(desk, reverse("patient", args=[episode.patient.public_id]))
        assert f"Recorded with something open: {WHY}" in told
        today, everybody = text_of(desk, reverse("today")), text_of(desk, reverse("patients"))
        assert "1 person needs you" in today and "Petra Patientin" not in today
        assert "1 has died" in today
        assert f"Died on {days_ago(0):%-d %B %Y}." in everybody

    def test_in_two_treatments_it_is_said_once_and_not_any_more_when_taken_back(
        self, desk: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        desk.post(end_of(episode), {"reason": "completed", "ends_on": days_ago(0)})
        begin_again(episode, clinician)
        record_death(by=clinician, patient=episode.patient, died_on=days_ago(0))
        assert text_of(desk, reverse("patients")).count("Died on") == 1
        void_death(by=clinician, death=Death.objects.get(), reason="Another of that name.")
        assert "Died on" not in text_of(desk, reverse("patients"))
