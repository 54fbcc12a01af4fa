"""What is asked and not answered: excuse it with a reason, or hand a rating over to a colleague."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from measures.language import marked
from tracking.actions import scheduling
from tracking.models import AssessmentRequest, User
from tracking.pages.access import SignedInRequest
from tracking.pages.answers.asking_forms import NamedField
from tracking.pages.parts import Rowed, offer_rows
from tracking.pages.writing import Page, about, for_patient, form_page, patient_url
from tracking.queries.due_work import takes_over
from tracking.queries.requests import is_of_team
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import CancelReason, ReadPage

LEAD = marked(
    "Whoever is named makes this rating, and nobody else. An independent rater sees a study code and the scale, and "
    "nothing of the treatment."
)


class ExcuseForm(Rowed):
    """Why nobody needs to answer it. An end of the treatment and a death are recorded as such, not here."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[
            (one.value, one.label)
            for one in CancelReason
            if one not in (CancelReason.ENDED, CancelReason.DIED)
        ],
        widget=forms.RadioSelect,
    )


class HandOverForm(Rowed):
    """Who rates in one's place."""

    to = NamedField(
        label=gettext_lazy("Who rates it"), queryset=User.objects.none(), empty_label=gettext_lazy("Choose")
    )


@for_patient(AssessmentRequest, page=ReadPage.REQUEST_EXCUSE)
def request_excuse(request: SignedInRequest, asked: AssessmentRequest) -> HttpResponse:
    """Nobody needs to answer this any more, for a reason that stays on record."""
    _check_of_team(request, asked)

    def write(reason: str) -> HttpResponse:
        scheduling.cancel_request(by=request.user, request=asked, reason=reason)
        messages.success(request, _("Excused: {what}.").format(what=what))
        return redirect(patient_url(asked.episode.patient))

    what = _what(asked)
    form = ExcuseForm(request.POST if request.method == "POST" else None)
    page = Page(
        _("Excuse {what}").format(what=what),
        pgettext("button", "Excuse"),
        _("It is not asked any more. The reason stays on record."),
    )
    return form_page(request, form, write, page, **about(asked.episode.patient))


@for_patient(AssessmentRequest, page=ReadPage.REQUEST_HAND_OVER)
def request_hand_over(request: SignedInRequest, asked: AssessmentRequest) -> HttpResponse:
    """Somebody else makes this rating."""
    _check_of_team(request, asked)
    if asked.rater != "clinician":
        raise Http404
    if asked.blinded:
        return redirect("rater-assign", asked.public_id)

    def write(**data: Any) -> HttpResponse:
        scheduling.hand_over_request(by=request.user, request=asked, **data)
        said = _("Handed over to {name}: {what}.").format(name=data["to"].name, what=what)
        messages.success(request, said)
        return redirect(patient_url(asked.episode.patient))

    what = _what(asked)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    offer_rows(form, "to", takes_over(asked))
    page = Page(_("Hand over {what}").format(what=what), pgettext("button", "Hand over"), _(LEAD))
    return form_page(request, form, write, page, **about(asked.episode.patient))


def _check_of_team(request: SignedInRequest, asked: AssessmentRequest) -> None:
    """A rating that somebody was given from outside the team is seen, too, and is theirs to make, not to excuse."""
    if not is_of_team(request.user, asked.episode):
        raise Http404


def _what(asked: AssessmentRequest) -> str:
    instrument = instrument_of(asked.instrument, asked.version)
    day = date_format(asked.due_on, "DATE_FORMAT")
    return _("{instrument}, due {day}").format(instrument=instrument.short_title, day=day)
