"""The sentence at the head of the patient page."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.language import within
from reports.frames import Axis
from reports.models import EpisodeCourse
from reports.pages.patient.timeline import band_label
from reports.stats.present import age
from tracking.models import TreatmentEpisode
from tracking.rules.policies.instruments import Shelf
from tracking.templatetags.figures import score, signed

REMISSION_WORDS = {
    "threshold_met": gettext_lazy("remission threshold met"),
    "sustained": gettext_lazy("remission"),
    "suspected": gettext_lazy("remission in doubt"),
}


def headline(
    course: EpisodeCourse | None, episode: TreatmentEpisode, axis: Axis, as_of: date, shelf: Shelf
) -> str:
    """ "Day 28, 3 days ago: PHQ-9 9 (mild), −13 since baseline (−59 %): treatment response." from the stored course."""
    if course is None:
        return _("No score has been computed yet.")
    instrument = shelf.get(course.instrument, study=episode.study)
    if course.latest is None or course.latest_day is None:
        return _("{scale}: no score since treatment began.").format(scale=instrument.short_title)
    band = within(band_label(instrument.scale(course.scale), course.latest_band))
    words = (
        _("Day {day}, {age}: {scale} {score} ({band})") if band else _("Day {day}, {age}: {scale} {score}")
    )
    now = words.format(
        day=course.latest_day,
        age=age((as_of - axis.date(course.latest_day)).days),
        scale=instrument.short_title,
        score=score(course.latest),
        band=band,
    )
    found, verdict = _since(course, now), _verdict(course)
    return _("{course}: {verdict}.").format(course=found, verdict=verdict) if verdict else f"{found}."


def _since(course: EpisodeCourse, now: str) -> str:
    if course.change is None:
        return _("{score}, no baseline to compare with").format(score=now)
    change, percent = signed(course.change), course.percent_change
    if percent is None:
        return _("{score}, {change} since baseline").format(score=now, change=change)
    return _("{score}, {change} since baseline ({percent} %)").format(
        score=now, change=change, percent=signed(percent, 0)
    )


def _verdict(course: EpisodeCourse) -> str:
    said = [str(REMISSION_WORDS[course.remission])] if course.remission in REMISSION_WORDS else []
    said += [_("treatment response")] if course.treatment_response else []
    return ", ".join(said)
