"""One row per treatment episode: who was treated how, and what was known before the outcome."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from measures.registry import get
from reports.frames.axis import Axis, Episodes, axes
from reports.frames.expectancy import expectancy_frame
from reports.frames.scores import rows_of, score_frame
from reports.frames.treatment import treatment_frame

EXPERIENCE = "meq30"
SETTING = "set_and_setting"
ALLIANCE = "wai_sr"


def episode_frame(episodes: Episodes, known_axes: Mapping[int, Axis] | None = None) -> pd.DataFrame:
    """One row per episode, its key as index.

    ``patient``, ``arm`` (missing where none was given), ``age``, ``sex``, ``doses`` (days with a dose).
    Imported covariates under their own names; one that has the name of a column here gives way to it.
    ``alliance``: the first WAI-SR total; where nobody has one, a covariate that was imported under that
    name. ``expectancy``, ``clinician_expectancy``: the improvement expected before treatment, in the same
    way (see ``expectancy_frame``). ``meq30_first``, ``meq30_last`` and, by factor, ``meq30_first_mystical``
    and so on: the experience of the first and of the last dose; ``set_and_setting_first_mood_before`` and so
    on: how the patient came to it and what it was like. What was not measured is missing.
    """
    lines = known_axes if known_axes is not None else axes(episodes)
    rows = [
        {**covariates, "episode": key, "patient": patient, "arm": arm or None, "age": age, "sex": sex}
        for key, patient, arm, age, sex, covariates in episodes.values_list(
            "pk", "patient_id", "arm", "age_at_start", "patient__sex", "covariates"
        )
    ]
    frame = pd.DataFrame(rows, columns=_columns(rows)).set_index("episode").sort_index()
    days = treatment_frame(episodes, lines).groupby("episode")["day"].nunique()
    frame["doses"] = days.reindex(frame.index, fill_value=0)
    before = expectancy_frame(episodes, lines).join(_alliance(episodes, lines), how="outer")
    for name, measured in before.items():
        if measured.notna().any() or name not in frame:
            frame[name] = measured
    experience = pd.concat(
        [
            _of_doses(episodes, key, scale.key, lines)
            for key in (EXPERIENCE, SETTING)
            for scale in get(key).scales
        ],
        axis=1,
    )
    return frame.drop(columns=experience.columns, errors="ignore").join(experience)


def dose_column(instrument: str, occasion: str, scale: str) -> str:
    """The column of a scale about one dose: ``meq30_first``, ``meq30_last_mystical``."""
    return f"{instrument}_{occasion}" if scale == "total" else f"{instrument}_{occasion}_{scale}"


def dose_column_parts(column: str) -> tuple[str, str, str]:
    """Instrument, occasion and scale of such a column."""
    key = next(key for key in (EXPERIENCE, SETTING) if column.startswith(f"{key}_"))
    occasion, _, scale = column.removeprefix(f"{key}_").partition("_")
    return key, occasion, scale or "total"


def _columns(rows: list[dict[str, object]]) -> list[str]:
    own = ["episode", "patient", "arm", "age", "sex"]
    return [*own, *sorted({name for row in rows for name in row} - set(own))]


def _alliance(episodes: Episodes, lines: Mapping[int, Axis]) -> pd.Series:
    scores = score_frame(episodes, get(ALLIANCE), "total", lines).dropna(subset=["value"])
    return scores.sort_values(["day", "recorded"]).groupby("episode")["value"].first().rename("alliance")


def _of_doses(episodes: Episodes, key: str, scale: str, lines: Mapping[int, Axis]) -> pd.DataFrame:
    """First and last. Several forms about one dose: the last recorded. A form belongs to the dose before
    it; where no dose is known (imported totals), each day is an occasion of its own."""
    scores = score_frame(episodes, get(key), scale, lines).dropna(subset=["value"])
    scores["dose"] = [_dose(lines[row.episode], row.day) for row in rows_of(scores)]
    ordered = scores.sort_values(["dose", "recorded"]).groupby(["episode", "dose"])["value"].last()
    by_episode = ordered.groupby("episode")
    return pd.DataFrame(
        {
            dose_column(key, "first", scale): by_episode.first(),
            dose_column(key, "last", scale): by_episode.last(),
        }
    )


def _dose(axis: Axis, day: int) -> int:
    return max((dose for dose in axis.dose_days if dose <= day), default=day)
