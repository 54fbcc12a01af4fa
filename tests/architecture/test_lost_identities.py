"""No page, list or answer of the API falls because what it would name does not open with the keys at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.architecture.matrix import MATRIX
from tests.architecture.test_access_matrix import ask, met, url
from tests.architecture.world import ROLES, World, build
from tests.lost_keys import lose_key
from tests.reports.release_clinic import kept_for_the_module
from tracking.models import EpisodeSource, OutboxMail, PatientIdentity

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WHOSE = "identity cannot be read"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Nothing that is encrypted opens."""
    with kept_for_the_module(django_db_blocker):
        found = build()
        for model in (PatientIdentity, OutboxMail, EpisodeSource):
            for row in model.objects.all():
                lose_key(row)
        yield found


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_all_the_same(world: World, role: str) -> None:
    rows = [row for row in MATRIX if row.get and row.cell("GET", role) == "+"]
    answers = {
        str(row): ask(world.client(role), "GET", url(row, world.places[row.place] if row.place else {}))
        for row in rows
    }
    assert {name: met(answer) for name, answer in answers.items() if met(answer) != "+"} == {}
    if role == "clinician":
        said = {name for name, answer in answers.items() if WHOSE in answer.content.decode(errors="ignore")}
        assert len(said) > 30
