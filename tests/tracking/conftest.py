"""What many tests of answers begin with."""

from __future__ import annotations

import pytest

from tests.cast import days_ago
from tracking.actions import links, scheduling
from tracking.models import AssessmentRequest, SittingLink, TreatmentEpisode, User


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    """A PHQ-9 that has been due since yesterday."""
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))


@pytest.fixture
def made(asked: AssessmentRequest, clinician: User) -> tuple[SittingLink, str]:
    """A link to it, with its token."""
    return links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
