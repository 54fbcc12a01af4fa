"""The answers of many people, column by column: checked as one by one, kept in the smallest type that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from measures.bulk.numbers import Array, Bools, smallest
from measures.errors import AnswerError, BulkAnswerError
from measures.instrument import Instrument, Item, Number
from measures.scoring import check_answer, items_by_code

# Rows that are worked on at a time: few enough for what lies between the steps to stay in cache.
SLICE = 2**16

_NUMBERS = {"i": np.int64, "u": np.uint64, "f": np.float64}


@dataclass(frozen=True, slots=True)
class Column:
    """The answers to one item: ``values`` (yes = 1; 0 where there is none) and where an answer was ``given``."""

    values: Array
    given: Bools

    def part(self, rows: slice) -> Column:
        return Column(self.values[rows], self.given[rows])


@dataclass(frozen=True, slots=True)
class _Refused:
    place: int  # of the first row with an answer that cannot be accepted
    count: int
    name: str  # as the column is called
    reason: str


def slices(rows: int) -> Iterator[slice]:
    """The rows in order, at least one slice, so that no rows are worked on like some."""
    return (slice(start, min(start + SLICE, rows)) for start in range(0, max(rows, 1), SLICE))


def read_answers(instrument: Instrument, answers: pd.DataFrame, numbering: str | None) -> dict[str, Column]:
    """One column for each item of the instrument, under its own code.

    NaN, ``None`` and ``pd.NA`` are unanswered, an absent column is unanswered by everybody. Raises
    ``AnswerError`` for a column that is no item or stands twice, ``BulkAnswerError`` for wrong answers,
    ``UnknownNumbering``.
    """
    items = _items_of_columns(instrument, answers, numbering)
    columns = {item.code: _unanswered(item, len(answers)) for item in instrument.items}
    refused: list[_Refused] = []
    for place, (name, item) in enumerate(items.items()):
        series = answers.iloc[:, place]
        columns[item.code], wrong = _read(item, series)
        if wrong.any():
            refused.append(_refusal(name, item, series, wrong))
    if refused:
        first = min(refused, key=lambda one: one.place)
        total = sum(one.count for one in refused)
        raise BulkAnswerError(answers.index[first.place], first.name, first.reason, total)
    return columns


def _items_of_columns(
    instrument: Instrument, answers: pd.DataFrame, numbering: str | None
) -> Mapping[str, Item]:
    known = items_by_code(instrument, numbering)
    found: dict[str, Item] = {}
    for name in answers.columns:
        if name not in known:
            raise AnswerError(str(name)[:40], f"is not an item of {instrument.key}")
        if name in found:
            raise AnswerError(name, "stands in more than one column")
        found[name] = known[name]
    return found


def _unanswered(item: Item, rows: int) -> Column:
    return Column(np.zeros(rows, _storage(item)), np.zeros(rows, np.bool_))


def _storage(item: Item) -> np.dtype[Any]:
    """The smallest type for the answers to an item that also holds them turned round (minimum + maximum - x)."""
    return smallest(abs(item.minimum) + abs(item.maximum)) if _is_whole(item) else np.dtype(np.float64)


def _is_whole(item: Item) -> bool:
    values: list[Number] = [item.minimum, item.maximum, *(option.value for option in item.options)]
    return not item.decimals and all(value == int(value) for value in values)


def _read(item: Item, series: pd.Series[Any]) -> tuple[Column, Bools]:
    """The column, and which of its answers are wrong. The values at these places mean nothing."""
    given = series.notna().to_numpy()
    if series.dtype.kind not in "biuf":  # objects, as a file is read in: booleans or numbers after all?
        series = series.astype(object).convert_dtypes()
    kind = series.dtype.kind
    if kind not in "biuf" or item.kind == "text":
        return _read_cells(item, series, given)
    if (item.kind == "boolean") != (kind == "b"):
        return _unanswered(item, len(series)), given
    if kind == "b":
        return Column(series.to_numpy(np.int8, na_value=0), given), np.zeros_like(given)
    is_plain = isinstance(series.dtype, np.dtype)
    numbers = series.to_numpy() if is_plain else series.to_numpy(_NUMBERS[kind], na_value=0)
    return _read_numbers(item, numbers, given)


def _read_numbers(item: Item, numbers: Array, given: Bools) -> tuple[Column, Bools]:
    values, wrong = np.empty(len(numbers), _storage(item)), np.empty_like(given)
    for rows in slices(len(numbers)):
        present = np.where(given[rows], numbers[rows], 0)
        with np.errstate(invalid="ignore"):  # what does not fit the small type no longer equals itself
            values[rows] = present
        wrong[rows] = given[rows] & ~_are_answers(item, present, values[rows])
    return Column(values, given), wrong


def _are_answers(item: Item, numbers: Array, values: Array) -> Bools:
    right = (values == numbers) & (values >= item.minimum) & (values <= item.maximum)
    options = [option.value for option in item.options]
    if options and not (_is_whole(item) and len(options) > item.maximum - item.minimum):
        right &= np.isin(values, options)
    if item.kind == "number" and not item.decimals:
        right &= values == np.floor(values)
    return np.asarray(right, np.bool_)


def _read_cells(item: Item, series: pd.Series[Any], given: Bools) -> tuple[Column, Bools]:
    values, wrong = _unanswered(item, len(series)).values, np.zeros_like(given)
    for place in np.flatnonzero(given):
        try:
            answer = check_answer(item, _plain_cell(series, place))
        except AnswerError:
            wrong[place] = True
        else:
            values[place] = 0 if isinstance(answer, str) or answer is None else answer
    return Column(values, given), wrong


def _plain_cell(series: pd.Series[Any], place: np.intp | int) -> object:
    cell: object = series.iloc[int(place)]
    return cell.item() if isinstance(cell, np.generic) else cell


def _refusal(name: str, item: Item, series: pd.Series[Any], wrong: Bools) -> _Refused:
    place = int(wrong.argmax())
    return _Refused(place, int(wrong.sum()), name, _reason(item, _plain_cell(series, place)))


def _reason(item: Item, answer: object) -> str:
    try:
        check_answer(item, answer)
    except AnswerError as error:
        return error.reason
    raise AssertionError(f"item {item.code}: refused in bulk, accepted one by one")
