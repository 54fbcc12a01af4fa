"""Bytes of a release: CSV that no spreadsheet takes for a formula, and a zip that tells no time."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from collections.abc import Mapping

import pandas as pd

from reports.export.tables import is_empty

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can tell
OWNER_ONLY = 0o600 << 16
UNIX = 3


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a header line. Text is guarded, numbers stay numbers, missing is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([guarded(str(name)) for name in frame.columns])
    writer.writerows([cell_text(cell) for cell in row] for row in frame.itertuples(index=False, name=None))
    return out.getvalue().encode()


def cell_text(cell: object) -> str:
    """One cell as written. Raises ``TypeError`` for a kind of value that no column has."""
    if isinstance(cell, str):
        return guarded(cell)
    if is_empty(cell):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return f"{cell:.0f}" if float(cell).is_integer() else repr(float(cell))
    raise TypeError(f"a {type(cell).__name__} cannot be written")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet might take it for a formula.

    Full-width signs and signs after blanks count: both are executed by some spreadsheets.
    """
    first = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\u2000\u3000\ufeff")[:1])
    return f"'{text}" if text[:1] in FORMULA or first in FORMULA else text


def json_bytes(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """The members in the given order, with constant times, no comment and no extra field.

    The same members give the same bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, NO_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = UNIX
            info.external_attr = OWNER_ONLY
            archive.writestr(info, content)
    return out.getvalue()
