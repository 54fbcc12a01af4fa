"""Results of the statistics as plain JSON: what is stored, in every language, and sent or printed in one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from tracking import tongues

DIGITS = 3  # of a figure for those who may not see single patients


def plain(value: object) -> object:
    """Dataclasses become objects, pairs as keys ``"a, b"``, numbers that are not finite ``null``.

    Nothing is rounded. Raises ``TypeError`` for what JSON cannot hold, rather than storing its ``str``.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item())
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    raise TypeError(f"a {type(value).__name__} is not a figure")


def rounded(result: Any) -> Any:
    """A result whose figures have ``DIGITS`` significant digits: none is so exact that one person could be read from
    the step between two of them."""
    if isinstance(result, float) and result and math.isfinite(result):
        return round(result, DIGITS - 1 - math.floor(math.log10(abs(result))))
    if isinstance(result, Mapping):
        return {key: rounded(each) for key, each in result.items()}
    return [rounded(each) for each in result] if isinstance(result, list | tuple) else result


def spoken(result: Any) -> Any:
    """A stored result with each of its sentences in the language of the moment."""
    if tongues.is_said(result):
        return tongues.heard(result)
    if isinstance(result, Mapping):
        return {key: spoken(each) for key, each in result.items()}
    return [spoken(each) for each in result] if isinstance(result, list | tuple) else result


def _key(key: object) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
