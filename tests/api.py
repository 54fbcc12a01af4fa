"""A program that uses the API with a token of one person, as the documentation tells."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tracking.actions.tokens import create_token
from tracking.models import User

ROOT = "/api/v1/"


class Api:
    """``get`` and ``post`` under ``/api/v1/``. A body may be a value, sent as JSON, or the very bytes."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        self.headers = {} if user is None else {"Authorization": f"Token {create_token(by=user)[1]}"}

    def get(self, path: str, **parameters: str) -> HttpResponse:
        return self.client.get(ROOT + path, parameters, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(
            ROOT + path, data, content_type="application/json", headers=self.headers | headers
        )

    def request(self, method: str, path: str) -> HttpResponse:
        return self.client.generic(
            method, ROOT + path, "{}", content_type="application/json", headers=self.headers
        )
