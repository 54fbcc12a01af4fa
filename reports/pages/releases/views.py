"""What leaves the house: asking, deciding, looking, downloading."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reports.actions import releases as actions
from reports.actions.release_closing import revoke_release
from reports.models import Release
from reports.pages.releases.forms import ReleaseDecisionForm, ReleaseRequestForm, ReleaseRevocationForm
from reports.pages.releases.page import release_page
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import as_sentence
from tracking.tasks import nudge
from tracking.vocabulary import Role


@require_safe
@roles_required(Role.RESEARCHER, Role.STEWARD)
def release_list(request: SignedInRequest) -> HttpResponse:
    """Every release of the own studies, the newest first."""
    found = Release.objects.visible_to(request.user).select_related("study", "requested_by")
    context = {
        "pages": [release_page(each, request.user) for each in found],
        "may_ask": request.user.has_role(Role.RESEARCHER),
    }
    return render(request, "reports/releases/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.RESEARCHER)
def release_new(request: SignedInRequest) -> HttpResponse:
    """Asks for a release."""
    form = ReleaseRequestForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            asked = actions.request_release(by=request.user, **form.cleaned_data)
        except InvalidInput as error:
            form.add_error(error.field, error.reason)
        else:
            messages.success(request, _("Asked. A data steward of the study decides about it."))
            return redirect("release", asked.public_id)
    return render(request, "reports/releases/new.html", {"form": form})


@require_safe
@roles_required(Role.RESEARCHER, Role.STEWARD)
def release(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What leaves, what was taken out, and who said yes."""
    return _shown(request, _visible(request, public_id), ReleaseDecisionForm())


@require_POST
@roles_required(Role.STEWARD)
def release_decide(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Approves or declines somebody else's request."""
    found = _visible(request, public_id)
    form = ReleaseDecisionForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form)
    if form.approves:
        check_shown_again(request)
    try:
        actions.decide_release(
            by=request.user, release=found, approve=form.approves, note=form.cleaned_data["note"]
        )
    except NotPermitted as error:
        raise PermissionDenied(str(error)) from error
    except InvalidInput as error:
        form.add_error(error.field, error.reason)
        return _shown(request, found, form)
    except Conflict as error:
        messages.error(request, as_sentence(str(error)))
        return redirect("release", found.public_id)
    if form.approves:
        nudge("reports.build_release", found.pk)
    messages.success(request, _("Approved. It is being built.") if form.approves else _("Declined."))
    return redirect("release", found.public_id)


@require_POST
@roles_required(Role.STEWARD)
def release_revoke(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Closes a release that is being built or can be fetched."""
    found = _visible(request, public_id)
    form = ReleaseRevocationForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, ReleaseDecisionForm(), form)
    try:
        revoke_release(by=request.user, release=found, note=form.cleaned_data["note"])
    except Conflict as error:
        messages.error(request, as_sentence(str(error)))
    else:
        messages.success(request, _("Closed. Nobody can fetch it any more."))
    return redirect("release", found.public_id)


@require_POST
@roles_required(Role.RESEARCHER)
def release_download(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse | FileResponse:
    """Hands the file to the person who asked. A POST: nothing is handed out because a link was followed."""
    found = _visible(request, public_id)
    try:
        path = actions.hand_over(by=request.user, release=found)
    except NotPermitted as error:
        raise PermissionDenied(str(error)) from error
    except Conflict as error:
        messages.error(request, as_sentence(str(error)))
        return redirect("release", found.public_id)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{found.study.key}-{found.sha256[:8]}.zip",
        content_type="application/zip",
    )


def _visible(request: SignedInRequest, public_id: uuid.UUID) -> Release:
    rows = Release.objects.visible_to(request.user).select_related(
        "study", "requested_by", "decided_by", "closed_by"
    )
    return one_or_404(rows, public_id=public_id)


def _shown(
    request: SignedInRequest,
    found: Release,
    form: ReleaseDecisionForm,
    revocation: ReleaseRevocationForm | None = None,
) -> HttpResponse:
    revocation = revocation or ReleaseRevocationForm()
    context = {
        "page": release_page(found, request.user),
        "form": form,
        "revocation": revocation,
        "simulated": found.study.is_simulated,
    }
    status = 422 if form.errors or revocation.errors else 200
    return render(request, "reports/releases/release.html", context, status=status)
