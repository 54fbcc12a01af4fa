"""A sitting that was left: a safety item that was seen and left out is looked at once the window has closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import days_ago
from tests.reports.clinic import give_dose
from tracking.actions import assessments, scheduling, treatment
from tracking.actions.abandoned import raise_for_abandoned
from tracking.models import AssessmentRequest, SafetyAlert, TreatmentEpisode, User
from tracking.tasks import escalate_alerts

# The window of a week has closed wherever the patient lives, and the day to finish it.
LATER = timedelta(days=11)


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))


def alerts() -> list[tuple[str, str]]:
    return list(SafetyAlert.objects.values_list("item", "state"))


def test_left_out_and_never_sent_is_raised_once_the_window_has_closed(asked: AssessmentRequest) -> None:
    assessments.save_draft(request=asked, item="9", value=None)
    assert raise_for_abandoned(now=timezone.now()) == 0
    assert raise_for_abandoned(now=timezone.now() + LATER) == 1
    assert alerts() == [("9", "unanswered")]
    assert raise_for_abandoned(now=timezone.now() + LATER) == 0
    assert len(alerts()) == 1


@pytest.mark.parametrize(("item", "value"), [("9", 0), ("1", 2), ("1", None)])
def test_a_denial_and_an_item_never_reached_say_nothing(
    asked: AssessmentRequest, item: str, value: int | None
) -> None:
    assessments.save_draft(request=asked, item=item, value=value)
    assert raise_for_abandoned(now=timezone.now() + LATER) == 0


def test_an_endorsement_has_raised_its_alert_already(asked: AssessmentRequest) -> None:
    assessments.save_draft(request=asked, item="9", value=1)
    assert raise_for_abandoned(now=timezone.now() + LATER) == 0
    assert alerts() == [("9", "endorsed")]


def test_the_job_of_the_alerts_does_it(episode: TreatmentEpisode, clinician: User) -> None:
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0), closes_on=days_ago(0)
    )
    assessments.save_draft(request=asked, item="9", value=None)
    AssessmentRequest.objects.filter(pk=asked.pk).update(
        opens_on=days_ago(9), due_on=days_ago(6), closes_on=days_ago(4)
    )
    escalate_alerts()
    assert alerts() == [("9", "unanswered")]


def test_what_lost_its_ground_in_the_middle_of_a_sitting_is_raised_too(
    asked: AssessmentRequest, episode: TreatmentEpisode, clinician: User
) -> None:
    session = give_dose(episode, clinician, 30)
    AssessmentRequest.objects.filter(pk=asked.pk).update(anchor_session=session)
    assessments.save_draft(request=asked, item="9", value=None)
    treatment.void(by=clinician, record=session, reason="another patient's")
    asked.refresh_from_db()
    assert asked.anchor_lost
    assert raise_for_abandoned(now=timezone.now()) == 1
    assert raise_for_abandoned(now=timezone.now()) == 0
    assert alerts() == [("9", "unanswered")]
