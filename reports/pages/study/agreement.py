"""The page "Raters and blinding" of a study: do raters agree, and was the treatment guessed?

Figures are those that the worker stored, withheld by the same rule as on the study's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.instrument import Instrument
from measures.language import marked
from reports import analyses
from reports.charts import Figure, IntervalRow, Intervals, intervals
from reports.pages.study.stored import Stored, stored_figures
from reports.plain import spoken
from tracking.models import Study, TreatmentEpisode, User
from tracking.queries.raters import raters_not_blind
from tracking.rules.policies.instruments import Shelf
from tracking.templatetags.figures import fixed

Json = Mapping[str, Any]
LEVEL = marked("95 % interval")
GUESSED_BY = {"patient": marked("Patients"), "therapist": marked("Therapists"), "rater": marked("Raters")}
GUESSER = {"patient": marked("Patient"), "therapist": marked("Therapist"), "rater": marked("Rater")}
EXPECTED_BY = {"patient": marked("Patient"), "clinician": marked("Clinician")}
NO_INTERVAL = {
    "patient": marked(
        "Patients gave the same answer on all {n} patients of the arm {arm}: Bang {bang}, of which no interval can be "
        "given."
    ),
    "therapist": marked(
        "Therapists gave the same answer on all {n} patients of the arm {arm}: Bang {bang}, of which no interval can "
        "be given."
    ),
    "rater": marked(
        "Raters gave the same answer on all {n} patients of the arm {arm}: Bang {bang}, of which no interval can be "
        "given."
    ),
}
GUESSED = {
    "patient": marked("Patients guessed the arm {arm} better than by chance: {figures}."),
    "therapist": marked("Therapists guessed the arm {arm} better than by chance: {figures}."),
    "rater": marked("Raters guessed the arm {arm} better than by chance: {figures}."),
}
MISTAKEN = {
    "patient": marked("Patients mostly took the arm {arm} for the other one: {figures}."),
    "therapist": marked("Therapists mostly took the arm {arm} for the other one: {figures}."),
    "rater": marked("Raters mostly took the arm {arm} for the other one: {figures}."),
}
NOT_GUESSED = {
    "patient": marked("Patients did not demonstrably guess the arm {arm}: {figures}."),
    "therapist": marked("Therapists did not demonstrably guess the arm {arm}: {figures}."),
    "rater": marked("Raters did not demonstrably guess the arm {arm}: {figures}."),
}
MONTHS = 6  # in a period of the drift


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture, as it is drawn on a desk and on a phone."""

    wide: Figure
    narrow: Figure


@dataclass(frozen=True, slots=True)
class InstrumentAgreement:
    """Agreement on one instrument. ``refused`` says why there is none. ``main``: the scale that raters are
    compared on; ``sentence``: the answer on it; ``rated_twice``: how much it rests on. ``periods``: the picture of
    drift."""

    instrument: Instrument
    found: Json
    refused: str
    main: Json | None
    sentence: str
    rated_twice: str
    raters: Drawn | None
    periods: Drawn | None


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """Everything that the page shows. ``answers``: its first sentences; ``others``: those on what therapists and
    raters guessed; ``not_blind``: why ratings that are called blind are not."""

    study: Study
    withheld_below: int | None
    rounded_to: int | None
    computed_at: datetime | None
    answers: Sequence[str]
    others: Sequence[str]
    agreements: Sequence[InstrumentAgreement]
    blinding: Json | None
    blinding_refused: str
    guesses: Drawn | None
    expectancy: Drawn | None
    not_blind: Sequence[str]


def agreement_page(user: User, study: Study) -> AgreementPage:
    """Everything on the page of one visible study."""
    figures = stored_figures(user, study)
    stored = [row for row in figures.figures if row.analysis in ("agreement", "blinding")]
    rows = sorted(stored, key=lambda row: (row.instrument != study.outcome_instrument, row.instrument))
    agreements = [_agreement(study, row) for row in rows if row.analysis == "agreement"]
    found = spoken(next((row.result for row in rows if row.analysis == "blinding"), None))
    guessers = _guessers(found)
    told = _arms(guessers)
    own = [each for each in told if each[0] == "patient"]
    others = [each for each in told if each[0] != "patient"]
    return AgreementPage(
        study=study,
        withheld_below=figures.withheld_below,
        rounded_to=figures.rounded_to,
        computed_at=max((row.computed_at for row in rows), default=None),
        answers=[*(each.sentence for each in agreements if each.main), *map(_guessed, own)],
        others=list(map(_guessed, others)),
        agreements=agreements,
        blinding={**found, "guessers": list(map(_named, guessers))}
        if found and "refused" not in found
        else None,
        blinding_refused=_why_no_guess(found),
        guesses=_guess_figure(guessers),
        expectancy=_expectancy_figure(found),
        not_blind=raters_not_blind(TreatmentEpisode.objects.filter(study=study)),
    )


def _agreement(study: Study, row: Stored) -> InstrumentAgreement:
    instrument = Shelf().get(row.instrument, study=study)
    found = spoken(row.result)
    if "refused" in found:
        return InstrumentAgreement(instrument, found, found["refused"], None, "", "", None, None)
    main = next(scale for scale in found["scales"] if scale["key"] == found["main"])
    return InstrumentAgreement(
        instrument=instrument,
        found=_for_template(found),
        refused="",
        main=main,
        sentence=_agreed(instrument, main),
        rated_twice=_rated_twice(found["pairs"], found["patients"]),
        raters=_deviations(instrument, found["raters"], _("own score less that of the other rater"), _rater),
        periods=_deviations(
            instrument, found["periods"], _("own score less the mean of the pair"), _rater_at
        ),
    )


