"""Checks of single values that the actions share. Each returns the clean value or raises ``InvalidInput``."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from measures import wording
from measures.language import dated, marked, ngettext
from measures.language import gettext as _
from tracking.errors import InvalidInput

LARGEST_AMOUNT = Decimal(100_000)  # what the column holds: eight digits, three of them decimals
FINEST_AMOUNT = Decimal("0.001")
LIGHTEST, HEAVIEST = Decimal(20), Decimal(400)  # kg; only slips of the keyboard lie beyond
EARLIEST_DAY = date(1900, 1, 1)
BEFORE = {
    "today": marked("is before today ({day})"),
    "the day before it began": marked("is before the day before it began ({day})"),
    "the day on which it is due": marked("is before the day on which it is due ({day})"),
    "the day on which it opens": marked("is before the day on which it opens ({day})"),
    "the first day": marked("is before the first day ({day})"),
    "the first day of the episode": marked("is before the first day of the episode ({day})"),
    "the last change of its dose": marked("is before the last change of its dose ({day})"),
    "the last statement": marked("is before the last statement ({day})"),
    "the start of the medication": marked("is before the start of the medication ({day})"),
}
# Cc and Cf hold line breaks and the marks that turn the direction of writing: both can disguise a name.
DISGUISES = {"Cc", "Cf"}


def clean_line(field: str, value: str, *, longest: int, needed: bool = True) -> str:
    """One line of text without surrounding blanks, control characters or direction marks."""
    line = value.strip()
    if needed and not line:
        raise InvalidInput(field, _("must not be empty"))
    check_length(field, line, longest)
    if any(unicodedata.category(character) in DISGUISES for character in line):
        raise InvalidInput(field, _("contains a character that cannot be shown"))
    return line


def check_length(field: str, text: str, longest: int) -> None:
    """Words of somebody's own are not longer than what the page lets them write."""
    if len(text) > longest:
        reason = ngettext(
            "must not be longer than {n} character", "must not be longer than {n} characters", longest
        )
        raise InvalidInput(field, reason.format(n=longest))


def clean_choice(field: str, value: str, allowed: Collection[str]) -> str:
    """One of the allowed words."""
    if value not in allowed:
        raise InvalidInput(field, _("must be one of {values}").format(values=", ".join(allowed)))
    return str(value)


def clean_amount(field: str, value: Decimal | int) -> Decimal:
    """An amount above zero, exact to a thousandth. A finer one is refused, never rounded."""
    amount = Decimal(value)
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput(field, _("must be more than zero"))
    if amount >= LARGEST_AMOUNT:
        raise InvalidInput(field, _("must be less than {amount}").format(amount=LARGEST_AMOUNT))
    if amount % FINEST_AMOUNT:
        raise InvalidInput(field, _("must not have more than three decimals"))
    return amount


def clean_weight(field: str, value: Decimal | int) -> Decimal:
    """A body weight in kg with at most one decimal."""
    weight = Decimal(value)
    if not weight.is_finite() or not LIGHTEST <= weight <= HEAVIEST:
        reason = _("must lie between {lightest} and {heaviest} kg")
        raise InvalidInput(field, reason.format(lightest=LIGHTEST, heaviest=HEAVIEST))
    if weight % Decimal("0.1"):
        raise InvalidInput(field, _("must not have more than one decimal"))
    return weight


def clean_timezone(field: str, value: str) -> str:
    """The name of a time zone of the IANA list."""
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(field, _("is not the name of a time zone, such as Europe/Berlin")) from None


def clean_language(field: str, value: str, *, needed: bool = True) -> str:
    """A language tag in its usual letters: ``en-gb`` becomes ``en-GB``."""
    if not needed and not value.strip():
        return ""
    tag = wording.clean_language(value)
    if tag is None:
        raise InvalidInput(field, _("is not a language tag, such as de or en-GB"))
    return tag


def check_past_day(field: str, day: date, today: date) -> None:
    """A day that has come, and not one of another century by a slip of the keyboard."""
    if day > today:
        raise InvalidInput(field, _("lies in the future"))
    if day < EARLIEST_DAY:
        raise InvalidInput(field, _("lies too far in the past"))


def check_order(field: str, first: date, last: date, *, of: str) -> None:
    """``last`` does not come before ``first``, which is the day ``of`` something: one of those in ``BEFORE``."""
    if last < first:
        raise InvalidInput(field, _(BEFORE[of]).format(day=dated(first)))
