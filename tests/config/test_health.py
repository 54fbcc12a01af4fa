"""The health check says one word, and says it of the database."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_one_word_for_anybody(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Content-Type"] == "text/plain"
    assert not response.cookies


def test_without_a_database_it_is_down_and_says_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise OperationalError("connection to server at 10.0.0.7, user throughline")

    monkeypatch.setattr(connection, "cursor", refused)
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"down")
