"""Forms of the catalogue: what to look for, and totals to try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import score_total
from measures.words.phrases import range_as_sentence, sentence
from tracking.queries.catalogue import TOTALS

WHO = [
    ("", gettext_lazy("Everybody")),
    ("self", gettext_lazy("The patient")),
    ("clinician", gettext_lazy("A clinician")),
    (TOTALS, gettext_lazy("Nobody here: totals only")),
]


class CatalogueForm(forms.Form):
    """What the list is narrowed to. What cannot be understood narrows nothing."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    who = forms.ChoiceField(label=gettext_lazy("Answered by"), required=False, choices=WHO)

    @property
    def wanted(self) -> tuple[str, str]:
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("who", "")


class TotalsForm(forms.Form):
    """One number for each scale of an instrument of which only totals are known."""

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.instrument = instrument
        for scale in instrument.scales:
            self.fields[scale.key] = forms.FloatField(
                label=_(scale.title),
                required=False,
                min_value=scale.minimum,
                max_value=scale.maximum,
                widget=forms.NumberInput(attrs={"step": "any"}),
                help_text=range_as_sentence(scale),
            )

    def clean(self) -> dict[str, Any]:
        for key, total in self.totals.items():
            try:
                score_total(self.instrument, key, total)
            except AnswerError as error:
                self.add_error(key, sentence(error.reason))
        return self.cleaned_data

    @property
    def totals(self) -> dict[str, float]:
        """What was given and can be taken, by scale."""
        given = {scale.key: self.cleaned_data.get(scale.key) for scale in self.instrument.scales}
        return {key: total for key, total in given.items() if total is not None}
