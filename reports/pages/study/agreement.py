"""The page "Raters and blinding" of a study: do raters agree, and was the treatment guessed?

Figures are those that the worker stored, withheld by the same rule as on the study's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from measures.instrument import Instrument
from reports.charts import Figure, IntervalRow, Intervals, intervals
from reports.models import StudyResult
from reports.pages.study.page import may_see_patients
from reports.pages.study.withholding_raters import withhold_agreement, withhold_blinding
from tracking.models import Study, User
from tracking.rules.policies.instruments import Shelf
from tracking.templatetags.figures import fixed

Json = Mapping[str, Any]
LEVEL = "95 % interval"
GUESSED_BY = {"patient": "Patients", "therapist": "Therapists", "rater": "Raters"}
MONTHS = 6  # in a period of the drift


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture, as it is drawn on a desk and on a phone."""

    wide: Figure
    narrow: Figure


@dataclass(frozen=True, slots=True)
class InstrumentAgreement:
    """Agreement on one instrument. ``refused`` says why there is none. ``main``: the scale that raters are
    compared on; ``sentence``: the answer on it. ``periods``: the picture of drift."""

    instrument: Instrument
    found: Json
    refused: str
    main: Json | None
    sentence: str
    raters: Drawn | None
    periods: Drawn | None


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """Everything that the page shows. ``answers``: its first sentences; ``others``: those on what therapists and
    raters guessed."""

    study: Study
    withheld_below: int | None
    computed_at: datetime | None
    answers: Sequence[str]
    others: Sequence[str]
    agreements: Sequence[InstrumentAgreement]
    blinding: Json | None
    blinding_refused: str
    guesses: Drawn | None
    expectancy: Drawn | None


def agreement_page(user: User, study: Study, smallest: int) -> AgreementPage:
    """Everything on the page of one visible study; ``smallest``: the fewest patients of a group that is shown to
    somebody who does not treat all of them."""
    limit = None if may_see_patients(user, study) else smallest
    stored = StudyResult.objects.filter(study=study, analysis__in=("agreement", "blinding"))
    rows = sorted(stored, key=lambda row: (row.instrument != study.outcome_instrument, row.instrument))
    agreements = [_agreement(study, row, limit) for row in rows if row.analysis == "agreement"]
    hidden = next((row.result for row in rows if row.analysis == "blinding"), None)
    found = withhold_blinding(hidden, limit) if hidden and limit else hidden
    guessers = _guessers(found)
    told = _arms(guessers)
    own = [each for each in told if each[0] == "patient"]
    others = [each for each in told if each[0] != "patient"]
    return AgreementPage(
        study=study,
        withheld_below=limit,
        computed_at=max((row.computed_at for row in rows), default=None),
        answers=[*(each.sentence for each in agreements if each.main), *map(_guessed, own)],
        others=list(map(_guessed, others)),
        agreements=agreements,
        blinding=found if found and "refused" not in found else None,
        blinding_refused=_why_no_guess(found),
        guesses=_guess_figure(guessers),
        expectancy=_expectancy_figure(found),
    )


def _agreement(study: Study, row: StudyResult, limit: int | None) -> InstrumentAgreement:
    instrument = Shelf().get(row.instrument, study=study)
    found = withhold_agreement(row.result, limit) if limit else row.result
    if "refused" in found:
        return InstrumentAgreement(instrument, found, found["refused"], None, "", None, None)
    main = next(scale for scale in found["scales"] if scale["key"] == found["main"])
    return InstrumentAgreement(
        instrument=instrument,
        found=_for_template(found),
        refused="",
        main=main,
        sentence=_agreed(instrument, main),
        raters=_deviations(instrument, found["raters"], "own score less that of the other rater", _rater),
        periods=_deviations(instrument, found["periods"], "own score less the mean of the pair", _rater_at),
    )


def _for_template(found: Json) -> Json:
    """With ICC(2,1) at hand by a name that a template can say."""
    scales = [{**scale, "icc21": scale["icc"].get("ICC(2,1)")} for scale in found["scales"]]
    return {**found, "scales": scales}


def _agreed(instrument: Instrument, main: Json) -> str:
    named = instrument.short_title in main["title"]
    what = main["title"] if named else f"{instrument.short_title}, {main['title']}"
    if "refused" in main["icc"]:
        return f"Agreement of raters on {what} cannot be told: {main['icc']['refused']}"
    icc = main["icc"]["ICC(2,1)"]
    known = icc["low"] is not None
    between = f"{LEVEL} {fixed(icc['low'])} to {fixed(icc['high'])}" if known else "no interval can be given"
    figures = f"ICC(2,1) {fixed(icc['value'])} ({between}), {main['n']} double ratings"
    return f"Two raters of the same patient on {what}: {figures}."


