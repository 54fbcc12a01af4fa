"""The site administrator's pages: people, roles, teams, studies. Nothing clinical is read here."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.language import within
from tracking.actions import care, people
from tracking.actions.audit import record_reads
from tracking.actions.sign_in import end_sessions, send_password_link
from tracking.errors import TrackingError
from tracking.models import Membership, StudyMembership, User
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.oversight.parts import broken_chain
from tracking.pages.people.access import told_if_waiting
from tracking.pages.people.administration_forms import (
    EndAccessForm,
    GrantForm,
    InviteForm,
    MemberForm,
    SiteForm,
    StudyMemberForm,
    TeamForm,
)
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, as_sentence, form_page
from tracking.queries import administration as shown
from tracking.queries.access import kind_of, waiting_access
from tracking.queries.likeness import possible_duplicates
from tracking.queries.readiness import late
from tracking.queries.sign_in import sign_in_of
from tracking.vocabulary import ReadPage, Role

TEMPLATES = "tracking/people/administration/"
PER_PAGE = 50
only_administrators = roles_required(Role.ADMINISTRATOR)
reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@only_administrators
def administration(request: SignedInRequest) -> HttpResponse:
    """Who may do what, and what waits."""
    context = {
        "broken": broken_chain(),
        "counts": shown.counts(request.user),
        "late": late(timezone.now(), request.user),
        "sites": shown.administered_sites(request.user),
        "teams": shown.administered_teams(request.user),
        "people": shown.administered_people(request.user),
        "waiting": [(kind_of(row), row) for row in waiting_access(request.user)],
    }
    return render(request, f"{TEMPLATES}overview.html", context)


@require_safe
@only_administrators
def duplicates(request: SignedInRequest) -> HttpResponse:
    """Who may have been enrolled twice: study codes, teams, and whom to ask. No name."""
    page = Paginator(possible_duplicates(request.user), PER_PAGE).get_page(request.GET.get("page"))
    named = {one.pk: one for row in page for one in (row.patient, row.enrolled) if one}
    record_reads(by=request.user, patients=named.values(), page=ReadPage.ADMINISTRATION_DUPLICATES)
    return render(request, f"{TEMPLATES}duplicates.html", {"page": page})


@reads_and_writes
@only_administrators
def user_new(request: SignedInRequest) -> HttpResponse:
    """Invite somebody; roles are granted on the next page."""

    def write(**data: Any) -> HttpResponse:
        user = people.invite_user(by=request.user, **data)
        messages.success(request, _("{name} was invited. Now grant a role.").format(name=user.name))
        return redirect(_page_of(user))

    lead = _("An account alone may do nothing. Roles and teams come next.")
    page = Page(_("Invite a person"), _("Invite"), lead)
    return form_page(request, InviteForm(request.POST or None), write, page, back=reverse("administration"))


@require_safe
@only_administrators
def user(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One person: roles, teams and studies with their dates."""
    person = _person(request, public_id)
    context = {
        "person": person,
        "sign_in": sign_in_of(person),
        "is_self": person == request.user,
        "can_change": person != request.user,
        "grants": shown.administered_grants(request.user).filter(user=person).order_by("-starts_on", "-pk"),
        "memberships": person.memberships.filter(
            team__site__in=shown.administered_sites(request.user)
        ).select_related("team__site"),
        "studies": person.study_memberships.filter(
            study__in=shown.administered_studies(request.user)
        ).select_related("study"),
    }
    return render(request, f"{TEMPLATES}person.html", context)


