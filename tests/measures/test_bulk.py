"""Scoring in bulk gives what scoring one by one gives: on the reference vectors and on random answers."""

from __future__ import annotations

import datetime
import itertools
import math
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import registry
from measures.algorithms import ALGORITHMS
from measures.bulk import answers as bulk_answers
from measures.bulk import score_frame, total_frame
from measures.bulk.algorithms import TWINS
from measures.errors import AnswerError, BulkAnswerError, UnknownNumbering
from measures.instrument import Instrument, Item
from measures.result import ScaleResult
from measures.scoring import Scored, score
from measures.verify import terms, verify
from tests.measures.definitions import EVERYTHING, SKIPS, SUMS
from tests.measures.vectors import FOLDER

Row = Mapping[str, Any]

SHIPPED = [
    registry.get(key, version)
    for key in registry.keys()  # noqa: SIM118, a function of the registry
    for version in registry.versions(key)
    if registry.get(key, version).items
]
INSTRUMENTS = [*SHIPPED, *EVERYTHING]
by_instrument = pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: f"{one.key}-{one.version}")
PHQ9 = registry.get("phq9")


SCALE_FIELDS = [field.name for field in fields(ScaleResult) if field.name != "band_set"]


def one_by_one(scored: Scored, instrument: Instrument) -> dict[str, Any]:
    """One person's result under the names that the columns of a bulk result have."""
    return {
        **{
            key if field == "value" else f"{key}.{field}": getattr(result, field)
            for key, result in scored.scales.items()
            for field in SCALE_FIELDS
        },
        **{f"outcome {key}": decided for key, decided in scored.outcomes.items()},
        **{f"level {key}": level.level for key, level in scored.levels.items()},
        **{f"level {key}.at_least": level.at_least for key, level in scored.levels.items()},
        **{f"item {one.code}": scored.critical.get(one.code) for one in instrument.items if one.critical},
    }


def in_bulk(instrument: Instrument, frame: pd.DataFrame, numbering: str | None) -> list[dict[str, Any]]:
    bulk = score_frame(instrument, frame, numbering)
    parts = [
        bulk.scales,
        bulk.outcomes.add_prefix("outcome "),
        bulk.levels.add_prefix("level "),
        bulk.critical.add_prefix("item "),
    ]
    assert all(part.index.equals(frame.index) for part in parts)
    columns = {name: part[name].astype(object) for part in parts for name in part}
    cells = {name: column.where(column.notna(), None).tolist() for name, column in columns.items()}
    return [{name: column[place] for name, column in cells.items()} for place in range(len(frame))]


def assert_same(
    instrument: Instrument, rows: Sequence[Row], frame: pd.DataFrame, numbering: str | None = None
) -> None:
    """Every figure of every row, without tolerance."""
    expected = [one_by_one(score(instrument, row, numbering), instrument) for row in rows]
    assert in_bulk(instrument, frame, numbering) == expected


@pytest.fixture(scope="module")
def scored() -> list[tuple[Instrument, Row, str | None]]:
    """All that the verification of the reference vectors scores one by one."""
    seen: list[tuple[Instrument, Row, str | None]] = []

    def listening(instrument: Instrument, answers: Row, numbering: str | None = None) -> Scored:
        seen.append((instrument, answers, numbering))
        return score(instrument, answers, numbering)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "score", listening)
        assert verify(FOLDER).passed
    return seen


class TestVectors:
    def test_each_case_by_itself_its_refusal_too(self, scored) -> None:
        assert len(scored) > 300
        refused = 0
        for instrument, answers, numbering in scored:
            frame = pd.DataFrame([dict(answers)], index=["case"])
            try:
                score(instrument, answers, numbering)
            except AnswerError as one:
                refused += 1
                with pytest.raises(AnswerError) as error:
                    score_frame(instrument, frame, numbering)
                assert (error.value.item, error.value.reason) == (one.item, one.reason)
        assert refused == 29  # as many as the files have

    def test_all_cases_of_an_instrument_together(self, scored) -> None:
        groups: dict[tuple[Any, ...], list[tuple[Instrument, Row, str | None]]] = {}
        for instrument, answers, numbering in scored:
            try:
                score(instrument, answers, numbering)
            except AnswerError:
                continue
            policies = tuple(scale.missing.policy for scale in instrument.scales)
            key = (instrument.key, instrument.version, policies, numbering)
            groups.setdefault(key, []).append((instrument, answers, numbering))
        assert len(groups) > 25
        for cases in groups.values():
            instrument, _, numbering = cases[0]
            rows = [answers for _, answers, _ in cases]
            assert_same(instrument, rows, pd.DataFrame(rows), numbering)


