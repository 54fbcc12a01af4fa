"""Which roles may knock at which door. Which rows they see there is ``visible_to``'s to say."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from tracking.models import User
from tracking.queries.second_factor import is_due, owed_from
from tracking.vocabulary import Role

STAFF = frozenset(Role) - {Role.PATIENT}


def may_enter(user: User | AnonymousUser, roles: frozenset[Role]) -> bool:
    """Signed in, by a session or by a token, and holding one of the roles today. Raises ``PermissionDenied`` with the
    reason for somebody who owes a second step of the sign-in."""
    if not (user.is_authenticated and user.has_role(*roles)):
        return False
    if is_due(owed_from(user)):
        raise PermissionDenied(_("Set up two-step sign-in first, on the page of your account."))
    return True


def check_shown_again(request: Request) -> None:
    """Before what only its author may do: a session in which password, code or key was asked for again within
    ``ACCOUNT_REAUTHENTICATION_TIMEOUT``, or a token that was made within it. Raises ``PermissionDenied`` otherwise."""
    if request.auth:
        is_fresh = request.auth.created > timezone.now() - timedelta(
            seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        )
    else:
        is_fresh = did_recently_reauthenticate(request)
    if not is_fresh:
        raise PermissionDenied(
            _("Show again who you are: with a token that was made a moment ago, or on the pages.")
        )


class HasRole(BasePermission):
    """Holding today one of the ``roles`` that the view names. A view that names none is shut."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may_enter(request.user, getattr(view, "roles", frozenset()))


class IsStaff(BasePermission):
    """Holding any role but a patient's."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may_enter(request.user, STAFF)
