"""Forms of the release pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.release_closing import LONGEST_NOTE
from reports.release_frames import TABLES
from tracking.models import Study, User
from tracking.pages.parts import offer_rows

DECISIONS = [("approve", gettext_lazy("Approve")), ("decline", gettext_lazy("Decline"))]
CHOSEN_AT_FIRST = ("episodes", "scores")


def _tables() -> list[tuple[str, str]]:
    return [(name, _(title)) for name, (title, build) in TABLES.items()]


class ReleaseRequestForm(forms.Form):
    """What a researcher asks for. The studies are those that the researcher is in today."""

    study = forms.ModelChoiceField(
        label=gettext_lazy("Study"), queryset=Study.objects.none(), to_field_name="key", empty_label=None
    )
    tables = forms.MultipleChoiceField(
        label=gettext_lazy("Tables"),
        choices=_tables,
        widget=forms.CheckboxSelectMultiple,
        initial=CHOSEN_AT_FIRST,
        help_text=gettext_lazy(
            "Ask for what the question needs: every table more makes people easier to recognise. "
            "The treatment episodes always come along."
        ),
    )
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=gettext_lazy(
            "Which question the data are to answer, and who will work with them. The data steward decides on this."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "study", Study.objects.visible_to(user).order_by("title"))


class ReleaseRevocationForm(forms.Form):
    """Why a release is closed before its time."""

    note = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 2, "id": "id_why_closed"}),
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("The person who asked reads it, and it stays with the release."),
    )


class ReleaseDecisionForm(forms.Form):
    """Yes or no, and why. The two buttons say which."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=DECISIONS)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Needed when you decline. The person who asked reads it."),
    )

    @property
    def approves(self) -> bool:
        chosen: str = self.cleaned_data["decision"]
        return chosen == "approve"
