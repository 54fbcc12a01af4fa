"""The figures of a study, computed again from all its episodes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import pandas as pd

from reports import analyses
from reports.actions import jobs
from reports.actions.publishing import Standing, publish, standing
from reports.frames import RatingPair, episode_frame, judged_instruments, rating_pairs
from reports.models import StudyResult
from reports.plain import plain
from reports.stats.errors import Refusal
from reports.stats.growth import Random
from tracking.models import Study, StudyMark, TreatmentEpisode
from tracking.rules.policies.instruments import instrument_of

ALGORITHM = "study-2"  # a change of what is computed is a new name, so that stored figures are replaced


@dataclass(frozen=True, slots=True)
class Figures:
    """One analysis of one scale, ready to be stored."""

    analysis: str
    instrument: str
    scale: str
    result: object


def recompute_study(*, study_id: int) -> None:
    """Bring the stored figures of a study up to its wanted revision. Harmless when called twice.

    The outcome is analysed in every way, relapse where a protocol watches for it; every other scale with a
    better and a worse end by course, growth and contrast; agreement of raters on each instrument that was rated
    twice. An analysis that its data cannot carry is stored with the reason. Figures of a scale that the study
    no longer has are removed.
    """
    jobs.attempt(marks=StudyMark.objects.filter(study=study_id), prepare=partial(_prepare, study_id))


def _prepare(study_id: int) -> jobs.Write:
    study = Study.objects.get(pk=study_id)
    people_before = standing(study)
    episodes = TreatmentEpisode.objects.filter(study=study)
    instruments = judged_instruments(episodes, study)
    others = [each.key for each in instruments if each.key != study.outcome_instrument]
    people = episode_frame(episodes)
    figures = [
        *_of_outcome(study, people),
        *(each for key in others for each in _of_scale(analyses.load(study, key, people=people))),
        *_of_raters(study),
    ]
    return partial(_store, study, figures, people_before if standing(study) == people_before else None)


def _of_outcome(study: Study, people: pd.DataFrame) -> list[Figures]:
    try:
        sample = analyses.load(study, people=people)
    except Refusal as refusal:
        refused = {"refused": analyses.why(refusal)}
        return [Figures("course", study.outcome_instrument, study.outcome_scale, refused)]
    figures = [*_of_scale(sample), _figures("predict", sample, lambda: plain(analyses.predict(sample)))]
    if analyses.watches_relapse(sample):
        figures.append(_figures("relapse", sample, lambda: plain(analyses.relapse(sample))))
    return [*figures, *_published(sample)]


def _published(sample: analyses.Sample) -> list[Figures]:
    """Nothing where there is nothing published to compare with: that is no refusal."""
    try:
        found = analyses.published(sample)
    except Refusal:
        return []
    return [Figures("published", sample.instrument.key, sample.scale.key, plain(found))]


def _of_scale(sample: analyses.Sample) -> list[Figures]:
    return [
        _figures("course", sample, lambda: plain(analyses.course(sample))),
        _figures("growth", sample, lambda: _growth(sample)),
        _figures("contrast", sample, lambda: plain(analyses.contrast(sample))),
    ]


def _of_raters(study: Study) -> list[Figures]:
    """Agreement on the outcome, said also where nobody rated twice, and on whatever else was; and blinding, which
    is about the whole study and stands with its outcome."""
    outcome = (study.outcome_instrument, study.outcome_scale)
    pairs = rating_pairs(TreatmentEpisode.objects.filter(study=study))
    others = sorted({pair.instrument for pair in pairs} - {study.outcome_instrument})
    places = [outcome, *((key, instrument_of(key, study=study).primary_scale.key) for key in others)]
    return [
        *(
            Figures("agreement", *place, _or_refusal(partial(_agreement, study, pairs, *place)))
            for place in places
        ),
        Figures("blinding", *outcome, _or_refusal(lambda: plain(analyses.blinding(study)))),
    ]


def _agreement(study: Study, pairs: Sequence[RatingPair], key: str, scale: str) -> object:
    letters = analyses.rater_letters(pairs)
    return plain(analyses.agreement(pairs, instrument_of(key, study=study), scale, letters))


def _growth(sample: analyses.Sample) -> object:
    """A random intercept, and a random intercept with slope; by arm where there are several."""
    by_arm = len(sample.arms) > 1

    def model(random: Random) -> object:
        return _or_refusal(lambda: plain(analyses.growth(sample, random=random, by_arm=by_arm)))

    return {"models": [model("intercept"), model("slope")]}


def _figures(analysis: str, sample: analyses.Sample, compute: Callable[[], object]) -> Figures:
    return Figures(analysis, sample.instrument.key, sample.scale.key, _or_refusal(compute))


def _or_refusal(compute: Callable[[], object]) -> object:
    try:
        return compute()
    except Refusal as refusal:
        return {"refused": analyses.why(refusal)}


def _store(study: Study, figures: Sequence[Figures], people_then: Standing | None) -> None:
    """``people_then``: whom the figures are computed from; ``None`` where that changed meanwhile: then they are not
    published, and the mark asks for them again."""
    kept = [_store_one(study, each).pk for each in figures]
    StudyResult.objects.filter(study=study).exclude(pk__in=kept).delete()
    if people_then is not None:
        publish(study=study, people=people_then, results=[asdict(each) for each in figures])


def _store_one(study: Study, figures: Figures) -> StudyResult:
    place: dict[str, Any] = {
        "study": study,
        "analysis": figures.analysis,
        "instrument": figures.instrument,
        "scale": figures.scale,
    }
    content = json.dumps([ALGORITHM, figures.result], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    known = StudyResult.objects.filter(**place, inputs_hash=digest).first()
    if known:
        return known
    stored = {"inputs_hash": digest, "result": figures.result}
    return StudyResult.objects.update_or_create(**place, defaults=stored)[0]
