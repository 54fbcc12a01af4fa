"""The administrator's button under the count of what failed three times."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import CRISIS, person
from tracking.actions import care
from tracking.models import AuditEvent, EpisodeMark, TreatmentEpisode, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked(episode: TreatmentEpisode) -> EpisodeMark:
    EpisodeMark.objects.filter(episode=episode).update(
        parked_at=timezone.now(), attempts=3, failure="KeyError"
    )
    return EpisodeMark.objects.get(episode=episode)


def pressed(client: Client, user: User) -> str:
    client.force_login(user)
    return client.post(reverse("parked-release"), follow=True).content.decode()


def test_the_parked_get_fresh_tries_and_it_is_audited(
    client: Client, administrator: User, parked: EpisodeMark
) -> None:
    client.force_login(administrator)
    assert "Try parked jobs again" in client.get(reverse("administration")).content.decode()
    page = pressed(client, administrator)
    parked.refresh_from_db()
    assert (parked.parked_at, parked.attempts, parked.failure) == (None, 0, "")
    assert "To be tried again within five minutes: 1." in page and "Try parked jobs again" not in page
    assert AuditEvent.objects.get(action="release_parked").actor == administrator.public_id


def test_those_of_another_site_stay(client: Client, parked: EpisodeMark) -> None:
    south = care.create_site(by=None, key="south", name="South Clinic", crisis_contacts=CRISIS)
    page = pressed(client, person("Sonja South", Role.ADMINISTRATOR, site=south))
    parked.refresh_from_db()
    assert parked.attempts == 3
    assert "within five minutes: 0." in page


def test_nobody_else_may(client: Client, clinician: User, parked: EpisodeMark) -> None:
    client.force_login(clinician)
    assert client.post(reverse("parked-release")).status_code == 403
