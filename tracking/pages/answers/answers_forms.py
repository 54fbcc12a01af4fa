"""Forms that are built from an instrument: one field an item, nothing required, a gap named before it is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.errors import AnswerError
from measures.instrument import Instrument, Item
from measures.scoring import Answer, check_answer, skipped
from measures.skips import skippable
from tracking.errors import InvalidInput
from tracking.models import AssessmentRequest
from tracking.pages.moments import moment_field
from tracking.pages.parts import change_reason_field, day_field, two_sheets_field
from tracking.rules.policies.assessments import asking_for
from tracking.vocabulary.time_points import time_point_in_words

PREFIX = "item-"
YES, NO = "1", "0"
SHORT = 24  # characters
ONE_LINE = 100  # characters of a free text that is asked for in one line
NOT_AN_ANSWER = gettext_lazy("Choose one of the answers.")


def field_name(item: Item) -> str:
    """Name of an item's field in the page."""
    return f"{PREFIX}{item.code}"


@dataclass(frozen=True, slots=True)
class Row:
    """One item beside its field."""

    item: Item
    number: int
    field: forms.BoundField
    language: str  # of what is asked
    may_fall_away: bool = False  # another answer can make it unnecessary
    usual: str = ""  # what is answered here every time, in words
    differs: bool = False  # from what is usual

    @property
    def has_short_anchors(self) -> bool:
        """Whether the anchors fit side by side."""
        return max((len(option.label) for option in self.item.options), default=0) <= SHORT


class AnswersForm(forms.Form):
    """The answers to some items of one instrument. ``answers`` maps codes to values, ``None`` where left empty."""

    def __init__(
        self,
        *args: Any,
        instrument: Instrument,
        items: Iterable[Item] | None = None,
        answers: dict[str, Answer] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.instrument = instrument
        self.items = tuple(items or instrument.items)
        self.given = dict(answers or {})
        for item in self.items:
            name = field_name(item)
            self.fields[name] = field_for(item)
            self.initial[name] = _shown(item, self.given.get(item.code))

    def rows(self) -> list[Row]:
        dependent = skippable(self.instrument)
        return [
            Row(item, n, self[field_name(item)], self.instrument.language, item.code in dependent)
            for n, item in enumerate(self.items, 1)
        ]

    def clean(self) -> dict[str, Any]:
        known = {field_name(item) for item in self.items}
        for name in self.data:
            if name.startswith(PREFIX) and name not in known:
                raise forms.ValidationError(
                    _("{code} is not an item of {instrument}.").format(
                        code=name.removeprefix(PREFIX)[:40], instrument=self.instrument.short_title
                    )
                )
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, Answer]:
        return {item.code: self.cleaned_data.get(field_name(item)) for item in self.items}

    @property
    def gaps(self) -> list[Item]:
        """The items that should have been answered and were not. What needs no answer is no gap."""
        answers = self.answers
        spared = skipped(self.instrument, self.given | answers)
        wanted = (item for item in self.items if item.required and item.code not in spared)
        return [item for item in wanted if answers[item.code] is None]

    def refuse(self, error: InvalidInput) -> None:
        """Shows what an action has refused beside the field that it names."""
        name = next((n for n in (error.field, f"{PREFIX}{error.field}") if n in self.fields), None)
        self.add_error(name, f"{error.reason[:1].upper()}{error.reason[1:]}.")


class RecordForm(AnswersForm):
    """A whole instrument with the day it speaks of. Gaps are named first and accepted only when that is said."""

    assessed_on: forms.DateField | None = day_field(gettext_lazy("Day of the assessment"))
    with_gaps = forms.BooleanField(
        required=False, label=gettext_lazy("Submit with these gaps. They stay unanswered.")
    )
    two_sheets: forms.BooleanField | None = two_sheets_field()
    # The pack that the sheet shows.
    wording: forms.UUIDField | None = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wrong = {field_name(item) for item in self.items} & set(self.errors)
        if self.gaps and not wrong and not cleaned.get("with_gaps"):
            self.add_error("with_gaps", _("Some items have no answer yet."))
        return cleaned

    @property
    def asks_about_gaps(self) -> bool:
        """Whether the page names the gaps: after the first try, as long as there are any."""
        return self.is_bound and bool(self.gaps)


