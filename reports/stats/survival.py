"""How long until it happens, where some are not followed to the end (Kaplan and Meier 1958); median and intervals."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import CensoredData, ecdf

from measures.language import gettext as _
from reports.stats.errors import Refusal

_HALF = 0.5 + 1e-12  # a product of fractions that is one half may come out a hair above it


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """One time at which something was seen.

    ``at_risk``: followed until then without the event. ``events`` and ``censored`` happen at this time; whoever
    is censored at a time is still at risk for an event at that time. ``survival``: the share without the event
    after this time, with its interval; ``None`` where that is undefined, at a share of 1 or 0.
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """The estimate: ``n`` followed, of whom ``events`` had the event; ``steps`` in order of time.

    ``median``: the first time by which half had the event, with the bounds of its interval; ``None`` where a
    curve does not come down so far.
    """

    n: int
    events: int
    level: float
    steps: tuple[SurvivalStep, ...]
    median: float | None
    median_low: float | None
    median_high: float | None

    def at(self, time: float) -> float | None:
        """The share without the event after ``time``; ``None`` beyond the last time that was followed, unless
        nobody is left there without it."""
        survival = 1.0
        for step in self.steps:
            if step.time > time:
                return survival
            survival = step.survival
        known = not self.steps or time <= self.steps[-1].time or survival == 0
        return survival if known else None

    def at_risk(self, time: float) -> int:
        """How many were followed to ``time`` or longer without having had the event before it."""
        return next((step.at_risk for step in self.steps if step.time >= time), 0)


def kaplan_meier(times: npt.ArrayLike, observed: npt.ArrayLike, level: float = 0.95) -> KaplanMeier:
    """The share without the event by time, from ``times`` (in any one unit, from a common zero, not negative)
    and ``observed`` (true: the event happened at that time; false: followed until then without it).

    ``S(t) = prod (1 - d / n)`` over the event times up to ``t`` with ``d`` events among ``n`` at risk (Kaplan &
    Meier 1958). Greenwood's variance; the interval on the scale of ``log(-log S)`` (Kalbfleisch & Prentice
    1980), pointwise, at confidence ``level``. The median is the first time at which ``S`` is at most one half;
    its interval holds the times whose interval of ``S`` holds one half (Brookmeyer & Crowley 1982).

    Missing-data policy: somebody of whom nothing is known after the zero is left out by the caller; NaN is
    refused. Leaving early must have nothing to do with the event, which no program can check. ``Refusal`` for
    nobody, for times and events that do not fit each other, for a time that is negative or not a number, and for an
    event that is neither true nor false.
    """
    known, seen = _checked(times, observed)
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    curve = ecdf(CensoredData(uncensored=known[seen], right=known[~seen])).sf
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        bounds = curve.confidence_interval(level, method="log-log")
    steps = tuple(
        _step(known, seen, *row)
        for row in zip(
            curve.quantiles,
            curve.probabilities,
            bounds.low.probabilities,
            bounds.high.probabilities,
            strict=True,
        )
    )
    return KaplanMeier(
        n=len(known),
        events=int(seen.sum()),
        level=level,
        steps=steps,
        median=_first(steps, [step.survival for step in steps]),
        median_low=_first(steps, [step.low for step in steps]),
        median_high=_first(steps, [step.high for step in steps]),
    )


def _checked(
    times: npt.ArrayLike, observed: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    known, said = np.asarray(times, dtype=float), np.asarray(observed)
    if not np.isin(said, (0, 1)).all():
        raise Refusal(lambda: _("whether the event happened must be true or false, 1 or 0"))
    seen = said.astype(bool)
    if known.ndim != 1 or known.shape != seen.shape:
        raise Refusal(lambda: _("each person needs one time, and whether the event happened at it"))
    if not len(known):
        raise Refusal(lambda: _("nobody was followed, so that there is no time to report"))
    if not np.isfinite(known).all() or (known < 0).any():
        raise Refusal(lambda: _("a time is missing or negative"))
    return known, seen


def _step(
    times: npt.NDArray[np.float64],
    seen: npt.NDArray[np.bool_],
    time: float,
    survival: float,
    low: float,
    high: float,
) -> SurvivalStep:
    here = times == time
    defined = 0 < survival < 1
    return SurvivalStep(
        time=float(time),
        at_risk=int((times >= time).sum()),
        events=int((here & seen).sum()),
        censored=int((here & ~seen).sum()),
        survival=float(survival),
        low=float(low) if defined else None,
        high=float(high) if defined else None,
    )


def _first(steps: tuple[SurvivalStep, ...], values: list[float | None]) -> float | None:
    """The first time at which a curve is at most one half."""
    return next(
        (
            step.time
            for step, value in zip(steps, values, strict=True)
            if value is not None and value <= _HALF
        ),
        None,
    )
