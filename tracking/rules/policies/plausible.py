"""When what was typed about a dose or a medication may be put on record although it is odd."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from tracking.errors import InvalidInput
from tracking.rules import checks
from tracking.rules.plausible import Question, no_tablets_for
from tracking.rules.policies.dosing import LONGEST_TEXT

AMOUNT_AGAIN, AMOUNT_REASON = "amount_again", "amount_reason"


class Implausible(InvalidInput):
    """What was typed is asked about, and nobody has answered yet. It can be right all the same."""

    def __init__(self, question: Question, field: str = "") -> None:
        super().__init__(field or question.field, question.words.rstrip("."))
        self.question = question


def check_confirmed(
    question: Question | None, *, amount: Decimal, again: Decimal | None, reason: str, field: str = ""
) -> str:
    """What goes on record beside an odd entry: the reason, and what it stood against; "" where nothing was asked.

    ``field``: what the entry calls its amount, where that is not "amount". Raises ``Implausible`` while there is no
    reason, ``InvalidInput`` where the amount that was typed again is not the same.
    """
    if question is None:
        return ""
    if not reason.strip():
        raise Implausible(question, field if question.field == "amount" else "")
    checks.check_length(AMOUNT_REASON, reason, LONGEST_TEXT)
    if question.amount_is_odd and again != amount:
        raise InvalidInput(AMOUNT_AGAIN, _("is not the amount that was typed above"))
    return f"{reason.strip()} [{question.words}]"


def check_tablets(field: str, substance: str, amount: Decimal, unit: str, *, is_liquid: bool) -> None:
    """An amount a day is one that tablets make up, or is said to be taken as a liquid."""
    none = "" if is_liquid else no_tablets_for(substance, amount, unit)
    if none:
        words = _("{none}; choose another, or say that it is taken as a liquid")
        raise InvalidInput(field, words.format(none=none))