def _deviations(instrument: Instrument, rows: Sequence[Json], what: str, label: Any) -> Drawn | None:
    if not rows:
        return None
    return _drawn(
        Intervals(
            title=f"{instrument.short_title}: {what}",
            scale=f"Points of {instrument.short_title}: {what}",
            interval=LEVEL,
            reference=0,
            reference_label="no difference",
            reach=(-1, 1),
            rows_are="rater",
            counted="pairs",
            digits=1,
            rows=tuple(
                IntervalRow(label(row), row["rater"], row["mean"], row["low"], row["high"], row["n"])
                for row in rows
            ),
        ),
        key=f"{instrument.key}-{'periods' if label is _rater_at else 'raters'}",
    )


def _drawn(chart: Intervals, key: str) -> Drawn:
    return Drawn(intervals(chart, key=key), intervals(chart, key=f"{key}-narrow", narrow=True))


def _rater(row: Json) -> str:
    return f"Rater {row['rater']}"


def _rater_at(row: Json) -> str:
    first = row["period"] * MONTHS
    return f"Rater {row['rater']}, months {first + 1} to {first + MONTHS}"


def _guessers(found: Json | None) -> Sequence[Json]:
    if not found or "refused" in found or "refused" in found["guessers"]:
        return ()
    guessers: Sequence[Json] = found["guessers"]
    return guessers


def _why_no_guess(found: Json | None) -> str:
    if not found:
        return ""
    return found.get("refused", "") or ("" if _guessers(found) else found["guessers"]["refused"])


def _arms(guessers: Iterable[Json]) -> list[tuple[str, Json]]:
    return [(each["guesser"], arm) for each in guessers for arm in each["arms"] if arm["bang"]]


def _guessed(told: tuple[str, Json]) -> str:
    """The answer of one guesser on one arm, as far as its interval allows one."""
    guesser, arm = told
    bang = arm["bang"]
    who = GUESSED_BY[guesser]
    if not bang["se"]:
        same = f"{who} gave the same answer on all {bang['n']} patients of the arm {arm['arm']}"
        return f"{same}: Bang {fixed(bang['value'])}, of which no interval can be given."
    figures = (
        f"Bang {fixed(bang['value'])} ({fixed(bang['low'])} to {fixed(bang['high'])}), {bang['n']} patients"
    )
    if bang["low"] > 0:
        return f"{who} guessed the arm {arm['arm']} better than by chance: {figures}."
    if bang["high"] < 0:
        return f"{who} mostly took the arm {arm['arm']} for the other one: {figures}."
    return f"{who} did not demonstrably guess the arm {arm['arm']}: {figures}."


def _guess_figure(guessers: Sequence[Json]) -> Drawn | None:
    if not guessers:
        return None
    return _drawn(
        Intervals(
            title="Bang's index by guesser and arm",
            scale="Bang: −1 all guess the other arm, 1 all guess right",
            interval=LEVEL,
            reference=0,
            reference_label="as by chance",
            reach=(-1, 1),
            rows_are="guess by, arm",
            counted="patients",
            digits=2,
            rows=tuple(
                _index_row(GUESSED_BY[each["guesser"]], arm) for each in guessers for arm in each["arms"]
            ),
        ),
        key="guesses",
    )


def _index_row(who: str, arm: Json) -> IntervalRow:
    """Equal answers have no spread: the formula's interval of no width would look like certainty."""
    bang = arm["bang"] or dict.fromkeys(("value", "se", "low", "high", "n"))
    low, high = (bang["low"], bang["high"]) if bang["se"] else (None, None)
    return IntervalRow(f"{who}, {arm['arm']}", who, bang["value"], low, high, bang["n"])


def _expectancy_figure(found: Json | None) -> Drawn | None:
    means = found.get("expectancy", ()) if found else ()
    if not means:
        return None
    return _drawn(
        Intervals(
            title="Expected improvement by arm",
            scale="Improvement expected before treatment, %",
            interval=LEVEL,
            reference=0,
            reference_label="none",
            reach=(0, 100),
            rows_are="expected by, arm",
            counted="patients",
            digits=0,
            rows=tuple(
                IntervalRow(
                    f"{each['time'].capitalize()}, {each['arm']}",
                    each["time"],
                    each["mean"],
                    each["low"],
                    each["high"],
                    each["n"],
                )
                for each in means
            ),
        ),
        key="expectancy",
    )
