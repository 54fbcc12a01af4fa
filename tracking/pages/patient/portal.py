"""A patient's sitting: the link, one item per screen, what was left out, thank you."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.instrument import Item
from measures.scoring import Answer
from tracking.actions import assessments, links, tries
from tracking.actions.wordings import give_words
from tracking.addresses import client_network
from tracking.errors import Conflict
from tracking.models import AssessmentRequest, SittingLink
from tracking.pages.access import SiteRequest
from tracking.pages.answers.answers_forms import AnswersForm, field_name
from tracking.pages.patient.sitting_session import begin, has_concern, in_sitting, note_concern, speak_as_in
from tracking.pages.writing import as_sentence
from tracking.queries import sittings
from tracking.queries.sittings import Questionnaire
from tracking.rules.policies.assessments import check_is_kept
from tracking.rules.policies.days import local_today
from tracking.tasks import nudge_episode
from tracking.vocabulary import AnswerSource, RequestStatus, Role

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
NEXT, BACK = "next", "back"
NUMBER = re.compile(r"[1-9][0-9]{0,6}")
SKIP, LEAVE = "skip", "leave"  # a safety item that is skipped is asked about once more, then it may be left


@csrf_exempt  # this page sends no referrer, so browsers send "Origin: null"; the token itself is the proof
@get_or_post
def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Where a link leads. Looking changes nothing, for mail scanners look; the button begins the sitting.

    Whether the address has failed too often is asked last: a true link opens from wherever somebody else guesses.
    """
    now = timezone.now()
    link = sittings.usable_link(token, now)
    if link is None:
        if (ended := sittings.ended_link(token)) is not None:
            speak_as_in(ended)
            return _without_referrer(_page(request, ended, "done.html", {"ending": sittings.ending(ended)}))
        if tries.put_down(sources=[tries.Source(tries.LINK, client_network(request))], now=now) is None:
            return render(request, "429.html", status=429)
        raise Http404
    speak_as_in(link)
    if request.method == "POST":
        return _start(request, link)
    waiting = sittings.open_requests(link)
    context = {
        "count": len(waiting),
        "minutes": sittings.minutes_of(waiting),
        "is_signed_in": request.user.is_authenticated,
    }
    return _without_referrer(_page(request, link, "landing.html", context))


