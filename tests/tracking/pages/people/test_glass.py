"""The pages of an emergency: whoever is named whole is opened, and what is shown, where it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.again import as_long_ago, show_again
from tests.cast import days_ago, identity_in
from tests.markup import said
from tests.reports.clinic import give_dose, rate
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.pages.doors import signed_in
from tests.tracking.treated import medicated
from tracking.actions import assessments, scheduling, tries
from tracking.actions.glass import open_glass
from tracking.models import BreakGlass, FailedTries, OddLook, Patient, ReadEvent, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource, Role

pytestmark = pytest.mark.django_db
SEEK = "/emergency/"
REASON = "Brought in unconscious"
NOBODY = "Nobody was found who can be opened so"


@pytest.fixture
def desk(outsider: User) -> Client:
    """Of the clinician of another team."""
    return signed_in(outsider)


def by_code(patient: Patient) -> dict[str, str]:
    return {"code": patient.study_code, "reason": REASON}


class TestSeeking:
    def test_the_one_who_is_named_is_opened(self, desk: Client, patient: Patient) -> None:
        page = desk.post(SEEK, by_code(patient), follow=True)
        glass = BreakGlass.objects.get()
        assert page.redirect_chain == [(reverse("emergency-record", args=[glass.public_id]), 302)]
        assert "Petra Patientin" in said(page) and "Open for 60 more minutes." in said(page)
        name = {"given_name": "petra", "family_name": "Patientin", "born": "1984-02-29", "reason": REASON}
        assert desk.post(SEEK, name).headers["Location"] == page.redirect_chain[0][0]

    def test_one_answer_for_whoever_is_not_to_be_found(
        self, desk: Client, clinician: User, patient: Patient, elsewhere: User
    ) -> None:
        """Absent, of the own team, of another site."""
        answers = set()
        for client, code in (
            (desk, "NOBODY"),
            (signed_in(clinician), patient.study_code),
            (signed_in(elsewhere), patient.study_code),
        ):
            answer = client.post(SEEK, {"code": code, "reason": REASON})
            assert answer.status_code == 400 and identity_in(said(answer)) == []
            answers.add(said(answer).replace(code, "").split("Open a record in an emergency")[-1])
        assert len(answers) == 1 and NOBODY in answers.pop()
        assert not BreakGlass.objects.exists() and not ReadEvent.objects.exists()

    def test_not_without_a_reason_or_with_half_a_name(self, desk: Client, patient: Patient) -> None:
        assert "required" in said(desk.post(SEEK, by_code(patient) | {"reason": " "}))
        half = {"given_name": "Petra", "family_name": "Patientin", "reason": REASON}
        answer = desk.post(SEEK, half)
        assert answer.status_code == 400 and "both names and the date of birth" in said(answer)
        assert not FailedTries.objects.exists()

    def test_who_guesses_is_stopped_and_who_finds_is_not(self, desk: Client, patient: Patient) -> None:
        for _ in range(3):
            assert desk.post(SEEK, by_code(patient)).status_code == 302
        for _ in range(tries.EMERGENCY_ALLOWED):
            assert NOBODY in said(desk.post(SEEK, {"code": "NOBODY", "reason": REASON}))
        assert "Too many tries" in said(desk.post(SEEK, by_code(patient)))

    def test_whoever_opens_shows_once_more_who_it_is(self, desk: Client, patient: Patient) -> None:
        """Before anybody is looked for, so that an open session tells nothing either."""
        for code in (patient.study_code, "NOBODY"):
            asked = as_long_ago(desk).post(SEEK, {"code": code, "reason": REASON})
            assert asked.headers["Location"].startswith("/account/")
            assert show_again(desk) is None
        assert not BreakGlass.objects.exists() and not FailedTries.objects.exists()

    def test_a_rater_is_told_to_ask_a_colleague(self, outsider: User, patient: Patient) -> None:
        outsider.role_grants.create(role=Role.RATER, starts_on=days_ago(1))
        answer = signed_in(outsider).post(SEEK, by_code(patient))
        assert "ask a colleague" in said(answer) and not BreakGlass.objects.exists()


@pytest.fixture
def treated(episode: TreatmentEpisode, clinician: User, rater: User) -> TreatmentEpisode:
    """With both arms of treatment, answers, an alert, and a rating that was made blind."""
    medicated(clinician, episode, began=100)
    give_dose(episode, clinician, 100, washout_reason="as the trial plans it")
    recorded(episode, None, "phq9", PHQ9 | {"9": 2})
    rate(episode, clinician, 30, 11)
    blind = scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        blinded=True,
    )
    assessments.submit_assessment(
        by=rater, request=blind, answers=HAMD, source=AnswerSource.CLINICIAN, assessed_on=days_ago(0)
    )
    return episode


class TestTheRecord:
    def test_shows_what_an_emergency_needs_and_nothing_to_enter(
        self, desk: Client, treated: TreatmentEpisode, outsider: User
    ) -> None:
        glass = open_glass(by=outsider, patient=treated.patient, reason=REASON)
        page = desk.get(reverse("emergency-record", args=[glass.public_id]))
        text = said(page)
        for words in ("Petra Patientin", "Crisis line", "clara.clinician@example.org", "Safety alerts"):
            assert words in text
        assert "Medication" in text and "psilocybin" in text and "Answered last PHQ-9" in text
        assert page.content.decode().count("<form") == 1
        (treatment,) = page.context["record"].treatments
        (hamd,) = [one for one in treatment.answered if one.assessment.instrument == "hamd17"]
        assert hamd.assessment.request is None or not hamd.assessment.request.blinded

    def test_is_gone_after_the_hour_and_when_it_was_closed(
        self, desk: Client, patient: Patient, outsider: User
    ) -> None:
        glass = open_glass(by=outsider, patient=patient, reason=REASON)
        where = reverse("emergency-record", args=[glass.public_id])
        with time_machine.travel(timezone.now() + timedelta(minutes=60), tick=False):
            assert desk.get(where).status_code == 404
        assert desk.get(where).status_code == 200
        closed = desk.post(reverse("emergency-end", args=[glass.public_id]), follow=True)
        assert "The record is closed." in said(closed)
        assert desk.get(where).status_code == 404

    def test_is_its_openers_alone(self, patient: Patient, outsider: User, clinician: User) -> None:
        glass = open_glass(by=outsider, patient=patient, reason=REASON)
        where = reverse("emergency-record", args=[glass.public_id])
        assert signed_in(clinician).get(where).status_code == 404


class TestWhereItIsTold:
    @pytest.fixture(autouse=True)
    def read(self, desk: Client, patient: Patient) -> None:
        desk.post(SEEK, by_code(patient), follow=True)

    def test_to_the_team(self, clinician: User, patient: Patient) -> None:
        text = said(signed_in(clinician).get(reverse("own-teams")))
        assert "Otto Outsider" in text and patient.study_code in text and REASON in text

    def test_to_the_privacy_officer(self, officer: User, patient: Patient) -> None:
        client = signed_in(officer)
        text = said(client.get("/oversight/"))
        assert "opened in an emergency" in text and "the record, in an emergency" in text
        look = said(client.get(reverse("oversight-odd", args=[OddLook.objects.get().public_id])))
        assert REASON in look and identity_in(look) == []

    def test_to_the_patient_without_name_and_reason(self, patient_user: User) -> None:
        text = said(signed_in(patient_user).get("/own/looks/"))
        assert "Somebody who is not in your team" in text and "the record, in an emergency" in text
        assert REASON not in text and "Otto" not in text
