"""What patient and clinician expected before treatment."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from measures.registry import get
from reports.frames.axis import Axis, Episodes
from reports.frames.scores import score_frame

EXPECTANCY = {
    "expectancy": ("credibility_expectancy", "thought_improvement"),
    "clinician_expectancy": ("clinician_expectancy", "improvement"),
}


def expectancy_frame(episodes: Episodes, lines: Mapping[int, Axis]) -> pd.DataFrame:
    """One row per episode that has any: ``expectancy`` of the patient and ``clinician_expectancy``, both the
    improvement that was thought likely, in per cent.

    The first that was recorded before treatment: up to the day of the first dose; where there is no dose, the
    first. What was recorded later is an impression of the effect, and left out.
    """
    columns = [_first(name, *EXPECTANCY[name], episodes, lines) for name in EXPECTANCY]
    return pd.concat(columns, axis=1)


def _first(
    name: str, instrument: str, scale: str, episodes: Episodes, lines: Mapping[int, Axis]
) -> pd.Series:
    scores = score_frame(episodes, get(instrument), scale, lines).dropna(subset=["value"])
    dosed = scores["episode"].map(lambda key: bool(lines[key].dose_days)).astype(bool)
    before = scores[~dosed | (scores["day"] <= 0)]
    return before.sort_values(["day", "recorded"]).groupby("episode")["value"].first().rename(name)
