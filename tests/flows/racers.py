"""What the processes of ``test_races`` do. Imported by them after Django is ready."""

from __future__ import annotations

import time
import uuid

from django.conf import settings

from measures import registry
from tests.cast import CRISIS, days_ago, person
from tests.clock import BERLIN
from tracking.actions import assessments, care, people, scheduling
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, AssessmentRequest, EpisodeMark, SafetyAlert, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource, Role

ANSWERS = {str(item): 1 for item in range(1, 10)}


def run(count: int, each: int, start: dict[str, object]) -> dict[str, object]:
    """One process in five heats, which all begin together."""
    line_up("request", count)
    request = submit(int(start["request"]))
    line_up("submission", count)
    submission = record(str(start["submission"]))
    line_up("many", count)
    many = [record() for _ in range(each)]
    line_up("sheet", count)
    sheet = enter()
    line_up("correction", count)
    return {
        "request": request,
        "submission": submission,
        "many": many,
        "sheet": sheet,
        "correction": correct(int(start["assessment"])),
    }


def line_up(heat: str, count: int) -> None:
    """Waits until so many processes stand here, so that they begin together."""
    (settings.VAR / f"{heat}-{uuid.uuid4()}").touch()
    end = time.monotonic() + 120
    while len(list(settings.VAR.glob(f"{heat}-*"))) < count:
        if time.monotonic() > end:
            raise TimeoutError(f"the others did not come to {heat}")
        time.sleep(0.002)


def seed() -> dict[str, object]:
    """A patient who is asked a PHQ-9 and has answered one."""
    site = care.create_site(by=None, key="north", name="North", timezone=BERLIN.key, crisis_contacts=CRISIS)
    team = care.create_team(by=None, site=site, name="A")
    clinician = person("Clara Clinician", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=clinician, starts_on=days_ago(400))
    patient = people.enrol_patient(
        by=clinician, team=team, identity=None, sex="female", enrolled_on=days_ago(30), timezone=BERLIN.key
    )
    episode = care.start_episode(
        by=clinician, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(30)
    )
    request = scheduling.create_request(by=None, episode=episode, instrument="phq9", due_on=days_ago(0))
    return {
        "request": request.pk,
        "submission": str(uuid.uuid4()),
        "assessment": record()[0],
        "wanted": EpisodeMark.objects.get().wanted_rev,
    }


def submit(request: int) -> tuple[int, bool]:
    submitted = assessments.submit_assessment(
        by=None,
        request=AssessmentRequest.objects.get(pk=request),
        answers=ANSWERS,
        source=AnswerSource.SELF,
        assessed_on=days_ago(0),
    )
    return submitted.assessment.pk, submitted.created


def record(submission: str | None = None, ago: int = 1, *, two_sheets: bool = True) -> tuple[int, bool]:
    submitted = assessments.record_assessment(
        by=User.objects.get(),
        episode=TreatmentEpisode.objects.select_related("patient").get(),
        instrument=registry.get("phq9"),
        answers=ANSWERS,
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=days_ago(ago),
        submission_id=uuid.UUID(submission) if submission else uuid.uuid4(),
        two_sheets=two_sheets,
    )
    return submitted.assessment.pk, submitted.created


def enter() -> str:
    """The same sheet, typed by each of them."""
    try:
        record(ago=2, two_sheets=False)
    except InvalidInput:
        return "held"
    return "recorded"


def correct(assessment: int) -> str:
    try:
        assessments.correct_assessment(
            by=User.objects.get(),
            assessment=Assessment.objects.select_related("episode__patient").get(pk=assessment),
            answers=ANSWERS | {"1": 2},
            reason="Misheard.",
        )
    except Conflict:
        return "conflict"
    return "corrected"


def count(start: dict[str, object]) -> dict[str, object]:
    """What is stored after the race."""
    own = {"request": start["request"]}
    return {
        "assessments": Assessment.objects.count(),
        "wanted": EpisodeMark.objects.get().wanted_rev,
        "for_request": {
            "assessments": Assessment.objects.filter(**own).count(),
            "alerts": SafetyAlert.objects.filter(**own).count(),
        },
    }
