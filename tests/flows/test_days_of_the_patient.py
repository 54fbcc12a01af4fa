"""A patient whose day is not the server's: on every page about the patient it is the patient's."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from measures import registry
from tests.markup import said
from tests.tracking.answers import PHQ9
from tests.tracking.pages.doors import signed_in
from tracking.actions import assessments, care, people, scheduling, treatment
from tracking.models import CareTeam, Patient, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

AUCKLAND = ZoneInfo("Pacific/Auckland")
MORNING = datetime(2029, 11, 20, 9, 0, tzinfo=AUCKLAND)  # the server has 19 November, 20:00
WRONG = ("19 Nov", "2029-11-19")


@pytest.fixture
def morning(clinician: User, team_a: CareTeam, time_machine: TimeMachineFixture) -> TreatmentEpisode:
    time_machine.move_to(MORNING, tick=False)
    patient = people.enrol_patient(
        by=clinician,
        team=team_a,
        identity={"given_name": "Aroha", "family_name": "Ngata", "date_of_birth": date(1984, 2, 29)},
        sex="female",
        enrolled_on=date(2029, 11, 1),
        timezone="Pacific/Auckland",
    )
    return care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=date(2029, 11, 1),
    )


def pages_of(patient: Patient, clinician: User, episode: TreatmentEpisode) -> dict[str, str]:
    """What happens this morning, and every page that tells of it."""
    session = treatment.record_session(
        by=clinician,
        episode=episode,
        kind="dosing",
        starts_at=datetime(2029, 11, 20, 8, 0, tzinfo=AUCKLAND),
    )
    people.record_consent(by=clinician, patient=patient, kind="given", stated_on=date(2029, 11, 20))
    sent = assessments.record_assessment(
        by=clinician,
        episode=episode,
        instrument=registry.get("phq9"),
        answers=PHQ9 | {"9": 2},
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=date(2029, 11, 20),
        submission_id=uuid.uuid4(),
    )
    assessments.correct_assessment(
        by=clinician, assessment=sent.assessment, answers=PHQ9 | {"9": 3}, reason="Misread."
    )
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="gad7", due_on=date(2029, 11, 20)
    )
    assessments.save_draft(request=asked, item="1", value=1)
    here = {"public_id": episode.public_id}
    return {
        "patient": reverse("patient", args=[patient.public_id]),
        "session": reverse("session", args=[session.public_id]),
        "session-setting": reverse("session-setting", args=[session.public_id]),
        "run-sheet": reverse("run-sheet", args=[session.public_id]),
        "session-new": reverse("session-new", kwargs=here) + "?kind=integration",
        "dosing-begin": reverse("dosing-begin", kwargs=here),
        "consent": reverse("consent", args=[patient.public_id]),
        "assessment": reverse("assessment", args=[sent.assessment.public_id]),
        "rate": reverse("rate", args=[asked.public_id]),
        "rate-new": reverse("rate-new", args=[episode.public_id, "phq9"]),
        "request-new": reverse("request-new", kwargs=here),
        "alerts": reverse("alerts"),
        "today": reverse("today"),
    }


def test_no_page_shows_the_servers_day(morning: TreatmentEpisode, clinician: User) -> None:
    pages = pages_of(morning.patient, clinician, morning)
    desk = signed_in(clinician)
    shown = {name: desk.get(url, follow=True) for name, url in pages.items()}
    assert {name: answer.status_code for name, answer in shown.items()} == dict.fromkeys(pages, 200)
    wrong = {name for name, answer in shown.items() if any(day in answer.content.decode() for day in WRONG)}
    assert wrong == set()
    told = {name for name, answer in shown.items() if "20 Nov" in said(answer)}
    assert told >= {"patient", "session", "run-sheet", "consent", "assessment", "alerts"}


def test_the_clock_goes_back_to_the_servers_with_the_next_page(
    morning: TreatmentEpisode, clinician: User
) -> None:
    desk: Client = signed_in(clinician)
    desk.get(reverse("patient", args=[morning.patient.public_id]))
    assert timezone.get_current_timezone_name() == timezone.get_default_timezone_name()
