"""What the list of looks is narrowed by, and what is said when something odd was looked into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.models import User
from tracking.pages.parts import Rowed, day_field, offer_rows, words_field
from tracking.queries.oversight import Asked, readers

OPEN, ODD, ALL = "open", "odd", "all"


class LooksForm(Rowed):
    """What is odd and open, unless somebody asks for more. Of what cannot be read nothing is taken."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            (OPEN, gettext_lazy("odd and not looked into")),
            (ODD, gettext_lazy("everything odd")),
            (ALL, gettext_lazy("every look")),
        ],
    )
    day = day_field(pgettext_lazy("filter", "Day"), required=False)
    reader = forms.ModelChoiceField(
        label=gettext_lazy("Who looked"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=gettext_lazy("anybody"),
    )
    code = forms.CharField(label=gettext_lazy("Study code"), required=False, max_length=12)

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        offer_rows(self, "reader", readers(by))

    @property
    def wanted(self) -> tuple[str, Asked]:
        self.is_valid()
        found = self.cleaned_data
        code = (found.get("code") or "").strip().upper()
        return found.get("show") or OPEN, Asked(found.get("day"), found.get("reader"), code)


class CloseForm(Rowed):
    reason = words_field(
        gettext_lazy("What did you find out?"),
        gettext_lazy("Stays on record. Nothing about health, and no name of a patient."),
        longest=2000,
    )