@reads_and_writes
@only_administrators
def grant_new(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Grant a role. Each says in a sentence what it allows."""
    person = _person(request, public_id)

    def write(**data: Any) -> HttpResponse:
        check_shown_again(request)
        grant = people.grant_role(by=request.user, user=person, **data)
        said = _("{role} granted.").format(role=grant.get_role_display())
        return _back_to(request, person, told_if_waiting(grant) or said)

    page = Page(_("Grant a role to {name}").format(name=person.name), _("Grant role"))
    form = GrantForm(request.POST or None, by=request.user)
    return form_page(request, form, write, page, back=_page_of(person))


@reads_and_writes
@only_administrators
def study_join(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a person see the figures of a study."""
    person = _person(request, public_id)

    def write(**data: Any) -> HttpResponse:
        check_shown_again(request)
        member = care.add_study_member(by=request.user, user=person, **data)
        said = _("{name} may now see this study.").format(name=person.name)
        return _back_to(request, person, told_if_waiting(member) or said)

    page = Page(_("Add {name} to a study").format(name=person.name), _("Add to study"))
    form = StudyMemberForm(request.POST or None, by=request.user)
    return form_page(request, form, write, page, back=_page_of(person))


@require_POST
@only_administrators
def user_active(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close an account, or open it again."""
    person = _person(request, public_id)
    opening = request.POST.get("active") == "yes"
    if opening:
        check_shown_again(request)
    try:
        people.set_active(by=request.user, user=person, is_active=opening)
    except TrackingError as refusal:
        messages.error(request, as_sentence(str(refusal)))
        return redirect(_page_of(person))
    opened = _("The account is open. What it is given waits anew.")
    return _back_to(request, person, opened if opening else _("The account is closed."))


@require_POST
@only_administrators
def user_password(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send a person a link with which they choose a new password."""
    person = _person(request, public_id)
    send_password_link(by=request.user, user=person)
    return _back_to(request, person, _("A mail with a link goes to {mail}.").format(mail=person.email))


@require_POST
@only_administrators
def user_sign_out(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sign a person out everywhere."""
    person = _person(request, public_id)
    end_sessions(by=request.user, user=person)
    return _back_to(request, person, _("Signed out everywhere; tokens of the API have ended."))


@reads_and_writes
@only_administrators
def site_name(request: SignedInRequest, site: str) -> HttpResponse:
    """Call a site by another name."""
    place = one_or_404(shown.administered_sites(request.user), key=site)

    def write(name: str) -> HttpResponse:
        care.change_site_name(by=request.user, site=place, name=name)
        messages.success(request, _("Saved."))
        return redirect("administration")

    page = Page(
        _("Name of the site"), _("Save"), _("Staff and patients read it. Addresses of pages stay the same.")
    )
    form = SiteForm(request.POST or None, initial={"name": place.name})
    return form_page(request, form, write, page, back=reverse("administration"))


@reads_and_writes
@only_administrators
def team_new(request: SignedInRequest) -> HttpResponse:
    """Make a care team."""

    def write(**data: Any) -> HttpResponse:
        team = care.create_team(by=request.user, **data)
        messages.success(request, _("{team} was made.").format(team=team.name))
        return redirect("administration-team", team.public_id)

    form = TeamForm(request.POST or None, by=request.user)
    page = Page(_("Make a care team"), _("Make team"))
    return form_page(request, form, write, page, back=reverse("administration"))


@reads_and_writes
@only_administrators
def team(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One team: who is in it, from when to when; somebody new."""
    team = one_or_404(shown.administered_teams(request.user), public_id=public_id)

    def write(**data: Any) -> HttpResponse:
        check_shown_again(request)
        member = care.add_member(by=request.user, team=team, **data)
        said = _("{name} is in {team}.").format(name=member.user.name, team=team.name)
        messages.success(request, told_if_waiting(member) or said)
        return redirect("administration-team", team.public_id)

    form = MemberForm(request.POST or None, by=request.user)
    memberships = team.memberships.select_related("user").order_by("-starts_on", "user__name")
    page = Page(team.name, _("Add to team"))
    return form_page(request, form, write, page, f"{TEMPLATES}team.html", team=team, memberships=memberships)


@reads_and_writes
@only_administrators
def grant_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a role."""
    grant = one_or_404(shown.administered_grants(request.user), pk=pk)

    def write(ends_on: date) -> HttpResponse:
        people.end_role(by=request.user, grant=grant, ends_on=ends_on)
        return _back_to(request, grant.user, _("The end of the role is set."))

    role = within(grant.get_role_display())
    page = Page(_("End the role of {name}: {role}").format(name=grant.user.name, role=role), _("End role"))
    form = EndAccessForm(request.POST or None)
    return form_page(request, form, write, page, back=_page_of(grant.user))


@reads_and_writes
@only_administrators
def study_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """End what somebody may see of a study."""
    studies = shown.administered_studies(request.user)
    membership = one_or_404(StudyMembership.objects.select_related("user", "study"), study__in=studies, pk=pk)

    def write(ends_on: date) -> HttpResponse:
        care.end_study_membership(by=request.user, membership=membership, ends_on=ends_on)
        return _back_to(request, membership.user, _("The end in the study is set."))

    page = Page(
        _("Take {name} out of the study: {study}").format(
            name=membership.user.name, study=membership.study.title
        ),
        _("Take out of study"),
    )
    form = EndAccessForm(request.POST or None)
    return form_page(request, form, write, page, back=_page_of(membership.user))


@reads_and_writes
@only_administrators
def membership_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take somebody out of a team."""
    teams = shown.administered_teams(request.user)
    membership = one_or_404(Membership.objects.select_related("user", "team"), team__in=teams, pk=pk)
    back = reverse("administration-team", args=[membership.team.public_id])

    def write(ends_on: date) -> HttpResponse:
        care.end_membership(by=request.user, membership=membership, ends_on=ends_on)
        messages.success(request, _("The end of the membership is set."))
        return redirect(back)

    page = Page(
        _("Take {name} out of {team}").format(name=membership.user.name, team=membership.team.name),
        _("Take out of team"),
        _("From then on nothing of the team's patients can be seen."),
    )
    return form_page(request, EndAccessForm(request.POST or None), write, page, back=back)


def _person(request: SignedInRequest, public_id: uuid.UUID) -> User:
    return one_or_404(shown.administered_users(request.user), public_id=public_id)


def _page_of(person: User) -> str:
    return reverse("administration-user", args=[person.public_id])


def _back_to(request: HttpRequest, person: User, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(_page_of(person))
