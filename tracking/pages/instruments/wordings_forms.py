"""Uploading a wording pack, withdrawing one, and the languages of sites and patients."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures.wording import LARGEST
from tracking.models import Site, User
from tracking.pages.parts import Rowed, offer, offer_rows, words_field
from tracking.queries.administration import administered_sites
from tracking.queries.wordings import languages_served

KINDS = [("csv", gettext_lazy("A table (CSV)")), ("toml", "TOML")]
BYTES_A_CHARACTER = 4  # at most, in UTF-8


class PackForm(Rowed):
    """A pack as a file or as pasted text, for one site. ``text`` and ``kind`` are what is to be read."""

    site = forms.ModelChoiceField(
        label=gettext_lazy("For the patients of"), queryset=Site.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("The filled-in template, saved as CSV (UTF-8) or as TOML."),
        widget=forms.FileInput(attrs={"accept": ".csv,.toml,text/csv,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What was pasted is"), choices=KINDS, initial="csv")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", administered_sites(by))

    def clean(self) -> dict[str, Any]:
        """A file becomes its text."""
        data = super().clean()
        file = data.pop("file", None)
        if "file" in self.errors:
            return data
        if bool(file) == bool((data.get("text") or "").strip()):
            raise forms.ValidationError(_("Choose a file or paste a text, one of the two."))
        if file:
            data |= {"text": self._content(file), "kind": PurePath(file.name).suffix.lower().lstrip(".")}
        return data

    def _content(self, file: UploadedFile[bytes]) -> str:
        if PurePath(file.name or "").suffix.lower() not in (".csv", ".toml"):
            self.add_error("file", _("The name of the file must end in .csv or .toml."))
        elif (file.size or 0) > LARGEST * BYTES_A_CHARACTER:
            self.add_error(
                "file",
                _("The file is larger than {size} kB.").format(size=LARGEST * BYTES_A_CHARACTER // 1024),
            )
        else:
            try:
                text: str = file.read().decode("utf-8-sig")
                return text
            except UnicodeDecodeError as error:
                reason = _("Byte {number} is not UTF-8. In the spreadsheet choose “CSV UTF-8” when saving.")
                self.add_error("file", reason.format(number=error.start))
        return ""


class WithdrawForm(Rowed):
    """Why a wording is shown no more."""

    reason = words_field(
        gettext_lazy("Why is it withdrawn?"),
        gettext_lazy("Stays with the wording. What was answered in it keeps its name."),
        longest=1000,
    )


class SiteAskingForm(Rowed):
    """The language in which a site asks whoever has none of their own, and at which pace."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("A patient may have a language of their own."),
    )
    tap_advances = forms.BooleanField(
        label=gettext_lazy("The next question comes by itself after an answer"),
        required=False,
        help_text=gettext_lazy("Whoever answers can change it on the page."),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"language": site.language, "tap_advances": site.tap_advances}
        offer(self, "language", languages_served(site.language))
