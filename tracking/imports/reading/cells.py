"""One cell of text to one value: exactly what is written, or a reason why not. Nothing is trimmed or guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

Decimal = Literal[".", ","]
DateForm = Literal["year-month-day", "day/month/year", "month/day/year", "day.month.year"]

_NUMBERS: dict[Decimal, re.Pattern[str]] = {
    ".": re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"),
    ",": re.compile(r"-?[0-9]{1,15}(,[0-9]{1,15})?"),
}
_WHOLE = re.compile(r"-?[0-9]{1,15}")
# Four digits for the year in each: two of them leave the century open.
_DATES: dict[DateForm, re.Pattern[str]] = {
    "year-month-day": re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    "day/month/year": re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"),
    "month/day/year": re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"),
    "day.month.year": re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})"),
}
_TIMED = re.compile(r"(?P<day>[0-9./-]{8,10})[ T][0-9]{1,2}:[0-9]{2}.*")
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")  # a spreadsheet's days since 1900: five digits until 2173
_SHORTENED = re.compile(r"[0-9]([.,][0-9]+)?[Ee][+-][0-9]+")
_EARLIEST = date(1900, 1, 1)
_FARTHEST = 36_525  # days: a hundred years
_LONGEST_WORD = 60
_MOST_INSTANCES = 1000
_CONTROL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class CellError(Exception):
    """A cell cannot be taken. The reason says what is allowed, never what was there."""


def number(text: str, decimal: Decimal) -> int | float:
    """A decimal number as plain digits; no exponent, no thousands mark, no ``NaN`` or ``inf``."""
    _refuse_blanks(text)
    if not _NUMBERS[decimal].fullmatch(text):
        other: Decimal = "," if decimal == "." else "."
        if _NUMBERS[other].fullmatch(text):
            raise CellError(f"has the decimal mark {other}: the spec says {decimal}")
        raise CellError(f"must be a number in plain digits, decimals after {decimal}")
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


def whole(text: str) -> int:
    """A whole number as plain digits."""
    _refuse_blanks(text)
    if not _WHOLE.fullmatch(text):
        raise CellError("must be a whole number in plain digits")
    return int(text)


def age(text: str) -> int:
    """Completed years."""
    years = whole(text)
    if not 0 <= years <= 130:
        raise CellError("must be an age in years from 0 to 130")
    return years


def offset(text: str) -> int:
    """Days from the start of the episode; negative before it."""
    days = whole(text)
    if abs(days) > _FARTHEST:
        raise CellError(f"must be a number of days up to {_FARTHEST}")
    return days


def instance(text: str) -> int:
    """The number of a repeated form: 1, 2, 3."""
    number = whole(text)
    if not 1 <= number <= _MOST_INSTANCES:
        raise CellError(f"must be a number from 1 to {_MOST_INSTANCES}")
    return number


def day(text: str, form: DateForm) -> date:
    """A day of the calendar, written as the spec says."""
    _refuse_blanks(text)
    match = _DATES[form].fullmatch(text)
    if match is None:
        raise CellError(f"must be a date written {form}, the year with four digits{_hint(text, form)}")
    try:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise CellError("is not a day of the calendar") from None
    if found < _EARLIEST:
        raise CellError("lies before 1900")
    return found


def word(text: str) -> str:
    """A short text that can be shown on one line. What looks like a formula is text like any other."""
    _refuse_blanks(text)
    if len(text) > _LONGEST_WORD:
        raise CellError(f"must not be longer than {_LONGEST_WORD} characters")
    if any(unicodedata.category(character) in _CONTROL for character in text):
        raise CellError("holds a character that cannot be shown")
    return text


def identifier(text: str) -> str:
    """What the file calls a person. A long number that a spreadsheet has shortened (``1.23E+11``) may be several."""
    if _SHORTENED.fullmatch(text):
        raise CellError(
            "is a long number that a spreadsheet has shortened, so that several people may stand under it: "
            "give the column the format text at the source, and save it again"
        )
    return word(text)


def yes_or_no(text: str) -> bool:
    """``true`` or ``false``; 0 and 1 are refused because files use them both ways round."""
    if text not in ("true", "false"):
        raise CellError("must be true or false")
    return text == "true"


def _refuse_blanks(text: str) -> None:
    if text != text.strip():
        raise CellError("has a blank before or after it")


def _hint(text: str, form: DateForm) -> str:
    if timed := _TIMED.fullmatch(text):
        return _hint(timed["day"], form) + "; cut off the time of day behind it, by the clock of the clinic"
    if _SERIAL.fullmatch(text):
        return (
            "; it looks like a spreadsheet's number of a day: give the column a date format and save it again"
        )
    fitting = [name for name, pattern in _DATES.items() if pattern.fullmatch(text) and name != form]
    return f"; if it is {' or '.join(fitting)}, the spec must say so" if fitting else ""
