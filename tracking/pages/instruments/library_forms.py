"""Uploading the definition of a site's own instrument, and retiring a version of it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.errors import DefinitionError
from tracking.actions.library import LONGEST_REASON
from tracking.errors import TrackingError
from tracking.models import Site, User
from tracking.pages.parts import Rowed, offer_rows, words_field
from tracking.queries.administration import administered_sites
from tracking.rules.definitions import LARGEST, Definition, read_definition
from tracking.rules.policies.library import check_publishable

LONGEST_NAME = 80


class DefinitionForm(Rowed):
    """A definition as a file or as text, checked as the shipped ones are. ``definition`` is what was read."""

    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)
    upload = forms.FileField(
        label=gettext_lazy("Definition, as a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".toml,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Definition, as text"),
        help_text=gettext_lazy("Paste it here instead of choosing a file."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "mono"}),
    )
    name = forms.CharField(required=False, max_length=LONGEST_NAME, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", administered_sites(by))
        self.definition: Definition | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        upload, text = data.get("upload"), data.get("text")
        if bool(upload) == bool(text and text.strip()):
            raise forms.ValidationError(_("Give either a file or its text."))
        field = "upload" if upload else "text"
        try:
            data["name"] = _name(upload) if upload else data["name"] or _("pasted text")
            self.definition = read_definition(_content(upload) if upload else text or "", data["name"])
            check_publishable(self.definition.instrument, data["site"])
        except (DefinitionError, TrackingError) as refusal:
            self.add_error(field, str(refusal))
        return data


class RetireForm(Rowed):
    """Why a version is not asked any more."""

    reason = words_field(
        gettext_lazy("Why is it retired?"),
        gettext_lazy("Stays with the version, for everybody who wonders later."),
        longest=LONGEST_REASON,
    )


def _name(upload: UploadedFile[bytes]) -> str:
    return PurePath(upload.name or "").name[:LONGEST_NAME] or _("pasted text")


def _content(upload: UploadedFile[bytes]) -> bytes:
    """One byte more than may be: enough to see that it is too large."""
    content: bytes = upload.read(LARGEST + 1)
    return content
