"""The study page: did it work, for whom, for how long?

Figures are those that the worker stored; nothing is estimated here. Single patients (thin lines, dots) are drawn
only for somebody who treats all of them, or when the data set is published anyway; everybody else sees
aggregates in which small groups are withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from reports.models import StudyResult
from reports.stats.errors import Refusal
from tracking.instruments import Shelf
from tracking.models import Study, TreatmentEpisode, User
from tracking.templatetags.figures import score, signed

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RateCell:
    """One rate with its denominator; ``None`` where there is nobody, or where it is ``withheld``."""

    arm: str
    rate: Json | None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class RateRow:
    definition: str
    cells: tuple[RateCell, ...]


@dataclass(frozen=True, slots=True)
class PredictorRow:
    """One predictor of the model table: its coefficient, or why there is none."""

    title: str
    model: Json | None
    refused: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    study: Study
    instrument: Instrument
    scale: Scale
    patients: int
    withheld_below: int | None
    course: Json | None
    refused: str
    course_figure: Figure | None
    rates: Sequence[RateRow]
    arms: Sequence[str]
    growth: Sequence[Json]
    contrast: Json | None
    differences: Sequence[tuple[str, Json]]
    predict: Json | None
    predictors: Sequence[PredictorRow]
    predictor_figure: Figure | None
    computed_at: object


def study_page(user: User, study: Study, smallest: int) -> StudyPage:
    """Everything on the page of one visible study. ``smallest``: the fewest patients of a shown group."""
    instrument = Shelf().get(study.outcome_instrument, study=study)
    scale = instrument.scale(study.outcome_scale)
    stored = {
        row.analysis: row
        for row in StudyResult.objects.filter(study=study, instrument=instrument.key, scale=scale.key)
    }
    results: dict[str, Json] = {key: row.result for key, row in stored.items()}
    course = _done(results.get("course"))
    sees_patients = may_see_patients(user, study)
    smallest = 0 if sees_patients else smallest
    sample = _sample(study) if sees_patients else None
    predict = _done(results.get("predict"))
    return StudyPage(
        study=study,
        instrument=instrument,
        scale=scale,
        patients=TreatmentEpisode.objects.filter(study=study).values("patient").distinct().count(),
        withheld_below=smallest or None,
        course=course,
        refused=results.get("course", {}).get("refused", ""),
        course_figure=_course_figure(instrument, scale, course, sample, smallest) if course else None,
        rates=_rates(course, smallest) if course else (),
        arms=course["arms"] if course else (),
        growth=results.get("growth", {}).get("models", ()),
        contrast=results.get("contrast"),
        differences=_differences(results.get("contrast")),
        predict=results.get("predict"),
        predictors=_predictor_rows(predict) if predict else (),
        predictor_figure=_predictor_figure(study, scale, instrument, predict, sample) if predict else None,
        computed_at=stored["course"].computed_at if "course" in stored else None,
    )


def may_see_patients(user: User, study: Study) -> bool:
    """Whether single patients may be drawn: the data set is published, or the user treats all of them."""
    if study.provenance:
        return True
    episodes = TreatmentEpisode.objects.filter(study=study)
    return (
        episodes.exists() and not episodes.exclude(pk__in=TreatmentEpisode.objects.visible_to(user)).exists()
    )


def _done(result: Json | None) -> Json | None:
    return result if result and "refused" not in result or result and "models" in result else None


def _sample(study: Study) -> analyses.Sample | None:
    try:
        return analyses.load(study)
    except Refusal:
        return None


def _course_figure(
    instrument: Instrument, scale: Scale, course: Json, sample: analyses.Sample | None, smallest: int
) -> Figure:
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
            arms=tuple(_arm(arm, course, day, sample, smallest) for arm in arms),
        ),
        key="course",
    )


def _arm(
    arm: str, course: Json, day: Mapping[str, float], sample: analyses.Sample | None, smallest: int
) -> CohortArm:
    means = [mean for mean in course["means"] if mean["arm"] == arm]
    return CohortArm(
        label="all patients" if arm == analyses.ALL else arm,
        means=tuple(_mean(mean, day[mean["time"]], smallest) for mean in means),
        people=_lines(sample, arm) if sample is not None else (),
    )


def _mean(mean: Json, day: float, smallest: int) -> MeanPoint:
    if mean["n"] < smallest:
        return MeanPoint(day, None, None, None, None)
    return MeanPoint(day, mean["mean"], mean["low"], mean["high"], mean["n"])


def _lines(sample: analyses.Sample, arm: str) -> tuple[tuple[tuple[float, float | None], ...], ...]:
    rows = sample.named
    own = rows if arm == analyses.ALL else rows[rows["arm"] == arm]
    return tuple(
        tuple((float(row.day), float(row.value)) for row in person.sort_values("day").itertuples())
        for _, person in own.groupby("episode")
    )


def _rates(course: Json, smallest: int) -> tuple[RateRow, ...]:
    return tuple(_rate_row(each, course["arms"], smallest) for each in course["rates"])


def _rate_row(criterion: Json, arms: Sequence[str], smallest: int) -> RateRow:
    found = [("all", criterion["all"]), *((arm, criterion["by_arm"].get(arm)) for arm in arms)]
    shown = [RateCell(arm, rate) for arm, rate in found]
    if any(cell.rate and _tells(cell.rate, smallest) for cell in shown[1:]):
        # The whole, less the arms that are shown, would tell the one that is not.
        shown = [shown[0], *(RateCell(cell.arm, None, withheld=True) for cell in shown[1:])]
    if shown[0].rate and _tells(shown[0].rate, smallest):
        shown = [RateCell(cell.arm, None, withheld=True) for cell in shown]
    return RateRow(criterion["definition"], tuple(shown))


def _tells(rate: Json, smallest: int) -> bool:
    """Whether a rate speaks of so few patients, met or not met, that it would point at them."""
    return any(0 < count < smallest for count in (rate["n"], rate["met"], rate["n"] - rate["met"]))


def _differences(contrast: Json | None) -> tuple[tuple[str, Json], ...]:
    """Each difference between arms, named: the arm, and the one that it is compared with."""
    if contrast is None or "refused" in contrast:
        return ()
    reference = contrast["fit"]["reference"].get("arm", "")
    return tuple(
        (f"{term.rpartition(':arm')[2]} less {reference}", difference)
        for term, difference in contrast["differences"].items()
    )


def _predictor_rows(predict: Json) -> tuple[PredictorRow, ...]:
    models = {model["predictor"]: model for model in predict["models"]}
    names = [*models, *predict["refused"]]
    return tuple(
        PredictorRow(predictor_title(name), _with_term(models.get(name)), predict["refused"].get(name, ""))
        for name in names
    )


def _with_term(model: Json | None) -> Json | None:
    """The model with the estimate of its own predictor at hand, for a template that cannot look it up."""
    return {**model, "term": model["regression"]["terms"][model["predictor"]]} if model else None


def predictor_title(name: str) -> str:
    """``meq30_first_positive_mood`` → ``MEQ30, first dose: positive mood``."""
    instrument, dose, *factor = name.split("_")
    return f"{instrument.upper()}, {dose} dose: {' '.join(factor) or 'total'}"


def _predictor_figure(
    study: Study, scale: Scale, instrument: Instrument, predict: Json, sample: analyses.Sample | None
) -> Figure | None:
    names = [model["predictor"] for model in predict["models"]] or list(predict["refused"])
    if not names:
        return None
    name = names[0]
    model = next((each for each in predict["models"] if each["predictor"] == name), None)
    return predictor(
        Predictor(
            title=f"{predictor_title(name)} and {instrument.short_title} at {study.endpoint}",
            x_label=predictor_title(name),
            y_label=f"{instrument.short_title} at {study.endpoint}",
            finding=_finding(name, model) if model else predict["refused"][name],
            points=_dots(name, sample) if sample is not None else (),
            fit=tuple(FitPoint(**point) for point in model["line"]) if model else (),
        ),
        key="predictor",
    )


def _finding(name: str, model: Json) -> str:
    term = model["regression"]["terms"][name]
    return (
        f"{signed(term['value'], 2)} points of outcome for each point of the predictor "
        f"(95 % interval {signed(term['low'], 2)} to {signed(term['high'], 2)}), n = {model['regression']['n']}; "
        f"partial correlation {score(model['partial']['r'], 2)}"
    )


def _dots(name: str, sample: analyses.Sample) -> tuple[PredictorPoint, ...]:
    if name not in sample.episodes:
        return ()
    rows = sample.episodes.dropna(subset=[name, "endpoint"])
    return tuple(
        PredictorPoint(float(row[name]), float(row["endpoint"]), str(row["arm"]))
        for _, row in rows.iterrows()
    )
