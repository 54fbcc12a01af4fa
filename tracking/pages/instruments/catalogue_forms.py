"""Forms of the catalogue: what to look for, and totals to try."""

from __future__ import annotations

from typing import Any

from django import forms

from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import score_total
from measures.words.phrases import range_in_words, sentence
from tracking.queries.catalogue import TOTALS

WHO = [
    ("", "Everybody"),
    ("self", "The patient"),
    ("clinician", "A clinician"),
    (TOTALS, "Nobody here: totals only"),
]


class CatalogueForm(forms.Form):
    """What the list is narrowed to. What cannot be understood narrows nothing."""

    q = forms.CharField(
        label="Search", required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    who = forms.ChoiceField(label="Answered by", required=False, choices=WHO)

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
                label=scale.title,
                required=False,
                min_value=scale.minimum,
                max_value=scale.maximum,
                widget=forms.NumberInput(attrs={"step": "any"}),
                help_text=sentence(f"from {range_in_words(scale)}"),
            )

    def clean(self) -> dict[str, Any]:
        for key, total in self.totals.items():
            try:
                score_total(self.instrument, key, total)
            except AnswerError as error:
                self.add_error(key, f"{error.reason[:1].upper()}{error.reason[1:]}.")
        return self.cleaned_data

    @property
    def totals(self) -> dict[str, float]:
        """What was given and can be taken, by scale."""
        given = {scale.key: self.cleaned_data.get(scale.key) for scale in self.instrument.scales}
        return {key: total for key, total in given.items() if total is not None}
