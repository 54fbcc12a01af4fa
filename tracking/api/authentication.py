"""Tokens of the API. A token says who asks; what that person may do is looked up at each request."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from tracking.models import User


class ApiToken(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """``Authorization: Token …``. A header that is no text is a wrong token, not a fault of the server."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isascii():
            raise AuthenticationFailed(_("Invalid token."))
        found: tuple[User, AuthToken] = super().authenticate_credentials(token)
        return found


class ApiTokenScheme(KnoxTokenScheme):
    """How the schema describes the header."""

    target_class = f"{ApiToken.__module__}.{ApiToken.__name__}"
    name = "token"
