"""The run-sheet of an invented session: complete by the rules of real ones, and cut off where it is still today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import time_machine
from django.utils import timezone

from tests.cast import days_ago
from tests.kept import assert_as_kept
from tests.reports.clinic import another_episode
from tests.tracking.dosing import mdma_episode, second_therapist
from tests.tracking.simulation.stories import in_short
from tracking.actions.endings import end_episode
from tracking.models import CareTeam, Patient, TreatmentSession, User
from tracking.queries.dosing import plan_for, record_of
from tracking.rules.run_sheet import missing, notices
from tracking.simulation.sheet import Sheet, keep_run_sheet

pytestmark = pytest.mark.django_db
DOSES = (("MDMA", 80.0, 0.5, "main"), ("MDMA", 40.0, 2.5, "supplement"))


def kept(
    patient: Patient, lead: User, team: CareTeam, hours: float, *, cut: bool = False
) -> TreatmentSession:
    starts = timezone.now() - timedelta(hours=hours)
    sheet = Sheet(lead, second_therapist(team), mdma_episode(patient, lead), starts, 480, DOSES)
    return keep_run_sheet(by=lead, sheet=sheet, rng=Random(1), until=timezone.now() if cut else None)  # noqa: S311


def test_a_finished_one_could_be_signed(patient: Patient, clinician: User, team_a: CareTeam) -> None:
    session = kept(patient, clinician, team_a, 50)
    plan = plan_for(session)
    record = record_of(session, plan)
    assert missing(plan, record, timezone.now()) == ()
    assert notices(plan, record) == ()
    assert not session.entries.filter(topic="override").exists()
    late = [row.recorded_at - row.happened_at for row in session.entries.all()]
    assert max(late) < timedelta(minutes=1)


def test_one_that_is_under_way_stops_now(patient: Patient, clinician: User, team_a: CareTeam) -> None:
    session = kept(patient, clinician, team_a, 2, cut=True)
    record = record_of(session, plan_for(session))
    assert record.ended_at is None
    assert len(record.doses) == 1
    assert max(reading.at for reading in record.readings) <= timezone.now()


def test_a_seed_keeps_the_same_sheet(clinician: User, team_a: CareTeam, tmp_path: Path) -> None:
    with time_machine.travel(datetime(2028, 7, 4, 9, tzinfo=UTC), tick=False):
        patient = another_episode(team_a, clinician, began=90).patient
        end_episode(by=clinician, episode=patient.episodes.get(), reason="completed", ends_on=days_ago(60))
        session = kept(patient, clinician, team_a, 50)
        assert_as_kept("stories/sheet.txt", in_short({"sheet": session.episode}), tmp_path)
