"""How far two raters of the same occasion agree: scores, single items, each rater, and all of it over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import cast

import pandas as pd
from django.utils.translation import gettext as _

from measures.instrument import Instrument, Item, Scale
from reports.analyses.refused import Refused, or_refused
from reports.frames import Rating, RatingPair
from reports.stats.cohort import mean_course
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate
from reports.stats.limits import Limits, drift, limits_of_agreement
from reports.stats.reliability import Agreement, Form, intraclass_correlations, weighted_kappa

DAYS_PER_YEAR = 365.25
PERIOD_DAYS = 183  # half-years, from the first double rating of the instrument


@dataclass(frozen=True, slots=True)
class ScaleAgreement:
    """One scale over the ``n`` pairs in which both scores are complete. ``drift``: the change in a year of first
    less second; ``drift_of_size``: that of its size, above 0 where agreement gets worse."""

    key: str
    title: str
    n: int
    patients: int
    icc: Mapping[Form, Agreement] | Refused
    limits: Limits | Refused
    drift: Estimate | Refused
    drift_of_size: Estimate | Refused


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """One item over the ``n`` pairs in which both answered it. ``kappa``: quadratic weights; ``None`` where both
    used one and the same answer throughout. ``equal``: pairs with the same answer."""

    code: str
    label: str
    n: int
    patients: int
    kappa: float | None
    equal: int


@dataclass(frozen=True, slots=True)
class RaterAt:
    """A rater's mean deviation over ``n`` pairs of so many ``patients``, in points of the main scale, with its t
    interval (``None`` from one pair)."""

    rater: str
    period: int
    patients: int
    n: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class AgreementFigures:
    """``raters``: own score less that of the other rater, over all time (period 0). ``periods``: own score less
    the mean of the pair, by half-year from the first double rating (0, 1, …). Both on the scale ``main``.
    Raters go by letters."""

    pairs: int
    patients: int
    main: str
    period_days: int
    scales: tuple[ScaleAgreement, ...]
    items: tuple[ItemAgreement, ...]
    raters: tuple[RaterAt, ...]
    periods: tuple[RaterAt, ...]


def agreement(
    pairs: Sequence[RatingPair], instrument: Instrument, main: str, letters: Mapping[int, str]
) -> AgreementFigures:
    """Every figure of agreement on one instrument. ``main``: the scale on which raters are compared.

    Of each scale all six intraclass correlations (ICC(2,1) is the one to report: raters of a pool, absolute
    agreement) and the limits of agreement; of each item with ordered answers the weighted kappa. Pairs are the
    unit; a patient may have several. Raises ``Refusal`` without a pair.
    """
    own = [pair for pair in pairs if pair.instrument == instrument.key]
    if not own:
        raise Refusal(lambda: _("No rating was made twice by different raters."))
    rows = _rater_rows(own, main, letters)
    return AgreementFigures(
        pairs=len(own),
        patients=_patients(own),
        main=main,
        period_days=PERIOD_DAYS,
        scales=tuple(_scale(own, scale) for scale in instrument.scales),
        items=tuple(_item(own, item) for item in instrument.items if _is_ordered(item)),
        raters=_by_rater(rows.assign(period=0), "deviation"),
        periods=_by_rater(rows, "from_mean"),
    )


def rater_letters(pairs: Sequence[RatingPair]) -> dict[int, str]:
    """A letter for each rater of a study, in the order in which they first appear: A to Z, then AA, AB, …"""
    seen = dict.fromkeys(rater for pair in pairs for rater in (pair.first.rater, pair.second.rater))
    return {rater: _letter(place) for place, rater in enumerate(seen)}


def _letter(place: int) -> str:
    round_, index = divmod(place, len(ascii_uppercase))
    return (_letter(round_ - 1) if round_ else "") + ascii_uppercase[index]


def _patients(pairs: Sequence[RatingPair]) -> int:
    return len({pair.patient for pair in pairs})


def _scale(pairs: Sequence[RatingPair], scale: Scale) -> ScaleAgreement:
    both = [pair for pair in pairs if scale.key in pair.first.scores and scale.key in pair.second.scores]
    first = [pair.first.scores[scale.key] for pair in both]
    second = [pair.second.scores[scale.key] for pair in both]
    apart = [one - two for one, two in zip(first, second, strict=True)]
    years = [(pair.on - pairs[0].on).days / DAYS_PER_YEAR for pair in both]
    return ScaleAgreement(
        key=scale.key,
        title=scale.title,
        n=len(both),
        patients=_patients(both),
        icc=or_refused(lambda: intraclass_correlations(list(zip(first, second, strict=True)))),
        limits=or_refused(lambda: limits_of_agreement(first, second)),
        drift=or_refused(lambda: drift(years, apart)),
        drift_of_size=or_refused(lambda: drift(years, [abs(each) for each in apart])),
    )


def _is_ordered(item: Item) -> bool:
    """Whether the answers are steps in an order, few enough for kappa: not text, not a measured number."""
    return item.kind == "boolean" or bool(item.options)


def _item(pairs: Sequence[RatingPair], item: Item) -> ItemAgreement:
    both = [
        (pair, one, two)
        for pair in pairs
        if (one := _answer(pair.first, item)) is not None and (two := _answer(pair.second, item)) is not None
    ]
    first, second = [one for _, one, _ in both], [two for _, _, two in both]
    steps = sorted({float(option.value) for option in item.options} or {0.0, 1.0})
    kappa = weighted_kappa(first, second, steps, "quadratic") if both else None
    equal = sum(one == two for one, two in zip(first, second, strict=True))
    return ItemAgreement(
        item.code, item.label, len(both), _patients([pair for pair, _, _ in both]), kappa, equal
    )


def _answer(rating: Rating, item: Item) -> float | None:
    answer = rating.answers.get(item.code)
    return None if answer is None else float(answer)


def _rater_rows(pairs: Sequence[RatingPair], main: str, letters: Mapping[int, str]) -> pd.DataFrame:
    """Two rows for each pair: each rater's own score less the other's, and less the mean of both."""
    rows = [
        (letters[own.rater], pair.patient, (pair.on - pairs[0].on).days // PERIOD_DAYS, apart, apart / 2)
        for pair in pairs
        for own, other in ((pair.first, pair.second), (pair.second, pair.first))
        if main in own.scores and main in other.scores
        for apart in [own.scores[main] - other.scores[main]]
    ]
    return pd.DataFrame(rows, columns=["rater", "patient", "period", "deviation", "from_mean"])


def _by_rater(rows: pd.DataFrame, column: str) -> tuple[RaterAt, ...]:
    people = rows.groupby(["rater", "period"])["patient"].nunique().to_dict()
    found = [
        RaterAt(
            rater=str(mean.arm),
            period=int(cast("int", mean.time)),
            patients=int(people[mean.arm, mean.time]),
            n=mean.n,
            mean=mean.mean,
            low=mean.low,
            high=mean.high,
        )
        for mean in mean_course(rows, outcome=column, arm="rater", time="period")
    ]
    return tuple(sorted(found, key=lambda each: (len(each.rater), each.rater, each.period)))
