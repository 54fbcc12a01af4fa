"""The languages of the interface."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from tracking import tongues


def test_every_language_is_compiled() -> None:
    assert tongues.check_compiled() == []


@pytest.mark.django_db  # other checks ask the database
def test_a_server_without_translations_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would speak English to everybody, and nobody would know why."""
    monkeypatch.setattr(tongues, "SPOKEN", "a message that no catalogue has")
    (found,) = [one for one in run_checks() if one.id == "tracking.E001"]
    assert found.msg == "No translations in Deutsch, Español, العربية."


def test_what_was_said_before_there_were_languages_is_heard_as_it_is() -> None:
    assert tongues.heard("a sentence of before") == "a sentence of before"
    assert tongues.heard({"en-gb": "said", "de": "gesagt"}) == "said"