class NewRecordForm(RecordForm):
    """An assessment that nobody had asked for, or one of ``requests``, by its day. ``submission_id`` makes sending it
    twice harmless, ``version`` tells of which version the page was."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, requests: Sequence[AssessmentRequest] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requests = requests
        if len(requests) > 1:
            self.fields["request"] = forms.ChoiceField(
                label=_("Which of them does this answer?"),
                choices=[(str(one.public_id), asked_in_words(one)) for one in requests],
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": NOT_AN_ANSWER},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if len(self._of_that_day()) > 1 and not cleaned.get("request") and "request" not in self.errors:
            self.add_error("request", _("It was asked for more than once. Say which one this answers."))
        return cleaned

    def _of_that_day(self) -> list[AssessmentRequest]:
        day = self.cleaned_data.get("assessed_on")
        return asking_for(self.requests, day) if day else []

    @property
    def answered(self) -> AssessmentRequest | None:
        """The request that this answers: the only one that asks for its day, or the one that was chosen."""
        found = self._of_that_day()
        if len(found) == 1:
            return found[0]
        return next((one for one in found if str(one.public_id) == self.cleaned_data.get("request")), None)


def asked_in_words(request: AssessmentRequest) -> str:
    """One of several requests for the same instrument, so that it can be told from the others."""
    day = date_format(request.due_on, "MONTH_DAY_FORMAT")
    if not request.time_point:
        return _("due {day}").format(day=day)
    time_point = time_point_in_words(request.time_point.replace("-", " "))
    return _("{time_point}, due {day}").format(time_point=time_point, day=day)


class InSessionForm(NewRecordForm):
    """A form that is filled in during a dosing session: it has a moment, not a day. Left empty, it is now."""

    assessed_on = None
    two_sheets = None
    assessed_at = moment_field(gettext_lazy("At (local time)"), required=False)


class VitalSignsForm(InSessionForm):
    """What was not measured is left empty, and that is no gap to be asked about."""

    @property
    def gaps(self) -> list[Item]:
        return []


class CorrectionForm(RecordForm):
    """A new version of an assessment, with the reason. It keeps its wording."""

    wording = None
    two_sheets = None
    reason = change_reason_field()


class MomentCorrectionForm(CorrectionForm):
    """The same for what has a moment: vital signs, interviews and adverse events of a dosing session."""

    assessed_on = None
    assessed_at = moment_field(gettext_lazy("At (local time)"))


class HourCorrectionForm(CorrectionForm):
    """The same for what was answered on the day of a dose, nobody knows when."""

    assessed_at = moment_field(
        gettext_lazy("When on that day (local time)"),
        gettext_lazy("If it was before the dose, it counts. Empty: not known."),
        required=False,
    )


def field_for(item: Item) -> forms.Field:
    """The form field of one item. Never required: leaving it empty is an answer of its own kind."""
    label = item.label
    if item.kind == "boolean":
        words = {option.value: option.label for option in item.options}  # only a wording pack has them
        choices = [(YES, words.get(1, _("Yes"))), (NO, words.get(0, _("No")))]
        return _choice(label, choices, {YES: True, NO: False})
    if item.options:
        values = {str(option.value): option.value for option in item.options}
        return _choice(label, [(str(option.value), option.label) for option in item.options], values)
    if item.kind == "text":
        return FreeTextField(item)
    if item.decimals:
        return forms.FloatField(label=label, required=False, min_value=item.minimum, max_value=item.maximum)
    return forms.IntegerField(
        label=label, required=False, min_value=ceil(item.minimum), max_value=floor(item.maximum)
    )


class FreeTextField(forms.CharField):
    """The answer to an item that is a text. Refuses what scoring would refuse."""

    def __init__(self, item: Item) -> None:
        lines = forms.TextInput() if item.max_length <= ONE_LINE else forms.Textarea(attrs={"rows": 3})
        super().__init__(
            label=item.label, required=False, max_length=item.max_length, empty_value=None, widget=lines
        )
        self.item = item

    def to_python(self, value: Any) -> str | None:
        """Browsers end a line by two characters and count one of them."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text

    def run_validators(self, value: str | None) -> None:
        super().run_validators(value)
        try:
            check_answer(self.item, value)
        except AnswerError as error:
            raise forms.ValidationError(f"{error.reason[:1].upper()}{error.reason[1:]}.") from error


def _choice(label: str, choices: list[tuple[str, str]], values: Mapping[str, Answer]) -> forms.Field:
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=values.__getitem__,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": NOT_AN_ANSWER},
    )


def _shown(item: Item, answer: Answer) -> object:
    """How a stored answer stands in its field."""
    if answer is None:
        return None
    if item.kind == "boolean":
        return YES if answer else NO
    return str(answer) if item.options else answer
