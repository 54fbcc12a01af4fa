"""The second person: what an administrator has given is approved or refused; and who joins the own teams."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tracking.actions.access import decide_access
from tracking.actions.audit import record_reads
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.parts import Rowed
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, form_page
from tracking.queries.access import (
    KINDS,
    Given,
    access_rows,
    joining,
    may_approve,
    may_refuse,
    members_now,
    second_people,
)
from tracking.queries.glass import opened_lately
from tracking.queries.people import own_teams as teams_of
from tracking.queries.people import own_time_zone
from tracking.vocabulary import ReadPage, Role, Standing

TEMPLATES = "tracking/people/access/"


class DecisionForm(Rowed):
    """Of a second person."""

    approve = forms.TypedChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[
            ("1", gettext_lazy("Approve it: I know this person, and this is right")),
            ("0", gettext_lazy("Refuse it: nothing opens")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )


class RefusalForm(Rowed):
    """Of whoever may only say no: a button, and nothing to fill in."""


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.ADMINISTRATOR, Role.CLINICIAN)
def access(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """A role, a place in a team or a study that somebody is given: by whom, and whether it holds yet."""
    row = _row(request, kind, pk)
    able = row.standing == Standing.ASKED and may_approve(row, request.user)

    def write(approve: bool = False) -> HttpResponse:
        if approve:
            check_shown_again(request)
        decide_access(by=request.user, row=row, approve=approve)
        messages.success(request, _("Approved.") if approve else _("Refused. Nothing opens."))
        return redirect("administration" if request.user.has_role(Role.ADMINISTRATOR) else "own-teams")

    own = row.granted_by == request.user
    page = Page(row.user.name, _("Decide") if able else _("Take it back") if own else _("Refuse it"))
    context = {
        "row": row,
        "kind": kind,
        "own": own,
        "able": able,
        "deciders": _names_for(request, row),
    }
    form = (DecisionForm if able else RefusalForm)(request.POST if request.method == "POST" else None)
    zone = row.place.timezone if row.place else "UTC"
    with timezone.override(ZoneInfo(zone)):
        return form_page(request, form, write, page, f"{TEMPLATES}decide.html", **context)


@require_safe
@roles_required(Role.CLINICIAN)
def own_teams(request: SignedInRequest) -> HttpResponse:
    """Who is in the own teams, who let them in, who is about to join, and who has opened a record in an emergency."""
    own = teams_of(request.user)
    teams = [(team, members_now(team), joining(team)) for team in own]
    emergencies = list(opened_lately(own))
    named = {one.patient.pk: one.patient for one in emergencies}
    record_reads(by=request.user, patients=named.values(), page=ReadPage.OWN_TEAMS)
    with timezone.override(own_time_zone(request.user)):
        lines = [
            (team, members, [(one, may_refuse(one, request.user)) for one in new])
            for team, members, new in teams
        ]
        context = {"teams": lines, "emergencies": emergencies}
        return render(request, f"{TEMPLATES}teams.html", context)


def _names_for(request: SignedInRequest, row: Given) -> list[str]:
    """Who may approve, for administrators: to a lead they may be people of another team."""
    if row.granted_by is None or not request.user.has_role(Role.ADMINISTRATOR):
        return []
    return [one.name for one in second_people(row, row.granted_by)]


def told_if_waiting(row: Given) -> str:
    """What the administrator is told of what does not hold yet; empty where it does."""
    if row.standing == Standing.ASKED:
        return _("Another administrator has been asked: it counts when they have approved it.")
    if row.standing == Standing.DELAYED:
        return _("Nobody else administers this: it opens in a day, and whoever leads there has been told.")
    return ""


def _row(request: SignedInRequest, kind: str, pk: int) -> Given:
    """Also one that has been decided: a link of a mail is followed later."""
    if kind not in KINDS:
        raise Http404
    row = one_or_404(access_rows(kind), pk=pk)
    if not may_refuse(row, request.user):
        raise Http404
    return row
