"""The own tokens of the API: make one, see when they end, revoke them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from knox.models import AuthToken

from tracking.actions.tokens import create_token, revoke_token
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.refusals import refusals_shown
from tracking.pages.shown_again import check_shown_again
from tracking.vocabulary import Role

STAFF = tuple(role for role in Role if role != Role.PATIENT)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(*STAFF)
@refusals_shown
def tokens(request: SignedInRequest) -> HttpResponse:
    """Which tokens there are. A POST makes one, by somebody who has just shown again who they are."""
    text = ""
    if request.method == "POST":
        check_shown_again(request)
        text = create_token(by=request.user)[1]
    rows = AuthToken.objects.filter(user=request.user, expiry__gt=timezone.now()).order_by("created")
    return render(request, "tracking/people/tokens/tokens.html", {"tokens": rows, "text": text})


@require_POST
@roles_required(*STAFF)
def token_revoke(request: SignedInRequest) -> HttpResponse:
    """Ends one of the own tokens."""
    revoke_token(by=request.user, token_key=request.POST.get("token", "").replace("\0", "")[:25])
    messages.success(request, _("Revoked. Whoever used this token is out from now on."))
    return redirect("tokens")
