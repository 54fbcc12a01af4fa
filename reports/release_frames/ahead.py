"""How far a release that is asked for would tell people apart, before anybody decides about it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from reports.export.deidentify import coarse_day
from reports.export.uniqueness import Uniqueness, alone
from reports.release_frames.cohort import consenting
from tracking.models import Assessment, ScaleScore, Study, TreatmentEpisode

HOLD_SCORES = ("scores", "answers", "courses", "conclusions")


def uniqueness_ahead(study: Study, tables: Collection[str]) -> Uniqueness:
    """Of those who consent today, counted on what would leave: scores in their order, and length and status of
    treatment with its last day as coarse as a release makes it."""
    people = consenting(study)
    episodes = TreatmentEpisode.objects.filter(study=study, patient__in=people).order_by("starts_on", "pk")
    courses = _by_patient(
        (patient, (status, None if ends is None else coarse_day((ends - starts).days)))
        for patient, starts, ends, status in episodes.values_list("patient", "starts_on", "ends_on", "status")
    )
    told = bool(set(tables) & set(HOLD_SCORES))
    return Uniqueness(len(courses), alone(_scores(episodes)) if told else None, alone(courses))


def _scores(episodes: Iterable[TreatmentEpisode]) -> dict[str, Hashable]:
    rows = ScaleScore.objects.filter(assessment__in=Assessment.objects.counted().filter(episode__in=episodes))
    found = rows.order_by("assessment__assessed_on", "assessment", "pk").values_list(
        "assessment__episode__patient", "assessment__instrument", "scale", "value"
    )
    return _by_patient((patient, tuple(row)) for patient, *row in found)


def _by_patient(rows: Iterable[tuple[int, Hashable]]) -> dict[str, Hashable]:
    found: dict[str, list[Hashable]] = {}
    for patient, row in rows:
        found.setdefault(str(patient), []).append(row)
    return {patient: tuple(each) for patient, each in found.items()}
