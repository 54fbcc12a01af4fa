"""The two charts of the study page, drawn from stored figures and, for those who may see them, single patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measures import registry
from measures.instrument import Instrument, Scale
from reports import analyses
from reports.charts import (
    Band,
    CohortArm,
    CohortCourse,
    Figure,
    FitPoint,
    MeanPoint,
    Predictor,
    PredictorPoint,
    cohort_course,
    predictor,
)
from reports.frames import dose_column_parts, rows_of
from tracking.models import Study
from tracking.templatetags.figures import fixed

Json = Mapping[str, Any]


def course_figure(
    instrument: Instrument, scale: Scale, course: Json, sample: analyses.Sample | None
) -> Figure:
    """Means by arm and time point; a line for each patient of ``sample``, none without it."""
    day = {point["name"]: point["day"] for point in course["time_points"]}
    arms = list(dict.fromkeys(mean["arm"] for mean in course["means"]))
    return cohort_course(
        CohortCourse(
            title=f"{instrument.short_title} over time",
            scale=f"{instrument.short_title}, {scale.unit}",
            zero="the first dose or the start of treatment",
            interval="95 % confidence interval",
            minimum=scale.minimum,
            maximum=scale.maximum,
            bands=tuple(Band(band.label, band.low, band.high) for band in scale.bands),
            arms=tuple(_arm(arm, course, day, sample) for arm in arms),
        ),
        key="course",
    )


def _arm(arm: str, course: Json, day: Mapping[str, float], sample: analyses.Sample | None) -> CohortArm:
    means = [mean for mean in course["means"] if mean["arm"] == arm]
    return CohortArm(
        label="all patients" if arm == analyses.ALL else arm,
        means=tuple(_mean(mean, day[mean["time"]]) for mean in means),
        people=_lines(sample, arm) if sample is not None else (),
    )


def _mean(mean: Json, day: float) -> MeanPoint:
    return MeanPoint(day, mean["mean"], mean["low"], mean["high"], mean["n"])


def _lines(sample: analyses.Sample, arm: str) -> tuple[tuple[tuple[float, float | None], ...], ...]:
    rows = sample.named
    own = rows if arm == analyses.ALL else rows[rows["arm"] == arm]
    return tuple(
        tuple((float(row.day), row.value) for row in rows_of(person.sort_values("day")))
        for _, person in own.groupby("episode")
    )


def predictor_title(name: str) -> str:
    """``meq30_first_positive_mood`` → ``MEQ30, first dose: positive mood``."""
    key, dose, scale = dose_column_parts(name)
    return f"{registry.get(key).short_title}, {dose} dose: {scale.replace('_', ' ')}"


def predictor_figure(
    study: Study, instrument: Instrument, predict: Json, sample: analyses.Sample | None
) -> Figure | None:
    """The first predictor against the outcome: its fitted line, and a dot for each patient of ``sample``. ``None``
    when there is neither."""
    names = [model["predictor"] for model in predict["models"]] or list(predict["refused"])
    if not names:
        return None
    name = names[0]
    model = next((each for each in predict["models"] if each["predictor"] == name), None)
    points = _dots(name, sample) if sample is not None else ()
    if not points and model is None:
        return None
    return predictor(
        Predictor(
            title=f"{predictor_title(name)} and {instrument.short_title} at {study.endpoint}",
            x_label=predictor_title(name),
            y_label=f"{instrument.short_title} at {study.endpoint}",
            finding=_finding(name, model) if model else predict["refused"][name],
            points=points,
            fit=tuple(FitPoint(**point) for point in model["line"]) if model else (),
            n=model["regression"]["n"] if model else None,
        ),
        key="predictor",
    )


def _finding(name: str, model: Json) -> str:
    term = model["regression"]["terms"][name]
    return (
        f"{fixed(term['value'])} points of outcome for each point of the predictor "
        f"(95 % interval {fixed(term['low'])} to {fixed(term['high'])}); "
        f"partial correlation {fixed(model['partial']['r'])}"
    )


def _dots(name: str, sample: analyses.Sample) -> tuple[PredictorPoint, ...]:
    if name not in sample.episodes:
        return ()
    rows = sample.episodes.dropna(subset=[name, "endpoint"])
    return tuple(
        PredictorPoint(float(x), float(y), arm)
        for x, y, arm in zip(rows[name], rows["endpoint"], rows["arm"].astype(object).fillna(""), strict=True)
    )
