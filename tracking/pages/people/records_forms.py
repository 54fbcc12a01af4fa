"""A patient's place, and a record that is one too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from tracking.models import CareTeam, Patient, User
from tracking.pages.parts import Rowed, offer_rows, words_field
from tracking.queries.records import other_teams
from tracking.rules.policies.transfers import LONGEST_REASON, clinicians_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


STAYS = gettext_lazy("Stays on record.")
READ_BY_A_COLLEAGUE = gettext_lazy("The colleague who confirms reads it. Stays on record.")


def reason_field(label: StrOrPromise, help_text: StrOrPromise = STAYS) -> forms.CharField:
    return words_field(label, help_text, longest=LONGEST_REASON)


class ResponsibleForm(Rowed):
    """Who answers for the treatment."""

    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Responsible clinician"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, initial={"responsible": patient.responsible_id}, **kwargs)
        offer_rows(self, "responsible", clinicians_of(patient.team))


class TransferForm(Rowed):
    """Which team treats the patient from now on."""

    team = forms.ModelChoiceField(
        label=gettext_lazy("To the care team"),
        queryset=CareTeam.objects.none(),
        empty_label=gettext_lazy("Choose"),
    )
    reason = reason_field(gettext_lazy("Why?"))

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "team", other_teams(patient))


class UndoForm(Rowed):
    reason = reason_field(gettext_lazy("What was the mistake?"), READ_BY_A_COLLEAGUE)


class MergeForm(Rowed):
    """The record that stays is named by its code, as it stands on its page: no list of names to slip in."""

    into = forms.CharField(label=gettext_lazy("Study code of the record that stays"), max_length=12)
    reason = reason_field(
        gettext_lazy("How do you know that they are one person?"),
        gettext_lazy("The colleague who confirms reads it."),
    )


class DecideForm(Rowed):
    approve = forms.TypedChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[
            ("1", gettext_lazy("Confirm it")),
            ("0", gettext_lazy("Refuse it: the records stay as they are")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )


class ReverseForm(Rowed):
    reason = reason_field(gettext_lazy("Why is it put back?"))
