"""A person's own copy: made by the care team, on request, and handed over as one file."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, gettext_lazy, override
from django.utils.translation import gettext as _

from tracking.actions.copies import make_copy
from tracking.models import Patient
from tracking.pages.access import SignedInRequest
from tracking.pages.parts import Rowed, words_field
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, about, for_patient, form_page
from tracking.queries.copies import Copy
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.tongues import language_of
from tracking.vocabulary import ReadPage

STYLE = "throughline.css"


class CopyForm(Rowed):
    withheld = words_field(
        gettext_lazy("Leave out what the staff wrote in their own words? Then say why"),
        gettext_lazy(
            "Empty: everything is in it. The law lets you withhold notes only for weighty therapeutic reasons or for "
            "the rights of others. The person reads the reason."
        ),
        longest=LONGEST_REASON,
        required=False,
    )


@for_patient(Patient, page=ReadPage.PATIENT_COPY)
def patient_copy(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Everything that is held about the person, as one file. Made by somebody who has just shown again who they are."""

    def write(**data: Any) -> HttpResponse:
        check_shown_again(request)
        with override(language_of(patient.language, patient.team.site.language)):
            made = make_copy(by=request.user, patient=patient, **data)
            return _as_file(made)

    page = Page(
        _("The person’s own copy"),
        _("Make the copy"),
        _(
            "One file with all that is held about this person: to be read, and every field for machines. It says which "
            "treatment was given, also where somebody is blind to it. Hand it to nobody but the person."
        ),
    )
    form = CopyForm(request.POST if request.method == "POST" else None)
    return form_page(request, form, write, page, **about(patient))


def _as_file(made: Copy) -> HttpResponse:
    packed = io.BytesIO()
    words = {"copy": made, "style": STYLE, "direction": "rtl" if get_language_bidi() else "ltr"}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.html", render_to_string("tracking/people/copy.html", words))
        archive.writestr(
            "copy.json", json.dumps(made.for_machines, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        )
        archive.write(str(finders.find(STYLE)), STYLE)
    name = f"copy-{made.patient.study_code}.zip"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(packed.getvalue(), content_type="application/zip", headers=disposition)
