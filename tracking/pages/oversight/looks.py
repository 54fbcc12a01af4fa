"""The privacy officer's pages: who looked at whom, by study code, and what is odd about it. Nothing clinical, no name
of a patient."""

from __future__ import annotations

import uuid
from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tracking import clock
from tracking.actions.audit import record_reads
from tracking.actions.oversight import close_odd_look
from tracking.models import OddLook, User
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.oversight.looks_forms import ALL, ODD, CloseForm, LooksForm
from tracking.pages.oversight.parts import broken_chain
from tracking.pages.oversight.words import sign_in_words
from tracking.pages.writing import Page, form_page
from tracking.queries.oversight import Line, emergencies_of, lines, looks, odd_looks, odd_pairs
from tracking.vocabulary import ReadPage, Role

PER_PAGE = 50
only_officers = roles_required(Role.OFFICER)


@require_safe
@only_officers
def oversight(request: SignedInRequest) -> HttpResponse:
    """Who looked at whom? First what is odd and waits; every look of today, of a day, a reader or a patient."""
    form = LooksForm(request.GET, by=request.user)
    show, asked = form.wanted
    if show == ALL:
        if asked.rows == {} and asked.day is None:
            asked = replace(asked, day=clock.day_of(clock.real_now(), "UTC"))
        rows = looks(request.user, asked)
    else:
        rows = odd_pairs(request.user, asked, closed=show == ODD)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = lines(page.object_list)
    _noted(request, shown)
    sent = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "broken": broken_chain(),
        "form": form,
        "asked": asked,
        "every": show == ALL,
        "is_narrowed": bool(sent),
        "lines": [(line, _signs(line)) for line in shown],
        "page": page,
        "query": f"{urlencode(sent)}&" if sent else "",
        "waiting": odd_looks(request.user).filter(closed_at=None).count(),
    }
    return render(request, "tracking/oversight/looks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_officers
def odd_look(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One thing that is odd: who, whom, when, and what was found out."""
    odd = one_or_404(odd_looks(request.user), public_id=public_id)
    found = lines([{"day": odd.day, "actor": odd.actor, "patient": odd.patient}])
    _noted(request, found)

    def write(reason: str) -> HttpResponse:
        close_odd_look(by=request.user, look=odd, reason=reason)
        messages.success(request, _("Noted."))
        return redirect("oversight")

    page = Page(sign_in_words(odd.sign), _("Close"))
    template, form = "tracking/oversight/odd_look.html", CloseForm(request.POST or None)
    context = {
        "odd": odd,
        "line": found[0] if found else None,
        "emergencies": emergencies_of(odd),
        "by": _who(odd),
        "back": reverse("oversight"),
    }
    return form_page(request, form, write, page, template, **context)


def _signs(line: Line) -> list[tuple[OddLook, str]]:
    return [(odd, sign_in_words(odd.sign)) for odd in line.odd]


def _who(odd: OddLook) -> str:
    """Who has closed it."""
    found = User.objects.filter(public_id=odd.closed_by).first() if odd.closed_by else None
    return found.name if found else ""


def _noted(request: SignedInRequest, shown: list[Line]) -> None:
    named = {line.patient.pk: line.patient for line in shown}
    record_reads(by=request.user, patients=named.values(), page=ReadPage.OVERSIGHT)
