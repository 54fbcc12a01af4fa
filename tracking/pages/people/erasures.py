"""Erasure on a person's request: what would go and what the law keeps; asked by one, decided by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracking.actions import erasures
from tracking.models import Patient
from tracking.pages.access import SignedInRequest
from tracking.pages.parts import Rowed
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, about, for_patient, form_page
from tracking.queries.retention import parts_of
from tracking.rules.policies.erasures import erasure_deciders
from tracking.vocabulary import ReadPage


class AskForm(Rowed):
    asked = forms.BooleanField(
        label=gettext_lazy("The person has asked for it, and I know that it was this person")
    )


class DecideForm(Rowed):
    approve = forms.TypedChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[
            ("1", gettext_lazy("Erase it: it cannot be put back")),
            ("0", gettext_lazy("Refuse it: everything stays as it is")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )


@for_patient(Patient, page=ReadPage.PATIENT_ERASE)
def patient_erase(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """What is held about a person, what of it would be erased, and who has said so."""
    last = patient.erasures.select_related("asked_by", "decided_by").first()
    is_open = last is not None and last.approved is not False and last.erased_at is None

    def write(**data: Any) -> HttpResponse:
        if data.get("approve", True):
            check_shown_again(request)
        if last is not None and last.approved is None:
            erasures.decide_erasure(by=request.user, row=last, approve=data["approve"])
            said = _("Approved. It is erased when the operator next runs it.")
            messages.success(request, said if data["approve"] else _("Refused. Nothing was changed."))
        else:
            erasures.ask_erasure(by=request.user, patient=patient)
            messages.success(request, _("Asked. Another clinician of the team decides."))
        return redirect("patient-erase", patient.public_id)

    waits = last is not None and last.approved is None
    able = list(erasure_deciders(last)) if last and waits else []
    page = Page(_("Erase what is held"), _("Decide") if waits else _("Ask for erasure"))
    context = {
        "parts": parts_of(patient),
        "row": last,
        "waits": waits,
        "may_write": request.user in able if waits else not is_open,
        "deciders": [one.name for one in able],
    }
    form = (DecideForm if waits else AskForm)(request.POST or None)
    return form_page(request, form, write, page, "tracking/people/erase.html", **context, **about(patient))
