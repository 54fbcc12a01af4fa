"""Set and setting in the demonstration: a room for each team that gives doses, and what its sessions say."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tracking import clock
from tracking.actions.setting import create_template, record_setting
from tracking.models import TreatmentSession
from tracking.simulation.walk import Staff
from tracking.vocabulary import Attendance, SessionKind

ROOMS = tomllib.loads(Path(__file__).with_name("rooms.toml").read_text(encoding="utf-8"))
INTENTIONS = (
    "To understand why I withdraw from people",
    "To feel something again",
    "To say goodbye to what was",
    "To be less afraid of what comes up",
)
ANOTHER_LIGHT = 0.25  # share of the sessions
DISTURBED = 0.1


def furnish(*, staff: Mapping[str, Staff], opened: datetime, rng: Random) -> None:
    """Describes the rooms as on the day ``opened``, and records the setting of every dosing session on its day."""
    for team, room in ROOMS.items():
        lead = staff[team].lead
        with clock.simulated(opened):
            template = create_template(by=lead, site=staff[team].team.site, **room)
        sessions = TreatmentSession.objects.standing().filter(
            episode__patient__team=staff[team].team,
            kind=SessionKind.DOSING,
            attendance=Attendance.ATTENDED,
        )
        for session in sessions.select_related("episode__patient__team__site"):
            with clock.simulated(session.starts_at + timedelta(minutes=session.minutes or 0)):
                record_setting(
                    by=lead,
                    session=session,
                    template=template,
                    overrides=_said(rng),
                    submission_id=uuid.UUID(int=rng.getrandbits(128), version=4),
                )


def _said(rng: Random) -> dict[str, int | str]:
    """What a participant said that day, and what was different."""
    said: dict[str, int | str] = {
        "mood_before": rng.randint(2, 8),
        "anxiety_before": rng.randint(1, 8),
        "readiness": rng.randint(4, 10),
        "trust": rng.randint(6, 10),
        "intention": rng.choice(INTENTIONS),
        "music_fit": rng.randint(5, 10),
        "disturbance": 0,
        "comfort": rng.randint(6, 10),
    }
    if rng.random() < ANOTHER_LIGHT:
        said["light"] = 3
    if rng.random() < DISTURBED:
        said |= {"disturbance": 1, "disturbances_what": "Building work next door"}
    return said
