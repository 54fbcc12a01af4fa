"""Growth of a scale over time in a study, by the mixed model of ``stats.growth``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from reports.analyses.sample import Sample
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate
from reports.stats.growth import GrowthFit, Method, Random, fit_growth

TimeUnit = Literal["occasion", "week", "day"]


@dataclass(frozen=True, slots=True)
class GrowthFigures:
    """``terms``: the fixed effects with Wald intervals. ``slopes``: change per unit of time of each arm, or
    of all."""

    time_unit: TimeUnit
    random: Random
    fit: GrowthFit
    terms: Mapping[str, Estimate]
    slopes: Mapping[str, Estimate]


def growth(
    sample: Sample,
    *,
    time_unit: TimeUnit = "week",
    random: Random = "intercept",
    method: Method = "REML",
    by_arm: bool = False,
    reference: str | None = None,
) -> GrowthFigures:
    """``score ~ time [* arm] + (1 | episode)`` or ``(time | episode)`` over all usable scores from the
    baseline on.

    ``occasion``: the named time points in order, from 0; scores without one are dropped and counted.
    ``reference``: the arm that others are compared with, else as in ``contrast``. Errors as
    ``stats.growth.fit_growth``, and ``Refusal`` when there is nothing to compare by arm.
    """
    if by_arm and len(sample.arms) < 2:
        raise Refusal(
            lambda: _("{title}: fewer than two arms have a usable score.").format(title=sample.title)
        )
    name = (
        sample.instrument.key
        if sample.scale.key == "total"
        else f"{sample.instrument.key}_{sample.scale.key}"
    )
    rows = sample.scores.drop(columns=name, errors="ignore").rename(columns={"value": name})
    fit = fit_growth(
        rows,
        outcome=name,
        time=time_unit,
        group="episode",
        covariates=["arm"] if by_arm else [],
        interactions=["arm"] if by_arm else [],
        random=random,
        method=method,
        reference={"arm": reference} if by_arm and reference else None,
    )
    terms = {term: fit.estimate(term) for term in fit.coef}
    return GrowthFigures(time_unit, random, fit, terms, _slopes(fit, time_unit))


def _slopes(fit: GrowthFit, time: str) -> dict[str, Estimate]:
    if not fit.reference:
        return {"all": fit.estimate(time)}
    others = [name for name in fit.coef if name.startswith(f"{time}:arm")]
    slopes = {fit.reference["arm"]: fit.estimate(time)}
    return slopes | {
        name.removeprefix(f"{time}:arm"): fit.combination({time: 1.0, name: 1.0}) for name in others
    }
