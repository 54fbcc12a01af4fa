"""What is known of suicide before a dose."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import HAMD, PHQ9, recorded
from tracking.actions import care, endings, safety
from tracking.actions.assessments import correct_assessment
from tracking.models import CareTeam, Patient, TreatmentEpisode, User
from tracking.queries.safety_items import Answered, safety_of_week


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def told(one: Answered) -> tuple[str, str, str | None, bool]:
    return one.instrument.key, one.item.code, one.words, one.is_hot


def test_of_each_item_the_latest_answer_of_seven_days_newest_first(
    episode: TreatmentEpisode, clinician: User, team_a: CareTeam, now: datetime
) -> None:
    recorded(another_episode(team_a, clinician), None, "phq9", PHQ9 | {"9": 3}, ago=1)
    recorded(episode, None, "phq9", PHQ9 | {"9": 3}, ago=8)
    recorded(episode, None, "phq9", PHQ9 | {"9": 3}, ago=7)
    recorded(episode, clinician, "hamd17", HAMD, ago=5)
    recorded(episode, None, "phq9", PHQ9 | {"9": 1}, ago=2)
    assert [told(one) for one in safety_of_week(episode, now).answers] == [
        ("phq9", "9", "Several days", True),
        ("hamd17", "3", "Absent.", False),
    ]


def test_the_eighth_day_is_not_looked_at(episode: TreatmentEpisode, now: datetime) -> None:
    recorded(episode, None, "phq9", PHQ9 | {"9": 3}, ago=8)
    assert safety_of_week(episode, now).answers == []


def test_an_answer_left_out_is_no_denial(episode: TreatmentEpisode, now: datetime) -> None:
    recorded(episode, None, "phq9", {"1": 1}, ago=1)
    assert [told(one) for one in safety_of_week(episode, now).answers] == [("phq9", "9", None, True)]


def test_a_correction_counts_in_place_of_what_it_corrects(
    episode: TreatmentEpisode, clinician: User, now: datetime
) -> None:
    first = recorded(episode, None, "phq9", PHQ9 | {"9": 3}).assessment
    correct_assessment(by=clinician, assessment=first, answers=PHQ9 | {"9": 0}, reason="misread")
    assert [told(one) for one in safety_of_week(episode, now).answers] == [("phq9", "9", "Not at all", False)]


def test_alerts_stay_until_they_are_closed_also_those_of_an_earlier_treatment(
    episode: TreatmentEpisode, clinician: User, patient: Patient, now: datetime
) -> None:
    recorded(episode, None, "phq9", PHQ9 | {"9": 3}, ago=40)
    endings.end_episode(
        by=clinician, episode=episode, reason="completed", ends_on=days_ago(30), open_reason="calls go on"
    )
    later = care.start_episode(
        by=clinician, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(20)
    )
    ((alert, title),) = safety_of_week(later, now).alerts
    assert (alert.episode, title) == (episode, "PHQ-9")
    safety.acknowledge_alert(by=clinician, alert=alert)
    assert len(safety_of_week(later, now).alerts) == 1
    safety.close_alert(by=clinician, alert=alert, note="called")
    assert safety_of_week(later, now).alerts == []
