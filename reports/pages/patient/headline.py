"""The sentence at the head of the patient page."""

from __future__ import annotations

from datetime import date

from reports.frames import Axis
from reports.models import EpisodeCourse
from reports.pages.patient.timeline import band_label
from reports.stats.present import age
from tracking.models import TreatmentEpisode
from tracking.rules.policies.instruments import Shelf
from tracking.templatetags.figures import score, signed

REMISSION_WORDS = {
    "threshold_met": "remission threshold met",
    "sustained": "remission",
    "suspected": "remission in doubt",
}


def headline(
    course: EpisodeCourse | None, episode: TreatmentEpisode, axis: Axis, as_of: date, shelf: Shelf
) -> str:
    """ "Day 28, 3 days ago: PHQ-9 9 (mild), −13 since baseline (−59 %): treatment response." from the stored course."""
    if course is None:
        return "No score has been computed yet."
    instrument = shelf.get(course.instrument, study=episode.study)
    if course.latest is None or course.latest_day is None:
        return f"{instrument.short_title}: no score since treatment began."
    scale = instrument.scale(course.scale)
    band = f" ({band_label(scale, course.latest_band).lower()})" if course.latest_band else ""
    old = age((as_of - axis.date(course.latest_day)).days)
    now = f"Day {course.latest_day}, {old}: {instrument.short_title} {score(course.latest)}{band}"
    return f"{now}{_since(course)}{_verdict(course)}."


def _since(course: EpisodeCourse) -> str:
    if course.change is None:
        return ", no baseline to compare with"
    percent = f" ({signed(course.percent_change, 0)} %)" if course.percent_change is not None else ""
    return f", {signed(course.change)} since baseline{percent}"


def _verdict(course: EpisodeCourse) -> str:
    said = [REMISSION_WORDS[course.remission]] if course.remission in REMISSION_WORDS else []
    said += ["treatment response"] if course.treatment_response else []
    return f": {', '.join(said)}" if said else ""
