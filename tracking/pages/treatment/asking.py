"""An amount that is asked about: the form grows two fields that answer, and says why it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy

from tracking.pages.parts import Dated, amount_field, words_field
from tracking.queries.dosing import GivenHere
from tracking.rules.plausible import Question
from tracking.rules.policies.dosing import LONGEST_TEXT
from tracking.rules.policies.plausible import AMOUNT_AGAIN, AMOUNT_REASON, Implausible

ANSWERS = (AMOUNT_AGAIN, AMOUNT_REASON)


class AskedForm(Dated):
    """A form with an amount. The fields that answer stand in it from when it was asked, until it is taken."""

    amount_again = amount_field(
        gettext_lazy("The amount once more"), gettext_lazy("To write it as it was typed.")
    )
    amount_reason = words_field(
        gettext_lazy("Why it is right as it was typed"),
        gettext_lazy("Only to write it as it was typed: otherwise put it right above. Stays on record."),
        longest=LONGEST_TEXT,
        required=False,
    )
    question: Question | None = None
    given_here: GivenHere | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers = {name: self.fields.pop(name) for name in ANSWERS}
        self._answers[AMOUNT_AGAIN].required = False
        if self.add_prefix(AMOUNT_REASON) in self.data:
            self.fields |= self._answers

    def ask(self, question: Question, given_here: GivenHere | None = None) -> None:
        """Shows what is asked, and the fields that answer it."""
        self.question, self.given_here = question, given_here
        self.fields |= self._answers
        if not question.amount_is_odd:
            del self.fields[AMOUNT_AGAIN]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was typed, to be sent again beside another amount."""
        typed = {
            name: self.data.get(self.add_prefix(name), "") for name in self.fields if name not in ANSWERS
        }
        return [(name, value) for name, value in typed.items() if name != "submission_id"]


@contextmanager
def asked(form: AskedForm, given: Callable[[Question], GivenHere | None] | None = None) -> Iterator[None]:
    """What is not plausible is asked about on its form. ``given``: finds what was given here before."""
    try:
        yield
    except Implausible as refusal:
        form.ask(refusal.question, given(refusal.question) if given else None)
        raise