def _for_template(found: Json) -> Json:
    """With ICC(2,1) at hand by a name that a template can say."""
    scales = [{**scale, "icc21": scale["icc"].get("ICC(2,1)")} for scale in found["scales"]]
    return {**found, "scales": scales}


def _agreed(instrument: Instrument, main: Json) -> str:
    named = instrument.short_title in main["title"]
    what = _(main["title"]) if named else f"{instrument.short_title}, {_(main['title'])}"
    if "refused" in main["icc"]:
        return _("Agreement of raters on {scale} cannot be told: {reason}").format(
            scale=what, reason=main["icc"]["refused"]
        )
    icc = main["icc"]["ICC(2,1)"]
    value, pairs = fixed(icc["value"]), _double_ratings(main["n"])
    if icc["low"] is None:
        return _(
            "Two raters of the same patient on {scale}: ICC(2,1) {value} (no interval can be given), {pairs}."
        ).format(scale=what, value=value, pairs=pairs)
    return _(
        "Two raters of the same patient on {scale}: ICC(2,1) {value} (95 % interval {low} to {high}), {pairs}."
    ).format(scale=what, value=value, low=fixed(icc["low"]), high=fixed(icc["high"]), pairs=pairs)


def _double_ratings(n: int) -> str:
    return ngettext("{n} double rating", "{n} double ratings", n).format(n=n)


def _rated_twice(pairs: int, patients: int) -> str:
    return _("{pairs} of {patients}.").format(pairs=_double_ratings(pairs), patients=_patients(patients))


def _deviations(instrument: Instrument, rows: Sequence[Json], what: str, label: Any) -> Drawn | None:
    if not rows:
        return None
    return _drawn(
        Intervals(
            title=f"{instrument.short_title}: {what}",
            scale=_("Points of {instrument}: {what}").format(instrument=instrument.short_title, what=what),
            interval=_(LEVEL),
            reference=0,
            reference_label=_("no difference"),
            reach=(-1, 1),
            rows_are=_("rater"),
            counted=_("pairs"),
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
    return _("Rater {letter}").format(letter=row["rater"])


def _rater_at(row: Json) -> str:
    first = row["period"] * MONTHS
    return _("Rater {letter}, months {first} to {last}").format(
        letter=row["rater"], first=first + 1, last=first + MONTHS
    )


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
    if not bang["se"]:
        return _(NO_INTERVAL[guesser]).format(n=bang["n"], arm=arm["arm"], bang=fixed(bang["value"]))
    figures = _("Bang {value} ({low} to {high}), {patients}").format(
        value=fixed(bang["value"]),
        low=fixed(bang["low"]),
        high=fixed(bang["high"]),
        patients=_patients(bang["n"]),
    )
    said = GUESSED if bang["low"] > 0 else MISTAKEN if bang["high"] < 0 else NOT_GUESSED
    return _(said[guesser]).format(arm=arm["arm"], figures=figures)


def _patients(n: int) -> str:
    return ngettext("{n} patient", "{n} patients", n).format(n=n)


def _named(guesser: Json) -> Json:
    """With who guessed, and what James's index rests on, in words."""
    james = guesser["james"]
    if "refused" not in james:
        patients = _patients(james["n"])
        words = (
            _("({low} to {high}), {patients}").format(
                low=fixed(james["low"]), high=fixed(james["high"]), patients=patients
            )
            if james["se"]
            else f", {patients}"
        )
        james = {**james, "rests_on": words}
    return {**guesser, "who": _(GUESSER[guesser["guesser"]]), "james": james}


def _guess_figure(guessers: Sequence[Json]) -> Drawn | None:
    if not guessers:
        return None
    return _drawn(
        Intervals(
            title=_("Bang's index by guesser and arm"),
            scale=_("Bang: −1 all guess the other arm, 1 all guess right"),
            interval=_(LEVEL),
            reference=0,
            reference_label=_("as by chance"),
            reach=(-1, 1),
            rows_are=_("guess by, arm"),
            counted=_("patients"),
            digits=2,
            rows=tuple(
                _index_row(_(GUESSED_BY[each["guesser"]]), arm) for each in guessers for arm in each["arms"]
            ),
        ),
        key="guesses",
    )


def _index_row(who: str, arm: Json) -> IntervalRow:
    """Equal answers have no spread: the formula's interval of no width would look like certainty."""
    bang = arm["bang"] or dict.fromkeys(("value", "se", "low", "high", "n"))
    low, high = (bang["low"], bang["high"]) if bang["se"] else (None, None)
    return IntervalRow(f"{who}, {arm['arm']}", who, bang["value"], low, high, bang["n"])


def _expected_arm(arm: str) -> str:
    return _("all") if arm == analyses.ALL else arm


def _expectancy_figure(found: Json | None) -> Drawn | None:
    means = found.get("expectancy", ()) if found else ()
    if not means:
        return None
    return _drawn(
        Intervals(
            title=_("Expected improvement by arm"),
            scale=_("Improvement expected before treatment, %"),
            interval=_(LEVEL),
            reference=0,
            reference_label=_("none"),
            reach=(0, 100),
            rows_are=_("expected by, arm"),
            counted=_("patients"),
            digits=0,
            rows=tuple(
                IntervalRow(
                    f"{_(EXPECTED_BY[each['time']])}, {_expected_arm(each['arm'])}",
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
