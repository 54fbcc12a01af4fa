"""Columns of a regression from columns of a table: treatment coding, interactions, dependence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from measures.language import gettext as _
from measures.words.phrases import listed
from reports.stats.errors import Refusal

Floats = npt.NDArray[np.floating]

INTERCEPT = "(Intercept)"
_DEPENDENT = 1e-12  # smallest eigenvalue of the scaled X'X at or below which columns depend on one another


@dataclass(frozen=True, eq=False)
class Design:
    """A design matrix with the name of each column, and the reference level of each categorical variable."""

    names: tuple[str, ...]
    matrix: Floats
    reference: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows left out of a complete-case analysis, each counted once under the first column it lacks."""

    rows: int
    by_column: Mapping[str, int]


def complete_rows(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, Dropped]:
    """The rows that have a value in every one of ``columns``, and how many were left out for the lack of
    which.

    Raises ``KeyError`` naming a column that the frame does not have.
    """
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise KeyError(f"no column {', '.join(absent)}")
    wanted = list(dict.fromkeys(columns))
    lacking = frame[wanted].isna()
    first = lacking.idxmax(axis=1)[lacking.any(axis=1)]
    counts = {name: int((first == name).sum()) for name in wanted}
    kept = frame.loc[~lacking.any(axis=1), wanted]
    return kept, Dropped(len(first), {name: count for name, count in counts.items() if count})


def design(frame: pd.DataFrame, terms: Sequence[str], reference: Mapping[str, str] | None = None) -> Design:
    """An intercept and a column or more for each term.

    A term is a column name, or two joined by ``:`` for their product. Numbers and booleans are taken as
    they are; anything else is treatment-coded against its reference level (named in ``reference``; else the
    first category, in sorted order where the column has no order of its own) under the name column + level.
    Values must be complete. Raises ``ValueError`` for a reference that does not occur, ``Refusal`` for a
    variable with one level.
    """
    variables = dict.fromkeys(name for term in terms for name in term.split(":"))
    coded = {name: _coded(frame[name], (reference or {}).get(name)) for name in variables}
    columns: dict[str, Floats] = {INTERCEPT: np.ones(len(frame))}
    for term in terms:
        columns |= _product([coded[name][0] for name in term.split(":")])
    levels = {name: level for name, (_, level) in coded.items() if level is not None}
    return Design(tuple(columns), np.column_stack(list(columns.values())), levels)


def refuse_dependence(gram: Floats, names: Sequence[str]) -> None:
    """Raise ``Refusal`` naming the columns that are constant or the sum of others, from the matrix X'X."""
    size = np.sqrt(np.diag(gram))
    if not size.all():
        raise Refusal(
            lambda: _("{names}: zero in every case that can be used.").format(
                names=listed(map(str, np.array(names)[size == 0]))
            )
        )
    values, vectors = np.linalg.eigh(gram / np.outer(size, size))
    if values[0] > _DEPENDENT:
        return
    share = np.abs(vectors[:, 0])
    involved = [name for name, part in zip(names, share, strict=True) if part > share.max() / 100]
    others = [name for name in involved if name != INTERCEPT]
    if len(others) == 1:
        raise Refusal(lambda: _("{name} is constant in the cases that can be used.").format(name=others[0]))
    raise Refusal(
        lambda: _("{names} cannot be told apart: one follows from the others.").format(names=listed(others))
    )


def _coded(column: pd.Series, reference: str | None) -> tuple[dict[str, Floats], str | None]:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return {str(column.name): column.to_numpy(float)}, None
    values = column.astype("category").cat.remove_unused_categories()
    levels = [str(level) for level in values.cat.categories]
    if len(levels) < 2:
        raise Refusal(
            lambda: _("{name} has a single level in the cases that can be used.").format(name=column.name)
        )
    baseline = levels[0] if reference is None else reference
    if baseline not in levels:
        raise ValueError(f"{column.name}: reference level {baseline!r} is not among {', '.join(levels)}")
    codes = values.cat.codes.to_numpy()
    indicators = {
        f"{column.name}{level}": (codes == code).astype(float)
        for code, level in enumerate(levels)
        if level != baseline
    }
    return indicators, baseline


def _product(factors: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    columns = dict(factors[0])
    for factor in factors[1:]:
        columns = {f"{a}:{b}": x * y for a, x in columns.items() for b, y in factor.items()}
    return columns