def draw_answer(item: Item, source: random.Random) -> Any:
    if item.kind == "boolean":
        return source.random() < 0.5
    if item.kind == "text":
        return source.choice(["headache", "  ", "after the second session"])
    if item.kind == "choice":
        return source.choice([option.value for option in item.options])
    if item.decimals:
        return round(source.uniform(item.minimum, item.maximum), source.choice([0, 1, 2]))
    return source.randint(math.ceil(item.minimum), int(item.maximum))


def draw_rows(instrument: Instrument, count: int, gaps: float, seed: int) -> list[dict[str, Any]]:
    source = random.Random(seed)  # noqa: S311, answers drawn for a test
    return [
        {item.code: draw_answer(item, source) for item in instrument.items if source.random() >= gaps}
        for _ in range(count)
    ]


def as_objects(rows: Sequence[Row], codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=codes, dtype=object)


def as_read(rows: Sequence[Row], codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=codes)


def as_nullable(rows: Sequence[Row], codes: list[str]) -> pd.DataFrame:
    return as_objects(rows, codes).convert_dtypes()


@by_instrument
@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    gaps=st.sampled_from([0, 0.02, 0.1, 0.3, 0.7, 1]),
    make=st.sampled_from([as_objects, as_read, as_nullable]),
)
def test_random_answers_with_gaps(instrument, seed, gaps, make):
    rows = draw_rows(instrument, 12, gaps, seed)
    assert_same(instrument, rows, make(rows, [item.code for item in instrument.items]))


@pytest.mark.parametrize(("instrument", "codes"), [(SUMS, "abcde"), (SKIPS, ["screen", *"abcd"])])
def test_every_combination_of_answers_and_gaps(instrument, codes):
    choices = [
        [None, *(option.value for option in item.options)] if item.options else [None, False, True]
        for item in map(instrument.item, codes)
    ]
    rows = [dict(zip(codes, row, strict=True)) for row in itertools.product(*choices)]
    assert_same(instrument, rows, as_read(rows, list(codes)))


def test_every_rule_has_its_twin_and_every_rule_is_tried():
    assert set(TWINS) == set(ALGORITHMS)
    assert {outcome.algorithm for one in INSTRUMENTS for outcome in one.outcomes} == set(ALGORITHMS)
    assert {scale.rule for one in INSTRUMENTS for scale in one.scales} == {
        "sum", "mean", "percent_of_max", "max_of_groups", "sum_from_one", "highest_yes",
    }  # fmt: skip


WRONG = st.sampled_from(
    [
        "2", "", "two", True, False, -1, 1.5, 0.25, 99, 10**6, 10**400, 2**63, 2**64 - 1, float("inf"), float("-inf"),
        1e300, 256, 257.0, -256, Decimal(1), [1], (), {}, b"1", 1j, datetime.date(2026, 1, 1), object(),
    ]
)  # fmt: skip


