"""The real data sets and the results that others got from them."""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd

DATA = Path(__file__).parents[2] / "data"


def reference(name: str) -> Any:
    """Results of R (lme4, nlme) and of the authors for one data set."""
    return json.loads((DATA / "reference" / f"{name}.json").read_text())


def data_set(name: str) -> pd.DataFrame:
    """One data set; see the note of the same name beside it for provenance and licence."""
    return pd.read_csv(DATA / "sets" / f"{name}.csv")


def change_frame(
    frame: pd.DataFrame, *, outcome: str, time: str, start: Hashable, end: Hashable, group: str
) -> pd.DataFrame:
    """One row per patient with ``pre``, ``post`` and ``change`` (post - pre; missing when either is).

    Index: ``group``. Raises ``ValueError`` when a patient has two scores at one time point.
    """
    rows = frame[frame[time].isin([start, end])]
    wide = rows.pivot(index=group, columns=time, values=outcome).reindex(columns=[start, end])
    wide.columns = pd.Index(["pre", "post"])
    return wide.assign(change=wide["post"] - wide["pre"])
