"""Which figures the study's page withholds from those who may not see rows: whoever holds the rows can count them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from reports.pages.study.stored import published_course
from reports.plain import spoken
from reports.release_frames import HOLD_SCORES
from tracking.models import Study
from tracking.vocabulary.time_points import time_point_in_words

Json = Mapping[str, Any]


def countable(study: Study, tables: Collection[str]) -> list[str]:
    """In words, each outcome of the page that is withheld there and follows from these tables of a release by the
    definition of the page: means and rates, of all and of each arm. None where no table tells of scores, or where
    nothing was published."""
    course, told = published_course(study)
    if "means" not in course or not set(tables) & set(HOLD_SCORES):
        return []
    return [*_means(course, told), *_rates(course, told)]


def _means(course: Json, told: Json) -> Iterator[str]:
    shown = {(each["arm"], each["time"]) for each in told.get("means", ()) if each["n"] is not None}
    for each in course["means"]:
        if (each["arm"], each["time"]) not in shown:
            yield _of(_("mean, {when}").format(when=time_point_in_words(each["time"])), each["arm"])


def _rates(course: Json, told: Json) -> Iterator[str]:
    shown = {each["key"]: each for each in told.get("rates", ())}
    for each in course["rates"]:
        safe = shown.get(each["key"], {})
        what = spoken(each["definition"])
        if safe.get("all") is None:
            yield _of(what, "all")
        for arm in each["by_arm"]:
            if safe.get("by_arm", {}).get(arm) is None:
                yield _of(what, arm)


def _of(what: str, arm: str) -> str:
    return _("{what}: {arm}").format(what=what, arm=_("all") if arm == "all" else arm)
