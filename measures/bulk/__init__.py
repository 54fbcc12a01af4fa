"""Scoring in bulk: a frame of answers in, frames of results out. The only part of ``measures`` that needs pandas.

There is one set of rules. Each function here is the twin of one in ``measures`` for a single person, reads the
same definition, and has no clinical number of its own; the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from measures.bulk.algorithms import TWINS, Cases, Verdicts
from measures.bulk.answers import Column, read_answers, slices
from measures.bulk.numbers import Array
from measures.bulk.scales import ScaleColumns, ScalePlan, add_up, score_columns, strict_score
from measures.bulk.skips import LeftOut, left_out_columns
from measures.errors import AnswerError
from measures.instrument import Critical, Instrument, Levels

__all__ = ["BulkScored", "score_frame", "total_frame"]

_CRITICAL = ["denied", "unanswered", "endorsed"]

Columns = Mapping[str, Column]
Codes = npt.NDArray[np.int8]  # places among categories, -1 for none
Results = dict[tuple[str, str], Array]  # by frame and column


@dataclass(frozen=True, slots=True, eq=False)
class BulkScored:
    """What ``Scored`` holds for one person, for every row of a frame, under the index of that frame.

    ``scales``: the score under the key of the scale, NaN where one answer is missing, and the other fields
    of ``ScaleResult`` as ``total.prorated``, ``total.partial``, ``total.items_answered``,
    ``total.items_missing``, ``total.band`` (ordered; of the first band set), ``total.sum``, ``total.mean``,
    ``total.percent``. ``outcomes``: nullable booleans, ``<NA>`` while a conclusion hangs on missing answers.
    ``levels``: ordered; missing while open, ``triage.at_least`` how high it is already. ``critical``:
    "endorsed", "denied" or "unanswered" under the code of each safety item, missing where it was not to be
    asked.
    """

    instrument_key: str
    version: str
    scales: pd.DataFrame
    outcomes: pd.DataFrame
    levels: pd.DataFrame
    critical: pd.DataFrame


def score_frame(instrument: Instrument, answers: pd.DataFrame, numbering: str | None = None) -> BulkScored:
    """Score every row of a frame whose columns are item codes, as ``scoring.score`` scores one person.

    NaN, ``None`` and ``pd.NA`` mean unanswered; an absent column is unanswered in every row. With
    ``numbering`` the columns are the codes of another numbering of the instrument.

    Raises ``BulkAnswerError`` when an answer cannot be accepted (it names the first and counts them; nothing
    is clipped or dropped), ``AnswerError`` for a column that is no item or stands twice, and for an
    instrument without items, ``UnknownNumbering``.
    """
    plans = _plans(instrument)
    columns = read_answers(instrument, answers, numbering)
    results = _by_slices(columns, len(answers), lambda part: _score(instrument, plans, part))

    def frame(name: str, dress: Callable[[str, Array], Any]) -> pd.DataFrame:
        parts = {key: dress(key, column) for (part, key), column in results.items() if part == name}
        return pd.DataFrame(parts, index=answers.index, copy=False)

    bands = {f"{plan.scale.key}.band": [band.key for band in plan.scale.bands] for plan in plans}
    steps = {name: names for levels in instrument.levels for name, names in _level_names(levels).items()}
    return BulkScored(
        instrument_key=instrument.key,
        version=instrument.version,
        scales=frame(
            "scales",
            lambda key, column: _categories(column, bands[key], ordered=True) if key in bands else column,
        ),
        outcomes=frame("outcomes", lambda key, yes: pd.arrays.BooleanArray(yes, results["open", key])),
        levels=frame("levels", lambda key, codes: _categories(codes, steps[key], ordered=True)),
        critical=frame("critical", lambda _, codes: _categories(codes, _CRITICAL)),
    )


def total_frame(instrument: Instrument, answers: pd.DataFrame, numbering: str | None = None) -> pd.DataFrame:
    """The strict score of every scale and nothing else: a column for each, NaN where one answer is missing.

    A third of the time of ``score_frame``. Answers are checked and refused as there.
    """
    plans = _plans(instrument)
    columns = read_answers(instrument, answers, numbering)
    results = _by_slices(columns, len(answers), lambda part: _totals(instrument, plans, part))
    return pd.DataFrame(
        {key: column for (_, key), column in results.items()}, index=answers.index, copy=False
    )


def _plans(instrument: Instrument) -> list[ScalePlan]:
    if not instrument.items:
        raise AnswerError("answers", f"cannot be scored: of {instrument.key} only totals are known")
    return [ScalePlan.of(instrument, scale) for scale in instrument.scales]


def _by_slices(columns: Columns, rows: int, work: Callable[[Columns], Results]) -> Results:
    """The results of all rows, worked on slice by slice."""
    whole: Results = {}
    for place in slices(rows):
        part = work({code: column.part(place) for code, column in columns.items()})
        for name, values in part.items():
            if name not in whole:
                whole[name] = np.empty(rows, values.dtype)
            whole[name][place] = values
    return whole


def _totals(instrument: Instrument, plans: Sequence[ScalePlan], columns: Columns) -> Results:
    left_out = left_out_columns(instrument, columns)
    return {("scales", plan.scale.key): strict_score(plan, add_up(plan, columns, left_out)) for plan in plans}


def _score(instrument: Instrument, plans: Sequence[ScalePlan], columns: Columns) -> Results:
    left_out = left_out_columns(instrument, columns)
    scales = {plan.scale.key: score_columns(plan, add_up(plan, columns, left_out)) for plan in plans}
    outcomes = _decide(instrument, columns, left_out, scales)
    results: Results = {
        ("scales", f"{key}.{field}" if field else key): values
        for key, scale in scales.items()
        for field, values in scale.results.items()
    }
    for key, verdicts in outcomes.items():
        results["outcomes", key] = verdicts.yes
        results["open", key] = ~(verdicts.yes | verdicts.no)
    for levels in instrument.levels:
        for name, codes in zip(_level_names(levels), _levels(levels, outcomes), strict=True):
            results["levels", name] = codes
    for item in instrument.items:
        if item.critical:
            codes = _critical_states(item.critical, columns[item.code], left_out.get(item.code))
            results["critical", item.code] = codes
    return results


def _decide(
    instrument: Instrument,
    columns: Columns,
    left_out: Mapping[str, LeftOut],
    scales: Mapping[str, ScaleColumns],
) -> dict[str, Verdicts]:
    answers = {**columns, **{code: left.fill(columns[code]) for code, left in left_out.items()}}
    decided: dict[str, Verdicts] = {}
    for outcome in instrument.outcomes:
        decided[outcome.key] = TWINS[outcome.algorithm](Cases(answers, scales, decided), **outcome.parameters)
    return decided


def _level_names(levels: Levels) -> dict[str, list[str]]:
    """The two columns of a set of levels, the level and how high it is already, and their categories."""
    names = [levels.lowest, *(step.key for step in levels.steps)]
    return {levels.key: names, f"{levels.key}.at_least": names}


def _levels(levels: Levels, outcomes: Mapping[str, Verdicts]) -> tuple[Codes, Codes]:
    verdicts = [outcomes[step.outcome] for step in levels.steps]
    reached, is_open = np.zeros(len(verdicts[0].yes), np.int8), np.zeros(len(verdicts[0].yes), np.bool_)
    for place, met in enumerate(verdicts, start=1):
        reached[met.yes] = place
        is_open = (is_open & ~met.yes) | ~(met.yes | met.no)
    return np.where(is_open, np.int8(-1), reached), reached


def _critical_states(critical: Critical, column: Column, left: LeftOut | None) -> Codes:
    denied, unanswered, endorsed = range(len(_CRITICAL))
    answered = np.where(column.values >= critical.review, endorsed, denied)
    codes = np.where(column.given, answered, unanswered).astype(np.int8)
    if left is not None:
        codes[left.where] = -1
    return codes


def _categories(codes: Codes, names: list[str], *, ordered: bool = False) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype="str"), ordered=ordered)
