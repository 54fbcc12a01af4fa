"""How much more one side changes from baseline to endpoint than the other."""

from __future__ import annotations

import pandas as pd
from django.utils.translation import gettext as _

from reports.analyses.sample import Sample
from reports.stats.contrast import Contrast, change_by_arm, change_by_predictor
from reports.stats.errors import Refusal
from reports.stats.growth import Method
from tracking.vocabulary.time_points import time_point_in_words

BASELINE = "baseline"


def contrast(
    sample: Sample,
    *,
    method: Method = "REML",
    reference: str | None = None,
    predictor: str | None = None,
    arm: str | None = None,
) -> Contrast:
    """``score ~ time point * arm + (1 | episode)`` on the scores at baseline and endpoint; with
    ``predictor`` its standardised value instead of the arm, within one ``arm`` where that is named.

    ``reference``: the arm that others are compared with, else the control that the protocol names, else the
    first by name. The baseline is that of the course. Raises ``Refusal`` when fewer than two arms can be
    compared, a time point has no score, or nobody has the predictor.
    """
    if sample.episodes["endpoint"].isna().all():
        raise Refusal(
            lambda: _("{title}: there is no score at {endpoint}.").format(
                title=sample.title, endpoint=time_point_in_words(sample.endpoint)
            )
        )
    rows = _two_times(sample)
    if predictor is None:
        if len(sample.arms) < 2:
            raise Refusal(
                lambda: _("{title}: fewer than two arms have a usable score.").format(title=sample.title)
            )
        return change_by_arm(
            rows.dropna(subset=["arm"]),
            outcome="score",
            time="at",
            start=BASELINE,
            end=sample.endpoint,
            arm="arm",
            group="episode",
            reference=reference,
            method=method,
        )
    if predictor not in rows:
        raise Refusal(lambda: _("Nobody has a value of {names}.").format(names=predictor))
    return change_by_predictor(
        rows[rows["arm"] == arm] if arm else rows,
        outcome="score",
        time="at",
        start=BASELINE,
        end=sample.endpoint,
        predictor=predictor,
        group="episode",
        method=method,
    )


def _two_times(sample: Sample) -> pd.DataFrame:
    table = sample.episodes.reset_index()
    start = table.assign(at=BASELINE, score=table["baseline"])
    end = table.assign(at=sample.endpoint, score=table["endpoint"])
    return pd.concat([start, end], ignore_index=True)
