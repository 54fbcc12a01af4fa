"""Staff pages of asking and rating: rate what was asked, rate at once, ask, make a link for the patient."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from measures.instrument import Instrument
from measures.language import marked
from measures.words.phrases import listed
from tracking.actions import assessments, entry_drafts, links, scheduling
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, EntryDraft, TreatmentEpisode, User, WordingPack
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.pages.answers.answering import Context, whom, words_on_sheet
from tracking.pages.answers.answers_forms import NewRecordForm, RecordForm
from tracking.pages.answers.asking_forms import AskForm, LinkForm
from tracking.pages.answers.filling import Filling, fill_in, opened_unless_by_itself
from tracking.pages.refusals import refusals_shown
from tracking.pages.writing import as_sentence
from tracking.queries.entry_drafts import Place, begun_entry, draft_at
from tracking.queries.guesses import is_followed_by_guess
from tracking.queries.requests import (
    asked_on_paper,
    by_language,
    instruments_to_ask,
    is_of_team,
    open_requests_for,
    open_self_reports,
    raters_for,
    totals_to_record,
)
from tracking.queries.sittings import begun
from tracking.rules.languages import sitting_in_words
from tracking.rules.policies.assessments import (
    check_may_rate,
    check_request_open,
    check_version_asked,
    is_shown_blind,
)
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import Shelf, instrument_of
from tracking.rules.policies.wordings import wanted_language
from tracking.vocabulary import AnswerSource, ItemState, ReadPage, Role

ENDORSED = marked(
    "You marked an answer about suicide. The care team is told at once, but nobody may be reading this now. If the "
    "person is in danger, do not leave them alone and call for help:"
)
LEFT_OUT = marked(
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
    today = local_today(asked.episode.patient)
    if blind and not is_shown_blind(asked, today):
        raise Http404
    opened_unless_by_itself(request, asked.episode.patient, ReadPage.RATE)
    if request.method != "POST":
        check_request_open(asked, today)
    place = Place(asked.episode, asked.instrument, request=asked)
    draft = draft_at(request.user, place)
    pack = words_on_sheet(request, instrument, asked.episode.patient, draft)
    context = _context(asked.episode, instrument, pack, blind=blind)
    context |= {"asked": None if blind else asked, "begun": None if blind else begun(asked)}
    filling = Filling(
        place=place,
        draft=draft,
        instrument=instrument,
        pack=pack,
        kind=RecordForm,
        context=context,
        initial={"assessed_on": today, "wording": pack.public_id if pack else None},
        write=lambda form: _answer(request.user, asked, form, pack, draft_seen=_draft_seen(request)),
        after=lambda submitted: _received(request, submitted),
    )
    return fill_in(request, filling)


@roles_required(Role.CLINICIAN)
@get_or_post
@refusals_shown
def rate_new(request: SignedInRequest, public_id: uuid.UUID, instrument: str) -> HttpResponse:
    """Rates at once what nobody had asked for, or enters a self-report for the patient. What is asked for is answered
    where it was asked; only a form of an earlier day is entered here then (``?earlier``)."""
    episode = _episode(request, public_id)
    place = Place(episode, instrument)
    draft = draft_at(request.user, place)
    definition = instrument_of(instrument, draft.version) if draft else _offered(episode, instrument)
    _check_version(request, definition)
    waiting = open_requests_for(request.user, episode, definition)
    if request.method != "POST" and len(waiting) == 1 and not draft and "earlier" not in request.GET:
        return redirect("rate", public_id=waiting[0].public_id)
    opened_unless_by_itself(request, episode.patient, ReadPage.RATE_NEW)
    pack = words_on_sheet(request, definition, episode.patient, draft)
    context = _context(episode, definition, pack)
    context |= {"waiting": waiting, "begun": next(filter(None, map(begun, waiting)), None)}
    filling = Filling(
        place=place,
        draft=draft,
        instrument=definition,
        pack=pack,
        kind=partial(NewRecordForm, requests=waiting),
        context=context,
        initial={
            "assessed_on": local_today(episode.patient),
            "submission_id": uuid.uuid4(),
            "version": definition.version,
            "wording": pack.public_id if pack else None,
        },
        write=lambda form: _record(request.user, episode, form, pack, _draft_seen(request)),
        after=lambda submitted: _received(request, submitted),
    )
    return fill_in(request, filling)


def _answer(
    by: User, asked: AssessmentRequest, form: RecordForm, pack: WordingPack | None, **more: Any
) -> Submitted:
    return assessments.submit_assessment(
        by=by,
        request=asked,
        answers=form.answers,
        source=_source(form.instrument),
        assessed_on=form.cleaned_data["assessed_on"],
        wording=pack,
        two_sheets=form.cleaned_data["two_sheets"],
        **more,
    )


def _record(
    by: User, episode: TreatmentEpisode, form: NewRecordForm, pack: WordingPack | None, draft_seen: int
) -> Submitted:
    """Answers what was asked for that day; where nothing was, it is one that nobody had asked for."""
    once = form.cleaned_data["submission_id"]
    if form.answered:
        check_version_asked(form.answered, form.instrument)
        return _answer(by, form.answered, form, pack, submission_id=once, draft_seen=draft_seen)
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=form.instrument,
        answers=form.answers,
        source=_source(form.instrument),
        assessed_on=form.cleaned_data["assessed_on"],
        submission_id=once,
        wording=pack,
        two_sheets=form.cleaned_data["two_sheets"],
    )


@roles_required(Role.CLINICIAN, Role.RATER)
@get_or_post
@refusals_shown
def entry_discard(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throws away a form that the user has begun, after asking."""
    draft = one_or_404(EntryDraft.objects.visible_to(request.user), public_id=public_id)
    entry, blind = begun_entry(draft, Shelf()), not is_of_team(request.user, draft.episode)
    if request.method == "POST":
        entry_drafts.discard_entry(by=request.user, draft=draft)
        said = _("Discarded: what you had begun of {instrument}.")
        messages.success(request, said.format(instrument=entry.instrument.short_title))
        return redirect("home")
    opened(request, draft.episode.patient, ReadPage.ENTRY_DISCARD)
    context = _whom(draft.episode, blind=blind) | {"entry": entry}
    return render(request, "tracking/answers/entry/discard.html", context)


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
    on_screen = asked.exclude(pk__in=[one.pk for one, instrument in on_paper])
    languages, wanted = by_language(on_screen), wanted_language(episode.patient)
    form = LinkForm(
        _data(request),
        requests=on_screen,
        languages=languages,
        wanted=wanted,
        can_mail=bool(identity and identity.email),
        initial=_chosen(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _link_made(request, episode, **form.cleaned_data)
        except InvalidInput as refusal:
            form.add_error(refusal.field, as_sentence(refusal.reason))
    unworded = {_title(one): None for one in on_screen if one not in languages.get(wanted, ())}
    context = {
        "form": form,
        "on_paper": on_paper,
        "unworded": listed(unworded) if unworded else "",
        "wanted": sitting_in_words(wanted),
    } | _whom(episode)
    return render(request, "tracking/answers/entry/link.html", context, status=400 if form.errors else 200)


def _title(asked: AssessmentRequest) -> str:
    return instrument_of(asked.instrument, asked.version).short_title


def _link_made(
    request: SignedInRequest,
    episode: TreatmentEpisode,
    requests: Iterable[AssessmentRequest],
    language: str,
    mail: bool = False,
) -> HttpResponse:
    link, token = links.issue_link(
        by=request.user, episode=episode, requests=list(requests), language=language
    )
    url = settings.BASE_URL + reverse("sitting-landing", args=[token])
    if mail:
        links.mail_link(by=request.user, link=link, url=url)
    page = {"link": link, "url": url, "mailed": mail} | _whom(episode)
    return render(request, "tracking/answers/entry/link_made.html", page)


def _chosen(request: HttpRequest) -> dict[str, list[str]]:
    """The one questionnaire for which the page was opened (``?request``); without it all are ticked."""
    chosen = request.GET.get("request")
    return {"requests": [chosen]} if chosen else {}


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
        raise Conflict(_("a new version was published after this page was opened"))


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
        messages.success(request, _("Recorded."))
    else:
        messages.warning(request, _("This had already been received. Nothing was stored a second time."))
    if not is_of_team(request.user, submitted.assessment.episode):
        _say_what_to_do(request, submitted)
        if is_followed_by_guess(submitted.assessment, request.user):
            return redirect("rating-guess", public_id=submitted.assessment.public_id)
        return redirect("ratings")
    return redirect("assessment", public_id=submitted.assessment.public_id)


def _say_what_to_do(request: HttpRequest, submitted: Submitted) -> None:
    """A rater cannot see the alert; what it asks of the rater now is said all the same."""
    if any(alert.state == ItemState.ENDORSED for alert in submitted.alerts):
        messages.warning(request, f"{_(ENDORSED)} {_whom_to_call(submitted)}")
    elif submitted.alerts:
        messages.warning(request, _(LEFT_OUT))


def _whom_to_call(submitted: Submitted) -> str:
    contacts = submitted.assessment.episode.patient.team.site.crisis_contacts
    return "; ".join(line.strip() for line in contacts.splitlines() if line.strip())


def _asked(request: HttpRequest, asked: AssessmentRequest) -> HttpResponse:
    if asked_on_paper([asked]):
        messages.warning(request, _("Asked for, on paper: no wording installed."))
    else:
        messages.success(request, _("Asked for."))
    if asked.rater == "self":
        return redirect("link-new", public_id=asked.episode.public_id)
    return redirect("patient", public_id=asked.episode.patient.public_id)
