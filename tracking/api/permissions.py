"""Which roles may knock at which door. Which rows they see there is ``visible_to``'s to say."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
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


class HasRole(BasePermission):
    """Holding today one of the ``roles`` that the view names. A view that names none is shut."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may_enter(request.user, getattr(view, "roles", frozenset()))


class IsStaff(BasePermission):
    """Holding any role but a patient's."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may_enter(request.user, STAFF)
