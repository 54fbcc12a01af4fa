"""One number for each scale of which only the total is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.instrument import Number, Scale
from measures.language import written
from measures.words.phrases import number
from tracking.actions.totals import field_of
from tracking.pages.parts import Dated, change_reason_field, day_field, two_sheets_field
from tracking.rules.policies.assessments import TWO_SHEETS


class TotalsForm(Dated):
    """The totals of some scales and their day. ``totals`` maps scales to what was entered."""

    assessed_on = day_field(gettext_lazy("Day of the assessment"))
    submission_id: forms.UUIDField | None = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, scales: Iterable[Scale], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scales = tuple(scales)
        for scale in self.scales:
            self.fields[field_of(scale.key)] = _total_field(scale, required=len(self.scales) == 1)
        self.order_fields([field_of(scale.key) for scale in self.scales])
        if TWO_SHEETS in self.data:
            self.ask_two_sheets()

    def ask_two_sheets(self) -> None:
        """Grows the field by which the staff say that there were two."""
        self.fields[TWO_SHEETS] = two_sheets_field()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        names = {scale.key: field_of(scale.key) for scale in self.scales}
        given = {key: value for key, name in names.items() if (value := data.pop(name, None)) is not None}
        if not given and not self.errors:
            raise forms.ValidationError(_("Give at least one total."))
        return data | {"totals": given}


class TotalsCorrectionForm(TotalsForm):
    """The totals anew, with the reason."""

    submission_id = None
    reason = change_reason_field()


def _total_field(scale: Scale, *, required: bool) -> forms.Field:
    """Empty is no total: the scale then has no score. The range is checked by the scoring itself, too."""
    low, high = written(number(scale.minimum)), written(number(scale.maximum))
    span = _("From {low} to {high}.").format(low=low, high=high)
    return forms.FloatField(
        label=_(scale.title),
        required=required,
        help_text=f"{span} {_better(scale)}".strip(),
        min_value=scale.minimum,
        max_value=scale.maximum,
        widget=forms.NumberInput(
            attrs={"step": "1" if scale.rule == "sum" and not scale.decimals else "any"}
        ),
    )


def _better(scale: Scale) -> str:
    worse = {"higher_is_worse": _("Higher is worse."), "higher_is_better": _("Higher is better.")}
    return worse.get(scale.direction, "")


def shown_totals(totals: dict[str, Number]) -> dict[str, Number]:
    """Stored totals as the initial values of a form."""
    return {field_of(key): value for key, value in totals.items()}
