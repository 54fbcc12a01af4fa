"""Forms for languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tracking.pages.parts import Rowed
from tracking.rules.crisis import names_somebody


class LanguageForm(Rowed):
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("That of the browser")), *settings.LANGUAGES], required=False
    )


class ContactsForm(Rowed):
    """One field a language: ``known`` has what stands there, under no language what everybody else reads."""

    def __init__(self, *args: Any, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["everybody"] = _contacts_field(
            _("For everybody"), known[""], _("One a line: name, number, hours."), is_needed=True
        )
        for code, name in settings.LANGUAGES:
            self.fields[f"in_{code}"] = _contacts_field(
                name, known.get(code, ""), _("Empty: as for everybody.")
            )

    def language_of(self, field: str) -> str:
        return "" if field == "everybody" else field.removeprefix("in_")

    def clean(self) -> dict[str, Any]:
        for name, text in list(self.cleaned_data.items()):
            if text and not names_somebody(text):
                self.add_error(name, _("Name somebody who can be reached."))
        return self.cleaned_data


def _contacts_field(label: Any, known: str, help_text: Any, *, is_needed: bool = False) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(
        label=label, initial=known, help_text=help_text, required=is_needed, max_length=1000, widget=area
    )
