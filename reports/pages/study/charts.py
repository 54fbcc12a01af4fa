"""The two charts of the study page, drawn from stored figures and, for those who may see them, single patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from measures import registry
from measures.instrument import Instrument, Scale
from measures.language import marked, within
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
from tracking.vocabulary.time_points import time_point_in_words

Json = Mapping[str, Any]
SCALES = {
    "total": marked("total"),
    "transcendence": marked("transcendence"),
    "music_fit": marked("music fit"),
    "comfort": marked("comfort"),
}


def course_figure(
    instrument: Instrument, scale: Scale, course: Json, sample: analyses.Sample | None
) -> Figure:
    """Means by arm and time point; a line for each patient of ``sample``, none without it."""
    day = {point["name"]: point["day"] for point in course["time_points"]}
    arms = list(dict.fromkeys(mean["arm"] for mean in course["means"]))
    return cohort_course(
        CohortCourse(
            title=_("{instrument} over time").format(instrument=instrument.short_title),
            scale=f"{instrument.short_title}, {_(scale.unit)}",
            zero=_("the first dose or the start of treatment"),
            interval=_("95 % confidence interval"),
            minimum=scale.minimum,
            maximum=scale.maximum,
            bands=tuple(Band(_(band.label), band.low, band.high) for band in scale.bands),
            arms=tuple(_arm(arm, course, day, sample) for arm in arms),
        ),
        key="course",
    )


def _arm(arm: str, course: Json, day: Mapping[str, float], sample: analyses.Sample | None) -> CohortArm:
    means = [mean for mean in course["means"] if mean["arm"] == arm]
    return CohortArm(
        label=_("all patients") if arm == analyses.ALL else arm,
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
        for episode, person in own.groupby("episode")
    )


def predictor_title(name: str) -> str:
    """``meq30_first_positive_mood`` → ``MEQ30, first dose: positive mood``."""
    key, dose, scale = dose_column_parts(name)
    said = _("{instrument}, last dose: {scale}") if dose == "last" else _("{instrument}, first dose: {scale}")
    instrument = registry.get(key)
    return said.format(instrument=instrument.short_title, scale=_scale_words(instrument, scale))


def _scale_words(instrument: Instrument, key: str) -> str:
    """The key of a scale in words, which is mostly its title."""
    words = key.replace("_", " ")
    title = next((scale.title for scale in instrument.scales if scale.key == key), "")
    return within(_(title)) if title.lower() == words else _(SCALES.get(key, words))


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
            title=_("{predictor} and {instrument} at {endpoint}").format(
                predictor=predictor_title(name),
                instrument=instrument.short_title,
                endpoint=time_point_in_words(study.endpoint),
            ),
            x_label=predictor_title(name),
            y_label=_("{instrument} at {endpoint}").format(
                instrument=instrument.short_title, endpoint=time_point_in_words(study.endpoint)
            ),
            finding=_finding(name, model) if model else predict["refused"][name],
            points=points,
            fit=tuple(FitPoint(**point) for point in model["line"]) if model else (),
            n=model["regression"]["n"] if model else None,
        ),
        key="predictor",
    )


def _finding(name: str, model: Json) -> str:
    term = model["regression"]["terms"][name]
    return _(
        "{value} points of outcome for each point of the predictor "
        "(95 % interval {low} to {high}); partial correlation {r}"
    ).format(
        value=fixed(term["value"]),
        low=fixed(term["low"]),
        high=fixed(term["high"]),
        r=fixed(model["partial"]["r"]),
    )


def _dots(name: str, sample: analyses.Sample) -> tuple[PredictorPoint, ...]:
    if name not in sample.episodes:
        return ()
    rows = sample.episodes.dropna(subset=[name, "endpoint"])
    return tuple(
        PredictorPoint(float(x), float(y), arm)
        for x, y, arm in zip(rows[name], rows["endpoint"], rows["arm"].astype(object).fillna(""), strict=True)
    )
