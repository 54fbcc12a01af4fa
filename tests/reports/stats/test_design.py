from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reports.stats.design import complete_rows, design, refuse_dependence
from reports.stats.errors import Refusal

FRAME = pd.DataFrame(
    {
        "arm": ["drug", "placebo", "drug", "both"],
        "age": [40, 50, 60, 70],
        "first": [True, False, True, False],
        "dose": pd.Categorical(["low", "high", "low", "mid"], categories=["low", "mid", "high", "never"]),
    }
)


def test_categories_are_coded_against_the_first_in_sorted_order() -> None:
    found = design(FRAME, ["arm"])
    assert found.names == ("(Intercept)", "armdrug", "armplacebo")
    assert found.reference == {"arm": "both"}
    assert found.matrix.tolist() == [[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 0]]


def test_or_against_the_level_that_is_named() -> None:
    found = design(FRAME, ["arm"], {"arm": "placebo"})
    assert found.names == ("(Intercept)", "armboth", "armdrug")


def test_a_column_with_its_own_order_keeps_it_and_loses_levels_nobody_has() -> None:
    found = design(FRAME, ["dose"])
    assert (found.names, found.reference) == (("(Intercept)", "dosemid", "dosehigh"), {"dose": "low"})


def test_numbers_and_booleans_are_taken_as_they_are() -> None:
    found = design(FRAME, ["age", "first"])
    assert found.matrix.tolist() == [[1, 40, 1], [1, 50, 0], [1, 60, 1], [1, 70, 0]]
    assert found.reference == {}


def test_a_product_has_a_column_for_each_pair() -> None:
    found = design(FRAME, ["arm:age"])
    assert found.names == ("(Intercept)", "armdrug:age", "armplacebo:age")
    assert found.matrix[:, 1].tolist() == [40, 0, 60, 0]


def test_a_row_is_counted_once_under_the_first_column_it_lacks() -> None:
    frame = pd.DataFrame({"a": [1, None, None, 4], "b": [None, None, 3, 4]})
    rows, dropped = complete_rows(frame, ["a", "b", "a"])
    assert rows.to_dict("list") == {"a": [4], "b": [4]}
    assert (dropped.rows, dropped.by_column) == (3, {"a": 2, "b": 1})


def test_columns_that_depend_on_one_another_are_named() -> None:
    x = np.array([[1, 1, 2, 5], [1, 2, 4, 1], [1, 3, 6, 2], [1, 4, 8, 9.0]])
    with pytest.raises(Refusal, match="^b and c cannot be told apart"):
        refuse_dependence(x.T @ x, ["(Intercept)", "b", "c", "d"])


def test_a_column_of_zeros_is_named() -> None:
    x = np.array([[1, 0.0], [1, 0.0]])
    with pytest.raises(Refusal, match="^b: zero in every case"):
        refuse_dependence(x.T @ x, ["(Intercept)", "b"])


def test_nearly_equal_columns_are_still_told_apart() -> None:
    x = np.column_stack([np.ones(50), np.arange(50.0), np.arange(50.0) + np.tile([0, 0.01], 25)])
    refuse_dependence(x.T @ x, ["(Intercept)", "b", "c"])
