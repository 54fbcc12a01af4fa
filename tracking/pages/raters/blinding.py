"""What the care team does about blinded ratings: who makes them, a second one, and who is told the treatment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from measures.language import marked
from measures.words.phrases import listed
from tracking.actions import rating
from tracking.actions import unblinding as actions
from tracking.errors import Conflict
from tracking.models import AssessmentRequest, TreatmentEpisode, Unblinding
from tracking.pages.access import SignedInRequest
from tracking.pages.raters.raters_forms import AskUnblindingForm, DecideUnblindingForm, RaterForm
from tracking.pages.refusals import refusals_shown
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, about, for_patient, form_page, patient_url
from tracking.queries.raters import blind_raters, choices
from tracking.queries.requests import is_of_team
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.rating import deciders, giving_sessions
from tracking.vocabulary import ReadPage, RequestStatus
from tracking.vocabulary.time_points import time_point_in_words

NOT_OFFERED = marked("Whoever was in the room, knows the treatment or makes the other rating is not offered.")
NOT_CHOSEN = marked(
    "You give sessions in this team, so you cannot name who rates: the choice could tell the rater the treatment. "
    "It goes to whoever is available."
)


@for_patient(AssessmentRequest, page=ReadPage.RATER_ASSIGN)
def rater_assign(request: SignedInRequest, asked: AssessmentRequest) -> HttpResponse:
    """Give a blinded rating to somebody, or to somebody else."""
    _check_blinded_of_team(request, asked)

    def write(**data: Any) -> HttpResponse:
        chosen = rating.assign_rater(by=request.user, request=asked, **data)
        messages.success(request, _("Assigned to {name}.").format(name=chosen.name))
        return redirect(patient_url(asked.episode.patient))

    chooses = request.user.pk not in giving_sessions(asked.episode)
    form = RaterForm(
        request.POST if request.method == "POST" else None, choices=choices(asked) if chooses else ()
    )
    page = Page(_("Who rates {what}?").format(what=_what(asked)), _("Assign"), _lead(asked, chooses))
    return form_page(request, form, write, page, **about(asked.episode.patient))


@for_patient(AssessmentRequest, page=ReadPage.SECOND_RATING)
@refusals_shown
def second_rating(request: SignedInRequest, asked: AssessmentRequest) -> HttpResponse:
    """Ask another rater to rate the same occasion."""
    _check_blinded_of_team(request, asked)
    if request.method != "POST":
        return render(
            request,
            "tracking/raters/blinding/second.html",
            {"what": _what(asked)} | about(asked.episode.patient),
        )
    second = rating.request_second_rating(by=request.user, request=asked)
    try:
        chosen = rating.assign_rater(by=request.user, request=second)
    except Conflict as nobody:
        messages.warning(request, _("Asked for, but {reason}.").format(reason=nobody))
        return redirect("rater-assign", second.public_id)
    said = _("{name} rates it a second time, blind to the first rating.")
    messages.success(request, said.format(name=chosen.name))
    return redirect(patient_url(asked.episode.patient))


@for_patient(TreatmentEpisode, page=ReadPage.UNBLINDING_NEW)
def unblinding_new(request: SignedInRequest, episode: TreatmentEpisode) -> HttpResponse:
    """Ask that a rater be told the treatment."""

    def write(**data: Any) -> HttpResponse:
        row = actions.ask_unblinding(by=request.user, episode=episode, **data)
        messages.success(request, _("Asked for. Another person decides."))
        return redirect("unblinding", row.public_id)

    page = Page(
        _("Unblind a rater"),
        _("Ask for it"),
        _(
            "A lead of the care team who is not you decides. A rater who is told the treatment rates this patient no "
            "more."
        ),
    )
    form = AskUnblindingForm(request.POST or None, raters=blind_raters(episode))
    return form_page(
        request, form, write, page, "tracking/raters/blinding/ask.html", **about(episode.patient)
    )


@for_patient(Unblinding, page=ReadPage.UNBLINDING)
@refusals_shown
def unblinding(request: SignedInRequest, row: Unblinding) -> HttpResponse:
    """Who asked, why, and what was decided; the decision, for whoever may make it."""

    def write(**data: Any) -> HttpResponse:
        if data["approve"]:
            check_shown_again(request)
        actions.decide_unblinding(by=request.user, unblinding=row, **data)
        messages.success(request, _("Decided."))
        return redirect("unblinding", row.public_id)

    able = deciders(row)
    return form_page(
        request,
        DecideUnblindingForm(request.POST or None),
        write,
        Page(_("Unblinding of a rater"), _("Decide")),
        "tracking/raters/blinding/unblinding.html",
        row=row,
        may_decide=request.user in able,
        deciders=listed([person.name for person in able], pgettext("a, b or c", "or")) if able else "",
        **about(row.episode.patient),
    )


def _check_blinded_of_team(request: SignedInRequest, asked: AssessmentRequest) -> None:
    """A rater who is also a clinician elsewhere is blind here."""
    if not asked.blinded or not is_of_team(request.user, asked.episode):
        raise Http404


def _what(asked: AssessmentRequest) -> str:
    title = instrument_of(asked.instrument, asked.version).short_title
    return f"{title}, {time_point_in_words(asked.time_point)}" if asked.time_point else title


def _lead(asked: AssessmentRequest, chooses: bool) -> str:
    window = _("Can be rated from {first} to {last}.").format(
        first=date_format(asked.opens_on, "MONTH_DAY_FORMAT"),
        last=date_format(asked.closes_on, "DATE_FORMAT"),
    )
    if asked.status != RequestStatus.OPEN:
        return window
    now = _("Nobody has it yet.")
    if asked.assigned_to:
        now = _("Now assigned to {name}.").format(name=asked.assigned_to.name)
    return f"{now} {window} {_(NOT_OFFERED) if chooses else _(NOT_CHOSEN)}"
