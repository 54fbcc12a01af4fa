"""What the staff's forms are made of: dates and moments in the browser's own pickers, fields set out in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNCHOSEN: tuple[str, StrOrPromise] = ("", gettext_lazy("Choose"))
Layout = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Fields that stand beside each other, below a heading when a new part of the form begins."""

    heading: StrOrPromise
    fields: list[BoundField]


class Rowed(forms.Form):
    """A form that says which fields stand beside each other and which one begins a new part."""

    layout: Layout = ()
    headings: dict[str, StrOrPromise] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        super().clean()
        return self.cleaned_data

    def rows(self) -> list[Row]:
        """The fields in their order; one that the layout does not name stands alone. Hidden ones are in none."""
        rows: list[Row] = []
        for name in (field.name for field in self.visible_fields()):
            beside = next((row for row in self.layout if name in row), (name,))
            present = [other for other in beside if other in self.fields]
            if name == present[0]:
                rows.append(Row(self.headings.get(name, ""), [self[other] for other in present]))
        return rows


class DayField(forms.DateField):
    """A day. ``may_be_future``: whether the browser offers one that is still to come."""

    may_be_future = False


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any], *, none: StrOrPromise | None = None) -> None:
    """Lets a field choose among these rows, where the class of the form could name none. ``none``: what the
    choice of no row is called, where that differs, too."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if none is not None:
        field.empty_label = none


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, object]]) -> None:
    """The same of named choices; those of a group stand together in a list."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def day_field(
    label: StrOrPromise, help_text: StrOrPromise = "", *, required: bool = True, future: bool = False
) -> DayField:
    """A day, picked. The browser does not offer the future unless ``future``; the action refuses it anyway."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    field = DayField(label=label, help_text=help_text, required=required, widget=widget)
    field.may_be_future = future
    return field


def amount_field(label: StrOrPromise, help_text: StrOrPromise = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, min_value=0, max_digits=8, decimal_places=3, localize=False
    )


def words_field(
    label: StrOrPromise, help_text: StrOrPromise = "", *, longest: int, required: bool = True, lines: int = 3
) -> forms.CharField:
    """Words of one's own in so many lines. ``longest``: in characters."""
    widget = forms.Textarea(attrs={"rows": lines})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=longest, widget=widget
    )


def change_reason_field() -> forms.CharField:
    """What a new version of a record asks for."""
    return words_field(
        gettext_lazy("Why is it changed?"),
        gettext_lazy("Stays with the record. The version before remains readable."),
        longest=2000,
    )


def two_sheets_field() -> forms.BooleanField:
    """What is asked when the same instrument of the same day is on record already."""
    return forms.BooleanField(
        required=False, label=gettext_lazy("There were two sheets of that day: record this one as well.")
    )


class Dated(Rowed):
    """Fills empty day and moment fields with now, and lets the browser offer nothing later."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localtime()
        for field in self.fields.values():
            if isinstance(field, forms.DateTimeField):
                field.initial = field.initial or now.replace(second=0, microsecond=0)
                field.widget.attrs["max"] = f"{now:%Y-%m-%dT%H:%M}"
            elif isinstance(field, forms.DateField):
                field.initial = field.initial or (now.date() if field.required else None)
                if not (isinstance(field, DayField) and field.may_be_future):
                    field.widget.attrs["max"] = f"{now:%Y-%m-%d}"


class ReasonForm(Rowed):
    """Why a record is taken back."""

    reason = words_field(
        gettext_lazy("Why is this taken back?"),
        gettext_lazy("The record stays readable, crossed out, with your name and this reason."),
        longest=1000,
    )
