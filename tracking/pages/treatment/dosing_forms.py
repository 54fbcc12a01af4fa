"""What is put on a run-sheet. Every form carries the id that makes a second sending harmless, and a moment that is
now when it is left empty."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.models import CareTeam, User
from tracking.pages.moments import moment_field
from tracking.pages.parts import UNCHOSEN, Dated, Rowed, offer, words_field
from tracking.pages.treatment.sessions_forms import PRESENCE, DoseForm, offer_presence, with_presence
from tracking.rules.policies.dosing import LONGEST_TEXT
from tracking.vocabulary import DosePart, EventTopic, RunSheetKind

AT = gettext_lazy("At (local time)")


def submission_field() -> forms.UUIDField:
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class BeginForm(Dated):
    """Who is present when a dosing session begins."""

    submission_id = submission_field()
    starts_at = moment_field(
        gettext_lazy("Begins at (local time)"), gettext_lazy("Now, or an earlier moment of today.")
    )
    alone_reason = words_field(
        gettext_lazy("Fewer than two clinicians: why it begins all the same"),
        gettext_lazy("Only needed then."),
        longest=LONGEST_TEXT,
        required=False,
    )
    layout = (
        ("present_lead", "present_second"),
        ("present_physician", "present_nurse"),
        ("present_facilitator", "present_other"),
    )

    def __init__(self, *args: Any, team: CareTeam, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_presence(self, team)
        self.initial.setdefault("present_lead", by.pk)
        self.order_fields([*PRESENCE, "alone_reason", "starts_at"])

    def clean(self) -> dict[str, Any]:
        """The people become one value: who, and as what."""
        return with_presence(super().clean())


class SheetDoseForm(DoseForm):
    """A dose on the run-sheet."""

    submission_id = submission_field()
    weight_kg = forms.DecimalField(
        label=gettext_lazy("Body weight today in kg"),
        help_text=gettext_lazy("Needed for mg/kg."),
        required=False,
        max_digits=5,
        decimal_places=1,
    )
    override_reason = words_field(
        gettext_lazy("A check or a washout is open or not met: why the dose is given all the same"),
        gettext_lazy("Only needed then. It stays on the run-sheet."),
        longest=LONGEST_TEXT,
        required=False,
    )
    limit_reason = words_field(
        gettext_lazy("A value is beyond its limit: why the dose is given all the same"),
        gettext_lazy("Only needed then. It stays on the run-sheet."),
        longest=LONGEST_TEXT,
        required=False,
    )
    given_at = moment_field(gettext_lazy("Given at (local time)"), required=False)
    layout = (("substance", "part"), ("amount", "unit", "route", "weight_kg"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, past_washout=False, **kwargs)  # the sheet has one reason for all that is open


class LineForm(Dated):
    """A line of the run-sheet; each kind adds what it needs."""

    submission_id = submission_field()
    happened_at = moment_field(AT, required=False)


class CheckForm(LineForm):
    """How a check came out."""

    topic = forms.ChoiceField(label=pgettext_lazy("a check before the dose", "Check"))
    met = forms.TypedChoiceField(
        label=gettext_lazy("Is it met?"),
        choices=[("1", gettext_lazy("Yes")), ("0", gettext_lazy("No, or not done"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    text = words_field(
        gettext_lazy("If not: why, and why the session goes on or not"), longest=LONGEST_TEXT, required=False
    )

    def __init__(self, *args: Any, topics: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "topic", [UNCHOSEN, *topics.items()])
        self.order_fields(["topic", "met", "text", "happened_at"])


class EventForm(LineForm):
    topic = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[("", gettext_lazy("In words")), *EventTopic.choices],
        required=False,
    )
    text = words_field(gettext_lazy("In words"), longest=LONGEST_TEXT, required=False)
    field_order = ["topic", "text", "happened_at"]


class WordsForm(LineForm):
    """An observation, or why a supplement is withheld."""

    text = words_field(gettext_lazy("In words"), longest=LONGEST_TEXT)
    field_order = ["text", "happened_at"]


class EndForm(LineForm):
    text = words_field(gettext_lazy("How the patient leaves, and with whom"), longest=LONGEST_TEXT)
    leaving_reason = words_field(
        gettext_lazy("Something is open before the patient leaves: why it ends all the same"),
        gettext_lazy("Only needed then. It stays on the run-sheet."),
        longest=LONGEST_TEXT,
        required=False,
    )
    field_order = ["text", "leaving_reason", "happened_at"]


class SignForm(Rowed):
    """The password again: a signature is not a click."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


LINES = {
    RunSheetKind.EVENT: EventForm,
    RunSheetKind.OBSERVATION: WordsForm,
    RunSheetKind.WITHHELD: WordsForm,
    RunSheetKind.END: EndForm,
}
PARTS = {part.value for part in DosePart}
