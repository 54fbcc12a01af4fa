"""What patient, therapist and rater believed that the treatment was."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from django.db.models import Max

from measures.registry import get
from reports.frames.axis import Axis, Episodes
from reports.frames.scores import score_frame
from tracking.models import Assessment, AssessmentRequest

GUESSES = {
    "patient": "treatment_guess",
    "therapist": "treatment_guess_therapist",
    "rater": "treatment_guess_rater",
}


def last_guesses(episodes: Episodes, endpoint: str, lines: Mapping[int, Axis]) -> pd.DataFrame:
    """One row per episode and guesser: the last guess at or before the endpoint.

    ``episode``, ``guesser`` ("patient", "therapist", "rater"), ``guess`` ("experimental", "comparison",
    "unknown"), ``confidence`` (1 to 5; missing where none was given). A guess counts that was given at the
    time point ``endpoint``, or up to the last day on which anything was recorded there; where nothing was, up
    to the day on which it could last have been. Later ones are left out: the arm may have become known. A form
    without a guess is no guess; "I do not know" is one.
    """
    until = _until(episodes, endpoint, lines)
    rows = pd.concat([_of(guesser, key, episodes, lines) for guesser, key in GUESSES.items()])
    limits = rows["episode"].map(until)
    counted = rows[(rows["time_point"] == endpoint) | limits.isna() | (rows["day"] <= limits)]
    last = counted.sort_values(["day", "recorded"]).drop_duplicates(["episode", "guesser"], keep="last")
    kept = last[["episode", "guesser", "guess", "confidence"]]
    return kept.sort_values(["episode", "guesser"], ignore_index=True)


def _of(guesser: str, key: str, episodes: Episodes, lines: Mapping[int, Axis]) -> pd.DataFrame:
    rows = score_frame(episodes, get(key), "confidence", lines).rename(columns={"value": "confidence"})
    rows["guesser"] = guesser
    rows["guess"] = [_guess(outcomes) for outcomes in rows["outcomes"]]
    return rows[rows["guess"].notna()]


def _guess(outcomes: Mapping[str, bool | None]) -> str | None:
    """In words, by the conclusions of the form; ``None`` where the question was left out."""
    if outcomes.get("ventured") is None:
        return None
    if not outcomes["ventured"]:
        return "unknown"
    return "experimental" if outcomes["experimental"] else "comparison"


def _until(episodes: Episodes, endpoint: str, lines: Mapping[int, Axis]) -> dict[int, int]:
    at = {"episode__in": episodes, "time_point": endpoint}
    asked = (
        AssessmentRequest.objects.filter(**at).order_by().values_list("episode").annotate(Max("closes_on"))
    )
    seen = (
        Assessment.objects.current()
        .filter(**at)
        .order_by()
        .values_list("episode")
        .annotate(Max("assessed_on"))
    )
    return {key: lines[key].day(on) for key, on in (dict(asked) | dict(seen)).items()}
