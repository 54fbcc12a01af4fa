"""The run-sheet begins with what is known of suicide, and its end with what is open."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests.markup import said
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.dosing import DENIED, dose, prepared
from tracking.models import TreatmentSession, User


def sheet(clinician: User, session: TreatmentSession) -> str:
    client = Client()
    client.force_login(clinician)
    return client.get(reverse("run-sheet", args=[session.public_id])).content.decode()


def test_alerts_and_the_items_of_the_week_stand_before_everything_else(
    clinician: User, session: TreatmentSession
) -> None:
    recorded(session.episode, None, "phq9", PHQ9 | {"9": 2}, ago=2)
    page = sheet(clinician, session)
    words = said(page)
    assert "1 open safety alert" in words and "PHQ-9 item 9: endorsed. Nobody has taken it on" in words
    assert "More than half the days" in words
    alert = session.episode.alerts.get()
    assert f"{reverse('alerts')}#alert-{alert.public_id}" in page
    places = [page.index(mark) for mark in ("safety-heading", "checks-heading", "vitals-heading")]
    assert places == sorted(places)


def test_what_was_denied_is_one_line_a_form(clinician: User, session: TreatmentSession) -> None:
    prepared(clinician, session)
    recorded(session.episode, None, "phq9", PHQ9, ago=2)
    page = sheet(clinician, session)
    week = said(
        page[page.index('class="week-items"') : page.index("</dl>", page.index('class="week-items"'))]
    )
    assert week.count("denied") == 2 and "PHQ-9" in week and "C-SSRS screener" in week
    assert "item" not in week.partition(">")[2]


def test_a_form_with_one_yes_is_not_called_denied(clinician: User, session: TreatmentSession) -> None:
    recorded(session.episode, clinician, "cssrs_screener", DENIED | {"1": True}, ago=1)
    words = said(sheet(clinician, session))
    assert "C-SSRS screener, item 1" in words
    week = words[words.index("1 open safety alert") : words.index("Checks before the dose")]
    assert "denied" not in week


def test_where_nothing_is_known_it_says_so(clinician: User, session: TreatmentSession) -> None:
    words = said(sheet(clinician, session))
    assert "No open safety alert" in words
    assert "No item about suicide was answered in the last seven days." in words


def test_the_end_says_what_is_open_and_asks_why(clinician: User, session: TreatmentSession) -> None:
    page = sheet(clinician, session)
    assert 'name="leaving_reason"' not in page
    prepared(clinician, session)
    dose(clinician, session)
    page = sheet(clinician, session)
    assert 'name="leaving_reason"' in page
    assert "since the last dose, at least 5 h asked for" in said(page)
