"""What the administrator is told when the record of who did what was changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.markup import said
from tests.tracking.sealed import FIRST, a_record, tamper
from tracking.actions.chain import check_chain, settle_chain
from tracking.models import ReadEvent, User
from tracking.pages.oversight import parts
from tracking.pages.oversight.words import OF_DAY, OF_ROW, in_words
from tracking.queries.chain import open_findings
from tracking.rules.chain import Fault, Finding, Kind

pytestmark = pytest.mark.django_db
TITLE = "The record of who did what was changed"


def test_the_page_says_what_was_found_until_it_is_settled(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SHOWN", 1)
    client.force_login(administrator)
    a_record()
    check_chain()
    assert TITLE not in page(client)
    row = ReadEvent.objects.earliest("pk").pk
    tamper("UPDATE tracking_readevent SET page = 'other' WHERE id = %s", row)
    tamper("DELETE FROM tracking_auditsegment WHERE number = 3")
    check_chain()
    text = page(client)
    assert TITLE in text and "1 March 2027: entry" in text and "and 1 more" in text
    settle_chain(by=administrator, findings=open_findings(), reason="an exercise")
    assert TITLE not in page(client)


def test_more_than_is_shown_is_counted(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SHOWN", 1)
    client.force_login(administrator)
    a_record()
    tamper("DELETE FROM tracking_readevent")
    check_chain()
    assert "and 5 more" in page(client)


def test_each_fault_has_its_words() -> None:
    of_row = {Fault.ALTERED, Fault.DELETED, Fault.INSERTED}
    assert OF_ROW.keys() == {(kind, fault) for kind in Kind for fault in of_row}
    assert OF_DAY.keys() == set(Fault) - of_row
    assert in_words(Finding(Fault.DELETED, FIRST, Kind.READ, 1234).key) == (
        "1 March 2027: entry 1234 of who looked was deleted"
    )
    assert in_words(Finding(Fault.SEGMENT_MISSING, None).key).startswith("-: the seal")


def page(client: Client) -> str:
    return said(client.get(reverse("administration")))
