"""Doses as a tidy table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reports.frames.axis import Axis, Episodes, axes
from tracking import clock
from tracking.queries.acute import standing_doses

DOSE_COLUMNS = ("episode", "session", "day", "part", "substance", "amount", "unit", "route")


def treatment_frame(episodes: Episodes, known_axes: Mapping[int, Axis] | None = None) -> pd.DataFrame:
    """One row per dose that stands, in order of giving: see ``DOSE_COLUMNS``. ``session`` is its dosing
    session."""
    lines = known_axes if known_axes is not None else axes(episodes)
    doses = standing_doses(episodes).select_related("session__episode__patient").order_by("given_at", "pk")
    rows = [
        (
            dose.session.episode_id,
            dose.session_id,
            lines[dose.session.episode_id].day(
                clock.day_of(dose.given_at, dose.session.episode.patient.timezone)
            ),
            dose.part,
            dose.substance,
            float(dose.amount),
            dose.unit,
            dose.route,
        )
        for dose in doses
    ]
    return pd.DataFrame(rows, columns=list(DOSE_COLUMNS)).astype(
        {"episode": int, "day": int, "amount": float}
    )
