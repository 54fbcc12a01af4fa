"""The days that the leak scan looks for: a stored moment has one by the server's clock and one where somebody lives."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reports.release_frames import stored_days
from tracking.models import Patient, SafetyAlert, Site, TreatmentEpisode

EVENING = datetime(2029, 11, 19, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize("whose", [Patient, Site])
def test_a_moment_falls_on_a_day_of_each_clock(
    episode: TreatmentEpisode, whose: type[Patient] | type[Site]
) -> None:
    SafetyAlert.objects.create(
        episode=episode, instrument="phq9", item="9", state="endorsed", level="urgent", raised_at=EVENING
    )
    assert date(2029, 11, 20) not in stored_days()
    whose.objects.update(timezone="Pacific/Auckland")
    assert {date(2029, 11, 19), date(2029, 11, 20)} <= stored_days()
