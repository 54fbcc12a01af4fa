"""The patient page as the tests of its parts open it, with a history of scores."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions.courses import recompute_episode
from tests.markup import markup
from tests.reports.clinic import rate
from tracking.models import Patient, TreatmentEpisode, User


@pytest.fixture
def history(episode: TreatmentEpisode, clinician: User) -> Callable[[dict[int, int]], None]:
    def record(totals: dict[int, int]) -> None:
        for day, total in totals.items():
            rate(episode, clinician, day, total, **{"3": 0})
        recompute_episode(episode_id=episode.pk)

    return record


def address(patient: Patient) -> str:
    return reverse("patient", args=[patient.public_id])


def page(client: Client, patient: Patient) -> str:
    response = client.get(address(patient))
    assert response.status_code == 200
    return markup(response)
