"""The second step of the sign-in: the one page that is open to somebody who owes it, and a lost one is reset."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tracking.actions.second_factor import LONGEST_REASON, reset_second_factor
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.parts import Rowed, words_field
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import Page, form_page
from tracking.queries.administration import administered_users
from tracking.queries.second_factor import is_due
from tracking.vocabulary import Role


@require_safe
@roles_required(*Role, without_second_factor=True)
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Who owes none any more goes on to work."""
    if request.second_factor_owed is None:
        return redirect("home")
    return render(
        request, "tracking/people/second_factor.html", {"is_due": is_due(request.second_factor_owed)}
    )


class ResetForm(Rowed):
    """Why somebody has to set it up anew."""

    reason = words_field(
        gettext_lazy("Why is it reset?"),
        gettext_lazy(
            "Make sure that it is the person who asks: by a call, not by a mail. The reason is kept."
        ),
        longest=LONGEST_REASON,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.ADMINISTRATOR)
def second_factor_reset(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """For somebody of the own site who has lost phone or key."""
    person = one_or_404(administered_users(request.user), public_id=public_id)
    back = reverse("administration-user", args=[person.public_id])

    def write(reason: str) -> HttpResponse:
        check_shown_again(request)
        reset_second_factor(by=request.user, user=person, reason=reason)
        messages.success(request, _("Reset. {name} is signed out and told by mail.").format(name=person.name))
        return redirect(back)

    page = Page(
        _("Reset the two-step sign-in of {name}").format(name=person.name),
        _("Reset"),
        _("App, keys and recovery codes no longer count, and the person is signed out everywhere."),
    )
    return form_page(request, ResetForm(request.POST or None), write, page, back=back)