@pytest.mark.parametrize("key", ["phq9", "caps5", "ymrs", "vital_signs", "adverse_event"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_refused_one_by_one_is_refused_in_bulk(key, data):
    """And what is accepted is accepted: some of these are answers to some items."""
    instrument = registry.get(key)
    item = data.draw(st.sampled_from(instrument.items))
    answers = draw_rows(instrument, 1, 0.2, data.draw(st.integers(0, 99)))[0] | {item.code: data.draw(WRONG)}
    frame = pd.DataFrame(
        {code: pd.Series([cell], index=["only"], dtype=object) for code, cell in answers.items()}
    )
    for one in (frame, frame.infer_objects()):
        try:
            score(instrument, answers)
        except AnswerError as expected:
            with pytest.raises(BulkAnswerError) as error:
                score_frame(instrument, one)
            assert (error.value.item, error.value.reason) == (expected.item, expected.reason)
            assert (error.value.row, error.value.count) == ("only", 1)
        else:
            assert_same(instrument, [answers], one)


class TestRefusals:
    def test_the_first_row_is_named_and_all_are_counted(self) -> None:
        frame = pd.DataFrame({"1": [0, 1, 7, 2], "2": [0, 4, 1, -1]}, index=["ada", "ben", "cem", "dov"])
        with pytest.raises(BulkAnswerError) as error:
            score_frame(PHQ9, frame)
        assert (error.value.row, error.value.item, error.value.count) == ("ben", "2", 3)
        assert str(error.value) == (
            "row ben, item 2: must be one of 0, 1, 2, 3 (3 answers are refused in all)"
        )

    def test_one_alone_is_not_counted_out(self) -> None:
        with pytest.raises(BulkAnswerError, match=r"^row 0, item 1: must be a number$"):
            score_frame(PHQ9, pd.DataFrame({"1": ["3"]}))

    def test_in_one_row_the_first_column_is_named(self) -> None:
        with pytest.raises(BulkAnswerError) as error:
            score_frame(PHQ9, pd.DataFrame({"5": [9], "1": [9]}))
        assert (error.value.item, error.value.count) == ("5", 2)

    def test_the_name_is_the_one_that_was_sent(self) -> None:
        meq30 = registry.get("meq30")
        item = next(item for item in meq30.items if item.aliases["socq"] != item.code)
        with pytest.raises(BulkAnswerError) as error:
            score_frame(meq30, pd.DataFrame({item.aliases["socq"]: [-5]}), "socq")
        assert error.value.item == item.aliases["socq"]

    def test_the_answer_itself_is_not_repeated(self) -> None:
        with pytest.raises(BulkAnswerError) as error:
            score_frame(PHQ9, pd.DataFrame({"9": ["every night"]}))
        assert "every night" not in str(error.value)

    @pytest.mark.parametrize("cells", [[True, False], np.array([True, False]), pd.array([True, None])])
    def test_booleans_are_no_numbers(self, cells) -> None:
        with pytest.raises(BulkAnswerError, match="must be a number"):
            score_frame(PHQ9, pd.DataFrame({"1": cells}))

    @pytest.mark.parametrize("cells", [[0, 1], [0.0, 1.0], pd.array([1, None], "Int64")])
    def test_numbers_are_no_booleans(self, cells) -> None:
        with pytest.raises(BulkAnswerError, match="must be true or false"):
            score_frame(registry.get("caps5"), pd.DataFrame({"A": cells}))

    @pytest.mark.parametrize(
        ("dtype", "cell"),
        [("str", "2"), ("category", "2"), ("datetime64[ns]", 2), ("timedelta64[ns]", 2), ("complex128", 2)],
    )
    def test_columns_of_another_kind(self, dtype, cell) -> None:
        with pytest.raises(BulkAnswerError, match="row 0, item 1: must be a number"):
            score_frame(PHQ9, pd.DataFrame({"1": pd.Series([cell]).astype(dtype)}))

    @pytest.mark.parametrize("column", ["11", 1, None, ("1",)])
    def test_a_column_that_is_no_item_even_an_empty_one(self, column) -> None:
        with pytest.raises(AnswerError) as error:
            score_frame(PHQ9, pd.DataFrame([[None]], columns=pd.Index([column], dtype=object)))
        with pytest.raises(AnswerError) as expected:
            score(PHQ9, {column: None})
        assert str(error.value) == str(expected.value)

    def test_a_column_that_stands_twice(self) -> None:
        with pytest.raises(AnswerError, match="item 1: stands in more than one column"):
            score_frame(PHQ9, pd.DataFrame([[0, 3]], columns=["1", "1"]))

    def test_an_unknown_numbering(self) -> None:
        with pytest.raises(UnknownNumbering):
            score_frame(PHQ9, pd.DataFrame({"1": [0]}), "socq")

    def test_an_instrument_without_items(self) -> None:
        score_only = next(one for one in registry.all_latest() if not one.items)
        with pytest.raises(AnswerError, match="only totals are known"):
            score_frame(score_only, pd.DataFrame({"1": [0]}))


class TestFrames:
    @pytest.mark.parametrize("instrument", EVERYTHING, ids=lambda one: one.key)
    def test_totals_alone_are_the_same(self, instrument) -> None:
        frame = as_read(draw_rows(instrument, 30, 0.1, 5), [item.code for item in instrument.items])
        scales = score_frame(instrument, frame).scales
        totals = total_frame(instrument, frame)
        pd.testing.assert_frame_equal(totals, scales[[scale.key for scale in instrument.scales]])
        assert totals.notna().any().all()

    def test_slices_are_put_together_in_order(self, monkeypatch) -> None:
        frame = as_read(draw_rows(SKIPS, 40, 0.2, 9), [item.code for item in SKIPS.items])
        whole = score_frame(SKIPS, frame)
        monkeypatch.setattr(bulk_answers, "SLICE", 7)
        sliced = score_frame(SKIPS, frame)
        for part in ("scales", "outcomes", "levels", "critical"):
            pd.testing.assert_frame_equal(getattr(sliced, part), getattr(whole, part))

    def test_a_wrong_answer_in_a_later_slice_is_found(self, monkeypatch) -> None:
        monkeypatch.setattr(bulk_answers, "SLICE", 3)
        with pytest.raises(BulkAnswerError, match="row 7, item 1: must be one of"):
            total_frame(PHQ9, pd.DataFrame({"1": [0, 0, 0, 1, 1, 1, None, 4, 0]}))

    def test_the_index_is_kept_whatever_it_is(self) -> None:
        index = pd.MultiIndex.from_tuples([("ada", 1), ("ada", 1), ("ben", 2)])
        bulk = score_frame(PHQ9, pd.DataFrame({"9": [0, None, 2]}, index=index))
        assert list(bulk.critical["9"]) == ["denied", "unanswered", "endorsed"]
        assert all(
            part.index.equals(index) for part in (bulk.scales, bulk.outcomes, bulk.levels, bulk.critical)
        )

    def test_no_rows(self) -> None:
        bulk = score_frame(PHQ9, pd.DataFrame(columns=["1", "2"]))
        assert len(bulk.scales) == 0 and list(bulk.critical) == ["9"]

    def test_no_columns_is_nobody_answered_anything(self) -> None:
        frame = pd.DataFrame(index=[1, 2])
        assert_same(PHQ9, [{}, {}], frame)

    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, Decimal("nan")])
    def test_every_kind_of_nothing_is_unanswered(self, missing) -> None:
        frame = pd.DataFrame({"9": pd.Series([missing, 1], dtype=object)})
        assert list(score_frame(PHQ9, frame).critical["9"]) == ["unanswered", "endorsed"]

    def test_a_column_of_nothing_of_any_type_is_unanswered(self) -> None:
        frame = pd.DataFrame(
            {"1": pd.Series([None], dtype="datetime64[ns]"), "2": pd.Series([None], dtype="str")}
        )
        assert score_frame(PHQ9, frame).scales["total.items_missing"].tolist() == [9]

    @pytest.mark.parametrize(
        "dtype",
        ["int8", "uint8", "int64", "uint64", "float32", "float64", "Int8", "UInt16", "Float64", "category"],
    )
    def test_numbers_of_every_type(self, dtype) -> None:
        rows = draw_rows(PHQ9, 5, 0, 1)
        assert_same(PHQ9, rows, pd.DataFrame(rows).astype(dtype))

    def test_the_frame_is_left_as_it_was_and_shares_nothing(self) -> None:
        frame = pd.DataFrame(draw_rows(registry.get("caps5"), 6, 0.2, 3))
        before = frame.copy(deep=True)
        bulk = score_frame(registry.get("caps5"), frame)
        bulk.scales.loc[:, "total"] = -1.0
        pd.testing.assert_frame_equal(frame, before)
        assert (bulk.scales["total.sum"].dropna() >= 0).all()

    def test_bands_and_levels_are_in_order(self) -> None:
        bands = score_frame(PHQ9, pd.DataFrame([dict.fromkeys("123456789", 1)])).scales["total.band"]
        assert bands.cat.ordered and list(bands.cat.categories) == [
            band.key for band in PHQ9.scale("total").bands
        ]


def test_scoring_one_by_one_never_loads_pandas() -> None:
    """The rest of the package needs the standard library alone."""
    code = (
        "import sys, pkgutil, importlib, measures\n"
        "for module in pkgutil.iter_modules(measures.__path__, 'measures.'):\n"
        "    if module.name.split('.')[1].partition('_')[0] not in {'bulk', 'fhir'}:\n"
        "        importlib.import_module(module.name)\n"
        "sys.exit(int(bool({'pandas', 'numpy'} & set(sys.modules))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