def _without_referrer(response: HttpResponse) -> HttpResponse:
    """The address holds the token, so nobody is told that one came from it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _start(request: HttpRequest, link: SittingLink) -> HttpResponse:
    if request.POST.get("sign_out"):
        logout(request)
    links.open_link(link=link, now=timezone.now())
    begin(request, link)
    return redirect("sitting")


@require_safe
@in_sitting
def sitting(request: HttpRequest, link: SittingLink) -> HttpResponse:
    """What comes next: why it is asked and how long it takes."""
    waiting = sittings.open_requests(link)
    if not waiting:
        return redirect("sitting-done")
    sheet = _in_words(waiting[0], link)
    total = link.requests.count()
    context = {
        "sheet": sheet,
        "place": total - len(waiting) + 1,
        "total": total,
        "tap_advances": link.episode.patient.team.site.tap_advances,
        "ended_on": sittings.ended_on(sheet.request),
        "rows": AnswersForm(instrument=sheet.instrument, answers=sheet.answers).rows(),
        "skips": [asdict(skip) for skip in sheet.instrument.skips],
    }
    return _page(request, link, "sitting.html", context)


@get_or_post
@in_sitting
def item(request: SiteRequest, link: SittingLink, public_id: uuid.UUID, number: int) -> HttpResponse:
    """One item. Every answer is kept at once; leaving it empty is allowed, and asked about when it matters."""
    sheet = _sheet(link, public_id)
    if not 1 <= number <= len(sheet.items):
        raise Http404
    asked = sheet.items[number - 1]
    posted = request.POST if request.method == "POST" else None
    form = AnswersForm(posted, instrument=sheet.instrument, items=[asked], answers=sheet.answers)
    context = {
        "sheet": sheet,
        "number": number,
        "item": asked,
        "form": form,
        "field": form[field_name(asked)],
    }
    if request.method != "POST":
        return _closed_or(request, sheet) or _page(request, link, "item.html", context)
    if not form.is_valid():
        return _page(request, link, "item.html", context, status=400)
    return _answered(request, link, context, form.answers[asked.code])


def _answered(
    request: SiteRequest, link: SittingLink, context: dict[str, Any], value: Answer
) -> HttpResponse:
    step, asked, sheet = request.POST.get("step", NEXT), context["item"], context["sheet"]
    if step == SKIP and asked.critical:
        return _page(request, link, "item.html", context | {"asks_again": True})
    if step == NEXT and value is None:
        return _page(request, link, "item.html", context | {"empty_said": _empty_said(asked)}, status=400)
    if step != BACK or value is not None:
        kept = None if step in (SKIP, LEAVE) else value
        try:
            _keep(request, sheet, asked, kept)
        except Conflict as error:
            return _closed(request, as_sentence(str(error)))
        sheet = sheet.answered(asked.code, kept)
    number = context["number"]
    return _go(sheet, sheet.number_before(number) if step == BACK else sheet.number_after(number))


@require_POST
@in_sitting
def device_answer(request: SiteRequest, link: SittingLink, public_id: uuid.UUID) -> JsonResponse:
    """One answer that a device has kept, with its number. The device sends it until it is told that it is stored, or
    that it never will be."""
    sheet = _sheet(link, public_id)
    asked = next((item for item in sheet.items if item.code == request.POST.get("item")), None)
    number = request.POST.get("number", "")
    if asked is None or not NUMBER.fullmatch(number):
        return JsonResponse({"refused": _("This is no answer to these questions.")}, status=400)
    form = AnswersForm(request.POST, instrument=sheet.instrument, items=[asked], answers=sheet.answers)
    if not form.is_valid():
        return JsonResponse(
            {"refused": " ".join(str(one) for found in form.errors.values() for one in found)}, status=400
        )
    try:
        _keep(request, sheet, asked, form.answers[asked.code], int(number))
    except Conflict as error:
        return JsonResponse({"closed": as_sentence(str(error))}, status=409)
    return JsonResponse({"stored": int(number), "concern": has_concern(request)})


def _empty_said(asked: Item) -> str:
    if asked.options or asked.kind == "boolean":
        return _("Choose an answer, or leave this question out with “Skip”.")
    return _("Write an answer, or leave this question out with “Skip”.")


def _keep(
    request: HttpRequest, sheet: Questionnaire, asked: Item, value: Answer, number: int | None = None
) -> None:
    """A safety item that is left out is no denial: it brings the crisis contacts as an endorsed one does. What comes
    too late to be kept is still listened to."""
    try:
        endorsed = assessments.save_draft(request=sheet.request, item=asked.code, value=value, number=number)
    except Conflict:
        if assessments.hear_danger(request=sheet.request, item=asked.code, value=value):
            note_concern(request)
        raise
    if endorsed or (asked.critical and value is None):
        note_concern(request)


def _go(sheet: Questionnaire, number: int) -> HttpResponse:
    if number > len(sheet.items):
        return redirect("sitting-review", public_id=sheet.request.public_id)
    if number < 1:
        return redirect("sitting")
    return redirect("sitting-item", public_id=sheet.request.public_id, number=number)


@get_or_post
@in_sitting
def review(request: HttpRequest, link: SittingLink, public_id: uuid.UUID) -> HttpResponse:
    """What was left out, and the button that sends everything. Sending twice stores it once."""
    sheet = _sheet(link, public_id)
    if closed := _closed_or(request, sheet):
        return closed
    if not sheet.is_begun:
        return _go(sheet, 1)
    if request.method != "POST":
        return _page(request, link, "review.html", {"sheet": sheet})
    try:
        return _submit(request, link, sheet)
    except Conflict as error:
        return _closed(request, as_sentence(str(error)))


def _submit(request: HttpRequest, link: SittingLink, sheet: Questionnaire) -> HttpResponse:
    submitted = assessments.submit_assessment(
        by=None,
        request=sheet.request,
        answers=sheet.answers,
        source=AnswerSource.SELF,
        assessed_on=local_today(link.episode.patient),
    )
    if submitted.alerts:
        note_concern(request)
    nudge_episode(link.episode_id)
    if sittings.open_requests(link):
        messages.success(request, _("Thank you, these answers have arrived."))
        return redirect("sitting")
    links.finish_link(link=link, now=timezone.now())
    return redirect("sitting-done")


@require_safe
@in_sitting
def done(request: HttpRequest, link: SittingLink) -> HttpResponse:
    """Thank you, for what was stored and nothing else. Crisis contacts are always here, and come first when an answer
    calls for them."""
    if sittings.open_requests(link):
        return redirect("sitting")
    is_patient = request.user.is_authenticated and request.user.has_role(Role.PATIENT)
    return _page(request, link, "done.html", {"has_own_page": is_patient, "ending": sittings.ending(link)})


def _sheet(link: SittingLink, public_id: uuid.UUID) -> Questionnaire:
    """The questionnaire of this link with this id, also where it can no longer be answered."""
    asked = sittings.request_of(link, public_id)
    if asked is None:
        raise Http404
    return _in_words(asked, link) if asked.status == RequestStatus.OPEN else sittings.questionnaire(asked)


def _closed_or(request: HttpRequest, sheet: Questionnaire) -> HttpResponse | None:
    """The way to what became of a questionnaire that can no longer be answered; nothing for one that can."""
    try:
        check_is_kept(sheet.request, local_today(sheet.request.episode.patient))
    except Conflict as error:
        return _closed(request, as_sentence(str(error)))
    return None


def _in_words(asked: AssessmentRequest, link: SittingLink) -> Questionnaire:
    give_words(request=asked, language=link.language)
    return sittings.questionnaire(asked)


def _closed(request: HttpRequest, why: str) -> HttpResponse:
    messages.info(request, why)
    return redirect("sitting")


def _page(
    request: HttpRequest, link: SittingLink, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    patient = link.episode.patient
    common = {
        "contacts": sittings.crisis_contacts(patient, link.language),
        "simulated": patient.is_simulated,
        "concern": has_concern(request),
    }
    return render(request, f"tracking/patient/portal/{template}", common | context, status=status)
