"""Tokens of the API. A token says who asks; what that person may do is looked up at each request."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from tracking.actions import tries
from tracking.addresses import client_network
from tracking.models import User


class ApiToken(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """``Authorization: Token …``. A header that is no text is a wrong token, not a fault of the server.

    Wrong ones are counted by address, and a right one is never among what is refused for that.
    """

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        try:
            found: tuple[User, AuthToken] | None = super().authenticate(request)
        except AuthenticationFailed:
            source = tries.Source(tries.API_TOKEN, client_network(request))
            if tries.put_down(sources=[source], now=timezone.now()) is None:
                raise Throttled from None
            raise
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isascii():
            raise AuthenticationFailed(_("Invalid token."))
        found: tuple[User, AuthToken] = super().authenticate_credentials(token)
        return found


class ApiTokenScheme(KnoxTokenScheme):
    """How the schema describes the header."""

    target_class = f"{ApiToken.__module__}.{ApiToken.__name__}"
    name = "token"
