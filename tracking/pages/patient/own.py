"""The patient's own pages: the course in plain words, the own answers, and answering without a link."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import ParamSpec

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tracking.actions import links
from tracking.pages.access import SignedInRequest, SignedInView, View, one_or_404, roles_required
from tracking.pages.patient import sitting_session
from tracking.queries.assessments import answer_lines, own_self_reports
from tracking.queries.own import own_contacts, own_language, own_open_requests, own_reports
from tracking.queries.own_looks import own_looks
from tracking.queries.sittings import minutes_of
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import in_words_of, pack_of_assessment
from tracking.vocabulary import Role

P = ParamSpec("P")
LOOKS_PER_PAGE = 50


def own_page(view: SignedInView[P]) -> View[P]:
    """A patient's own page: in the language that the patient has chosen for the pages, else in that of the record."""

    @roles_required(Role.PATIENT)
    @wraps(view)
    def spoken(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        translation.activate(own_language(request.user))
        return view(request, *args, **kwargs)

    return spoken


@own_page
@require_safe
def course(request: SignedInRequest) -> HttpResponse:
    """What I was asked, how it went, and what waits for me."""
    waiting = own_open_requests(request.user, str(get_language()))
    reports = own_reports(request.user)
    context = {
        "reports": reports,
        "readings": sorted({(report.title, report.reading) for report in reports if report.reading}),
        "waiting": waiting,
        "minutes": minutes_of(waiting),
        "contacts": own_contacts(request.user),
    }
    return render(request, "tracking/patient/own/course.html", context)


@own_page
@require_safe
def answers(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One own self-report, question by question."""
    report = one_or_404(own_self_reports(request.user), public_id=public_id)
    pack = pack_of_assessment(report)
    instrument = in_words_of(pack, instrument_of(report.instrument, report.version))
    context = {"report": report, "instrument": instrument, "lines": answer_lines(instrument, report.answers)}
    return render(request, "tracking/patient/own/answers.html", context)


@own_page
@require_safe
def looks(request: SignedInRequest) -> HttpResponse:
    """Who looked at my record, day by day."""
    page = Paginator(own_looks(request.user), LOOKS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "tracking/patient/own/looks.html", {"page": page})


@own_page
@require_POST
def answer(request: SignedInRequest) -> HttpResponse:
    """Begins a sitting with what waits, as a link would, in the language of the page."""
    language = str(get_language())
    waiting = own_open_requests(request.user, language)
    if not waiting:
        messages.info(request, _("Nothing is waiting for you at the moment."))
        return redirect("own-course")
    episode = waiting[0].episode
    mine = [one for one in waiting if one.episode_id == episode.pk]
    link = links.issue_link(by=request.user, episode=episode, requests=mine, language=language)[0]
    links.open_link(link=link, now=timezone.now())
    sitting_session.begin(request, link)
    return redirect("sitting")
