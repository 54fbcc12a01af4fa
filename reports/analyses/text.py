"""The figures of an analysis as lines of text, from the same plain result that is stored and sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Plain = Mapping[str, Any]  # as it comes out of JSON
Row = Sequence[object]

SINGULAR = (
    "The fit is singular: a variance was estimated as zero, or a correlation as one; "
    "the random part asks more of the data than they hold."
)
NOT_CONVERGED = "The optimum was not proved to be a minimum: do not use these figures."


def lines(analysis: str, result: Plain) -> list[str]:
    """The result of ``course``, ``growth``, ``contrast``, ``predict``, ``published``, ``regress`` or
    ``relapse`` in words."""
    return _WRITERS[analysis](result)


def _course(result: Plain) -> list[str]:
    means = [
        (mean["arm"], mean["time"], mean["n"], *_numbers(mean, "mean", "sd", "low", "high"))
        for mean in result["means"]
    ]
    rates = [
        (
            rate["key"],
            arm,
            found["met"],
            found["n"],
            found["undecided"],
            *_numbers(found, "proportion", "low", "high"),
        )
        for rate in result["rates"]
        for arm, found in ({"all": rate["all"]} | rate["by_arm"]).items()
    ]
    return [
        f"{result['patients']} patients, {result['episodes']} episodes",
        "",
        *_table(("arm", "time point", "n", "mean", "sd", "95 % low", "high"), means),
        "",
        *(f"{rate['key']}: {rate['definition']}." for rate in result["rates"]),
        "",
        *_table(("outcome", "arm", "met", "of", "undecided", "share", "95 % low", "high"), rates),
        *_significant(result["significant_change"]),
    ]


def _significant(found: Plain | None) -> list[str]:
    if found is None:
        return []
    counts = [(name, found[name]) for name in ("recovered", "improved", "unchanged", "deteriorated")]
    return [
        "",
        f"Clinically significant change (Jacobson and Truax), {found['n']} patients, {found['dropped']} left out: "
        f"reliable beyond {found['threshold']:.4f} points, cut-off {found['cutoff']:.4f}",
        *_table(("category", "patients"), counts),
    ]


def _growth(result: Plain) -> list[str]:
    return [
        *_fit(result["fit"], result["terms"]),
        "",
        *_terms(result["slopes"], f"per {result['time_unit']}"),
    ]


def _contrast(result: Plain) -> list[str]:
    fit = result["fit"]
    bare = {name: {"value": fit["coef"][name], "se": fit["se"][name]} for name in fit["coef"]}
    return [*_fit(fit, bare), "", *_terms(result["differences"], "difference")]


def _fit(fit: Plain, terms: Mapping[str, Plain]) -> list[str]:
    return [
        f"{fit['formula']}, {fit['method']}: {fit['n_obs']} scores of {fit['n_groups']} episodes, "
        f"{fit['dropped']['rows']} rows left out",
        *(f"reference of {name}: {level}" for name, level in fit["reference"].items()),
        f"log-likelihood {fit['log_likelihood']:.6f}",
        *([SINGULAR] if fit["singular"] else []),
        *([] if fit["converged"] else [NOT_CONVERGED]),
        "",
        *_terms(terms, "fixed effect"),
        "",
        *_table(
            ("variance component", "value"), [(name, _number(each)) for name, each in fit["varcomp"].items()]
        ),
    ]


def _predict(result: Plain) -> list[str]:
    models = [line for model in result["models"] for line in ["", *_predictor(model)]]
    return [
        f"{result['outcome']} at {result['endpoint']} on {', '.join(result['covariates'])} and one predictor at a time",
        *(f"left out: {name}. {reason}" for name, reason in result["left_out"].items()),
        *models,
        "",
        *(f"refused: {name}. {reason}" for name, reason in result["refused"].items()),
    ]


def _relapse(result: Plain) -> list[str]:
    arms = [
        (arm["arm"], arm["since"], arm["relapses"], arm["n"], arm["not_in_remission"], arm["not_followed"])
        for arm in result["arms"]
    ]
    free = [
        (arm["arm"], row["day"], row["at_risk"], *_numbers(row, "free", "low", "high"))
        for arm in result["arms"]
        for row in arm["at"]
    ]
    counted = ("arm", "days count from", "relapsed", "of", "not in remission", "not followed")
    return [
        *_table(counted, arms),
        "",
        *_table(("arm", "day", "at risk", "without relapse", "95 % low", "high"), free),
        *(f"{arm['arm']}: {arm['refused']}" for arm in result["arms"] if arm["refused"]),
    ]


def _predictor(model: Plain) -> list[str]:
    partial = model["partial"]
    return [
        *_regression(model["regression"]),
        f"partial correlation of {model['predictor']}: {partial['r']:.3f} "
        f"(bootstrap {partial['low']:.3f} to {partial['high']:.3f}, {partial['resamples']} resamples)",
    ]


def _regression(fit: Plain) -> list[str]:
    dropped = ", ".join(f"{name} {count}" for name, count in fit["dropped"]["by_column"].items())
    return [
        f"{fit['formula']}: {fit['n']} complete cases, {fit['dropped']['rows']} left out"
        + (f" (lacking {dropped})" if dropped else ""),
        *(f"reference of {name}: {level}" for name, level in fit["reference"].items()),
        f"R2 {fit['r_squared']:.4f}, {fit['errors']} standard errors",
        *_terms(fit["terms"], "term"),
    ]


def _terms(terms: Mapping[str, Plain], title: str) -> list[str]:
    rows = [(name, *_numbers(term, "value", "se", "low", "high", "p")) for name, term in terms.items()]
    return _table((title, "value", "se", "95 % low", "high", "p"), rows)


def _published(result: Plain) -> list[str]:
    rows = [
        (row["what"], row["arm"], row["time_point"], row["unit"], *_numbers(row, "published"), row["n"],
         *_numbers(row, "value", "low", "high"), row["reason"])
        for row in result["rows"]
    ]  # fmt: skip
    head = ("figure", "arm", "time point", "unit", "published", "n", "computed", "95 % low", "high", "")
    return [f"protocol {result['protocol']}, version {result['version']}", "", *_table(head, rows)]


def _numbers(found: Plain, *names: str) -> list[str]:
    return [_number(found.get(name)) for name in names]


def _number(value: object) -> str:
    return "" if value is None else f"{value:.6g}"


def _table(head: Row, rows: Iterable[Row]) -> list[str]:
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


_WRITERS = {
    "course": _course,
    "growth": _growth,
    "contrast": _contrast,
    "predict": _predict,
    "relapse": _relapse,
    "published": _published,
    "regress": _regression,
}
