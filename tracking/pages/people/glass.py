"""In an emergency: a clinician names somebody of another team, says why, and reads the record for an hour."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracking import clock
from tracking.actions import tries
from tracking.actions.glass import end_glass, open_glass
from tracking.addresses import client_network
from tracking.errors import NotPermitted
from tracking.models import Patient
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.pages.parts import Rowed, day_field, words_field
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, form_page
from tracking.queries.glass import Sought, emergency, find
from tracking.queries.names import whose
from tracking.rules.policies.glass import check_may_break, opened_by
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.vocabulary import ReadPage, Role

TEMPLATES = "tracking/people/glass/"


class SeekForm(Rowed):
    """Whom somebody looks for. Nothing is offered, and a part of a name finds nobody."""

    layout = (("given_name", "family_name"),)
    headings = {
        "code": gettext_lazy("Who is it?"),
        "reason": gettext_lazy("What is the emergency?"),
    }

    code = forms.CharField(
        label=gettext_lazy("Study code"),
        help_text=gettext_lazy("Or, without it, whole name and date of birth."),
        required=False,
        max_length=12,
    )
    given_name = forms.CharField(label=gettext_lazy("Given name"), required=False, max_length=120)
    family_name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=120)
    born = day_field(gettext_lazy("Date of birth"), required=False)
    reason = words_field(
        gettext_lazy("Why do you need this record now?"),
        gettext_lazy("Read by the leads of the team and by the privacy officers. It stays on record."),
        longest=LONGEST_REASON,
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if not self.errors and not _sought(**found).is_whole:
            raise forms.ValidationError(_("Type the study code, or both names and the date of birth."))
        return found


def _sought(
    code: str = "", given_name: str = "", family_name: str = "", born: date | None = None, reason: str = ""
) -> Sought:
    return Sought(code.strip(), given_name.strip(), family_name.strip(), born)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.CLINICIAN)
def seek(request: SignedInRequest) -> HttpResponse:
    """Opens the record of whoever is named whole. Nobody is found without being opened, and so told of."""

    def write(reason: str, **named: Any) -> HttpResponse:
        check_shown_again(request)
        patient = _found(request, _sought(**named))
        glass = open_glass(by=request.user, patient=patient, reason=reason)
        return redirect("emergency-record", glass.public_id)

    page = Page(_("Open a record in an emergency"), _("Open the record for an hour"))
    form = SeekForm(request.POST if request.method == "POST" else None)
    return form_page(request, form, write, page, f"{TEMPLATES}seek.html")


def _found(request: SignedInRequest, sought: Sought) -> Patient:
    """One answer for whoever is absent, of the own team, of another site or rated blind. Tries are counted outside of
    any transaction, or a refusal would undo the count."""
    check_may_break(request.user)
    counted = tries.put_down(
        sources=tries.emergency_sources(account=str(request.user.public_id), network=client_network(request)),
        now=timezone.now(),
    )
    if counted is None:
        raise NotPermitted(_("too many tries found nobody: call the team, or try again in an hour"))
    patient = find(request.user, sought)
    if patient is None:
        raise NotPermitted(
            _(
                "nobody was found who can be opened so: look at code, name and date again; whoever your own team "
                "treats stands under Patients"
            )
        )
    tries.take_back(tries=counted)
    return patient


@require_safe
@roles_required(Role.CLINICIAN)
def record(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What an emergency needs, to be read: nothing can be entered here."""
    glass = one_or_404(opened_by(request.user), public_id=public_id)
    opened(request, glass.patient, ReadPage.EMERGENCY_RECORD)
    context = {
        "glass": glass,
        "minutes": -((clock.now() - glass.ends_at) // timedelta(minutes=1)),  # rounded up
        "whose": whose(glass.patient),
        "record": emergency(glass, str(get_language())),
    }
    return render(request, f"{TEMPLATES}record.html", context)


@require_POST
@roles_required(Role.CLINICIAN)
def end(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The emergency is over."""
    end_glass(by=request.user, glass=one_or_404(opened_by(request.user), public_id=public_id))
    messages.success(request, _("The record is closed."))
    return redirect("emergency")
