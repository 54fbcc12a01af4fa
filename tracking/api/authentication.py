"""Tokens of the API. A token says who asks; what that person may do is looked up at each request."""

from __future__ import annotations

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class ApiToken(TokenAuthentication):
    """``Authorization: Token …``. A header that is no text is a wrong token, not a fault of the server."""

    def authenticate_credentials(self, token: bytes) -> tuple[object, object]:
        if not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class ApiTokenScheme(KnoxTokenScheme):
    """How the schema describes the header."""

    target_class = ApiToken
    name = "token"
