"""Staff pages of asking and rating: rate what was asked, rate at once, ask, make a link for the patient."""

from __future__ import annotations

import re
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from measures.instrument import Instrument
from tracking.actions import assessments, links, scheduling
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, TreatmentEpisode, WordingPack
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.pages.answers.answering import Context, running, sheet, take_in, whom, words_on_sheet
from tracking.pages.answers.answers_forms import NewRecordForm, RecordForm
from tracking.pages.answers.asking_forms import AskForm, LinkForm
from tracking.pages.refusals import refusals_shown
from tracking.queries.guesses import is_followed_by_guess
from tracking.queries.requests import (
    asked_on_paper,
    instruments_to_ask,
    is_of_team,
    open_request_for,
    open_self_reports,
    raters_for,
    totals_to_record,
)
from tracking.queries.sittings import begun
from tracking.rules.policies.assessments import check_may_rate, check_request_open, is_shown_blind
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import ON_PAPER, in_words_of
from tracking.vocabulary import AnswerSource, ItemState, ReadPage, Role

ENDORSED = (
    "You marked an answer about suicide. The care team is told at once, but nobody may be reading this now. If the "
    "person is in danger, do not leave them alone and call for help:"
)
LEFT_OUT = (
    "A question about suicide has no answer. It does not count as a no: the care team is asked to look."
)
NUMBER = re.compile(r"[0-9]{1,9}")
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@roles_required(Role.CLINICIAN, Role.RATER)
@get_or_post
@refusals_shown
def rate(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Rates what was asked for. Whoever is not of the team sees a study code and the scale, nothing else."""
    rows = AssessmentRequest.objects.visible_to(request.user).select_related("episode__patient__identity")
    asked = one_or_404(rows, public_id=public_id)
    check_may_rate(asked, request.user)
    instrument = instrument_of(asked.instrument, asked.version)
    blind = not is_of_team(request.user, asked.episode)
    if blind and not is_shown_blind(asked, local_today(asked.episode.patient)):
        raise Http404
    if request.method == "POST" and request.htmx:
        return running(request, RecordForm(request.POST, instrument=instrument))
    opened(request, asked.episode.patient, ReadPage.RATE)
    today = local_today(asked.episode.patient)
    pack = words_on_sheet(request, instrument, asked.episode.patient)
    worded = in_words_of(pack, instrument)
    context = _context(asked.episode, instrument, pack, blind=blind)
    context |= {"asked": None if blind else asked, "begun": None if blind else begun(asked)}
    if request.method != "POST":
        check_request_open(asked, today)
        initial = {"assessed_on": today, "wording": pack.public_id if pack else None}
        return sheet(request, RecordForm(instrument=worded, initial=initial), context)
    form = RecordForm(request.POST, instrument=worded)
    return take_in(
        request,
        form,
        context,
        write=lambda: assessments.submit_assessment(
            by=request.user,
            request=asked,
            answers=form.answers,
            source=_source(instrument),
            assessed_on=form.cleaned_data["assessed_on"],
            wording=pack,
            draft_seen=_draft_seen(request),
        ),
        after=lambda submitted: _received(request, submitted),
    )


@roles_required(Role.CLINICIAN)
@get_or_post
@refusals_shown
def rate_new(request: SignedInRequest, public_id: uuid.UUID, instrument: str) -> HttpResponse:
    """Rates at once what nobody had asked for, or enters a self-report for the patient."""
    episode = _episode(request, public_id)
    definition = _offered(episode, instrument)
    _check_version(request, definition)
    if request.method == "POST" and request.htmx:
        return running(request, RecordForm(request.POST, instrument=definition))
    opened(request, episode.patient, ReadPage.RATE_NEW)
    pack = words_on_sheet(request, definition, episode.patient)
    worded = in_words_of(pack, definition)
    waiting = open_request_for(episode, definition)
    context = _context(episode, definition, pack)
    context |= {"open_request": waiting, "begun": begun(waiting) if waiting else None}
    if request.method != "POST":
        initial = {"assessed_on": local_today(episode.patient), "submission_id": uuid.uuid4()}
        initial["version"] = definition.version
        initial["wording"] = pack.public_id if pack else None
        return sheet(request, NewRecordForm(instrument=worded, initial=initial), context)
    form = NewRecordForm(request.POST, instrument=worded)
    return take_in(
        request,
        form,
        context,
        write=lambda: assessments.record_assessment(
            by=request.user,
            episode=episode,
            instrument=definition,
            answers=form.answers,
            source=_source(definition),
            assessed_on=form.cleaned_data["assessed_on"],
            submission_id=form.cleaned_data["submission_id"],
            wording=pack,
        ),
        after=lambda submitted: _received(request, submitted),
    )


@roles_required(Role.CLINICIAN)
@get_or_post
def request_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Asks for a questionnaire or a rating."""
    episode = _episode(request, public_id)
    opened(request, episode.patient, ReadPage.REQUEST_NEW)
    instruments, raters = instruments_to_ask(episode), raters_for(episode)
    initial = {"due_on": local_today(episode.patient), "instrument": request.GET.get("instrument")}
    form = AskForm(_data(request), initial=initial, instruments=instruments, raters=raters)
    if request.method == "POST" and form.is_valid():
        try:
            asked = scheduling.create_request(by=request.user, episode=episode, **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.reason)
        else:
            return _asked(request, asked)
    context = _whom(episode) | {"form": form, "rate_now": instruments, "totals": totals_to_record(episode)}
    return render(request, "tracking/answers/entry/ask.html", context, status=400 if form.errors else 200)


@roles_required(Role.CLINICIAN)
@get_or_post
def link_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Makes a link with which the patient answers without a password. Its address is shown once."""
    episode = _episode(request, public_id)
    opened(request, episode.patient, ReadPage.LINK_NEW)
    identity = getattr(episode.patient, "identity", None)
    asked = open_self_reports(episode)
    on_paper = asked_on_paper(asked)
    form = LinkForm(
        _data(request),
        requests=asked.exclude(pk__in=[one.pk for one, _ in on_paper]),
        can_mail=bool(identity and identity.email),
    )
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["requests"])
        link, token = links.issue_link(by=request.user, episode=episode, requests=chosen)
        url = settings.BASE_URL + reverse("sitting-landing", args=[token])
        if form.cleaned_data.get("mail"):
            links.mail_link(by=request.user, link=link, url=url)
        page = {"link": link, "url": url, "mailed": form.cleaned_data.get("mail")} | _whom(episode)
        return render(request, "tracking/answers/entry/link_made.html", page)
    context = {"form": form, "on_paper": on_paper} | _whom(episode)
    return render(request, "tracking/answers/entry/link.html", context, status=400 if form.errors else 200)


def _data(request: HttpRequest) -> QueryDict | None:
    """What was posted, even when it is nothing at all; ``None`` for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def _episode(request: SignedInRequest, public_id: uuid.UUID) -> TreatmentEpisode:
    rows = TreatmentEpisode.objects.visible_to(request.user)
    return one_or_404(rows.select_related("patient__identity", "patient__team"), public_id=public_id)


def _offered(episode: TreatmentEpisode, key: str) -> Instrument:
    found = next((one for one in instruments_to_ask(episode) if one.key == key), None)
    if found is None:
        raise Http404
    return found


def _draft_seen(request: HttpRequest) -> int:
    """The number of the patient's latest answer that the sheet has shown; 0 where it has shown none."""
    number = request.POST.get("draft_seen", "")
    return int(number) if NUMBER.fullmatch(number) else 0


def _check_version(request: HttpRequest, definition: Instrument) -> None:
    """A sheet that was opened before a new version came out holds answers to the questions of the old one."""
    if request.POST.get("version", definition.version) != definition.version:
        raise Conflict("a new version was published after this page was opened")


def _whom(episode: TreatmentEpisode, *, blind: bool = False) -> Context:
    return whom(episode.patient, blind=blind) | {"episode": episode}


def _context(
    episode: TreatmentEpisode, instrument: Instrument, pack: WordingPack | None, *, blind: bool = False
) -> Context:
    return _whom(episode, blind=blind) | {
        "pack": pack,
        "for_patient": instrument.rater == "self",
        "today": local_today(episode.patient),
    }


def _source(instrument: Instrument) -> AnswerSource:
    """Staff rate a clinician's scale, and enter the patient's answers to a self-report."""
    return AnswerSource.CLINICIAN_ENTERED if instrument.rater == "self" else AnswerSource.CLINICIAN


def _received(request: SignedInRequest, submitted: Submitted) -> HttpResponse:
    if submitted.created:
        messages.success(request, "Recorded.")
    else:
        messages.warning(request, "This had already been received. Nothing was stored a second time.")
    if not is_of_team(request.user, submitted.assessment.episode):
        _say_what_to_do(request, submitted)
        if is_followed_by_guess(submitted.assessment, request.user):
            return redirect("rating-guess", public_id=submitted.assessment.public_id)
        return redirect("ratings")
    return redirect("assessment", public_id=submitted.assessment.public_id)


def _say_what_to_do(request: HttpRequest, submitted: Submitted) -> None:
    """A rater cannot see the alert; what it asks of the rater now is said all the same."""
    if any(alert.state == ItemState.ENDORSED for alert in submitted.alerts):
        messages.warning(request, f"{ENDORSED} {_whom_to_call(submitted)}")
    elif submitted.alerts:
        messages.warning(request, LEFT_OUT)


def _whom_to_call(submitted: Submitted) -> str:
    contacts = submitted.assessment.episode.patient.team.site.crisis_contacts
    return "; ".join(line.strip() for line in contacts.splitlines() if line.strip())


def _asked(request: HttpRequest, asked: AssessmentRequest) -> HttpResponse:
    if asked_on_paper([asked]):
        messages.warning(request, f"Asked for, {ON_PAPER}.")
    else:
        messages.success(request, "Asked for.")
    if asked.rater == "self":
        return redirect("link-new", public_id=asked.episode.public_id)
    return redirect("patient", public_id=asked.episode.patient.public_id)
