"""The rooms of the demonstration, and what its dosing sessions say."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from tests.cast import CRISIS, days_ago, person
from tests.reports.clinic import another_episode, give_dose
from tracking.actions import care
from tracking.models import Assessment, SettingTemplate, Study
from tracking.rules.policies.days import local_day
from tracking.simulation.demonstration.rooms import ROOMS, furnish
from tracking.simulation.walk import Staff
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
SEEDED = 7


def test_each_room_is_described_and_each_session_is_recorded_on_its_own_day(study: Study) -> None:
    lead = person("Lea Lead", Role.CLINICIAN)
    staff = {}
    for key in ROOMS:
        site = care.create_site(by=None, key=f"s-{key}", name=key, timezone="UTC", crisis_contacts=CRISIS)
        team = care.create_team(by=None, site=site, name=key)
        care.add_member(by=None, team=team, user=lead, starts_on=days_ago(900))
        staff[key] = Staff(team, lead, lead, lead, study)
    doses = [give_dose(another_episode(staff["psilocybin"].team, lead, study), lead, day) for day in (1, 22)]
    opened = timezone.now() - timedelta(days=300)
    furnish(staff=staff, opened=opened, rng=Random(SEEDED))  # noqa: S311 (invented answers)
    assert {room.made_at for room in SettingTemplate.objects.in_use()} == {opened}
    assert {room.name for room in SettingTemplate.objects.all()} == {room["name"] for room in ROOMS.values()}
    found = Assessment.objects.filter(instrument="set_and_setting").order_by("assessed_on")
    assert [row.session for row in found] == doses
    for row, session in zip(found, doses, strict=True):
        assert row.assessed_on == local_day(session.episode.patient, session.starts_at)
        assert row.recorded_at == session.starts_at
        assert row.scores.get(scale="mood_before").value is not None
