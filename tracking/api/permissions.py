"""Which roles may knock at which door. Which rows they see there is ``visible_to``'s to say."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from tracking.vocabulary import Role

STAFF = frozenset(Role) - {Role.PATIENT}


class HasRole(BasePermission):
    """Signed in, and holding today one of the ``roles`` that the view names. A view that names none is shut."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        roles: frozenset[Role] = getattr(view, "roles", frozenset())
        return request.user.is_authenticated and request.user.has_role(*roles)


class IsStaff(BasePermission):
    """Signed in, and holding any role but a patient's."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_authenticated and request.user.has_role(*STAFF)
