"""The patient page says what is to be done now and next, and what became of alerts."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.reports.clinic import another_episode
from tests.tracking.answers import PHQ9, recorded
from tracking.actions import safety, scheduling
from tracking.models import AssessmentRequest, CareTeam, TreatmentEpisode, User


def ask(by: User, episode: TreatmentEpisode, instrument: str, due: int, closes: int = 0) -> AssessmentRequest:
    """Due so many days ago; a negative number is still to come."""
    return scheduling.create_request(
        by=by,
        episode=episode,
        instrument=instrument,
        due_on=days_ago(due),
        closes_on=days_ago(min(closes, due)),
    )


@pytest.fixture
def desk(clinician: User) -> Client:
    client = Client()
    client.force_login(clinician)
    return client


def card(desk: Client, episode: TreatmentEpisode) -> str:
    """The card of what is to be done, as markup."""
    page = desk.get(reverse("patient", args=[episode.patient.public_id])).content.decode()
    found = re.search(r'aria-labelledby="due-heading">.*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def addresses(markup: str) -> set[str]:
    return set(re.findall(r'href="([^"]*)"', markup))


def test_what_is_overdue_due_next_planned_and_missed(
    desk: Client, clinician: User, episode: TreatmentEpisode, team_a: CareTeam
) -> None:
    ask(clinician, another_episode(team_a, clinician), "caps5", 0)
    for key, due, closes in (
        ("phq9", 30, 20),
        ("gad7", 3, -3),
        ("hamd17", 0, 0),
        ("pcl5", -5, -6),
        ("caps5", -9, -9),
    ):
        ask(clinician, episode, key, due, closes)
    words = said(card(desk, episode))
    assert re.findall(r"(overdue|due|\d+ planned|\d+ whose time has passed) (?:GAD-7|HAM-D17|without)", words)
    titles = ["GAD-7", "HAM-D17", "PCL-5", "1 planned", "CAPS-5", "1 whose time has passed", "PHQ-9"]
    places = [words.index(title) for title in titles]
    assert places == sorted(places)


def test_each_has_what_can_be_done_about_it(desk: Client, clinician: User, episode: TreatmentEpisode) -> None:
    report, rating = ask(clinician, episode, "gad7", 3, -3), ask(clinician, episode, "hamd17", 0)
    planned, missed = ask(clinician, episode, "caps5", -9, -9), ask(clinician, episode, "phq9", 30, 20)
    found = addresses(card(desk, episode))

    def can(name: str, request: AssessmentRequest) -> bool:
        return reverse(name, args=[request.public_id]) in found

    assert can("rate", rating) and can("request-hand-over", rating) and can("request-excuse", rating)
    assert can("rate", report) and can("request-excuse", report) and not can("request-hand-over", report)
    assert f"{reverse('link-new', args=[episode.public_id])}?request={report.public_id}" in found
    assert can("request-hand-over", planned) and not can("rate", planned)
    assert can("request-excuse", missed) and not can("rate", missed) and not can("request-hand-over", missed)


def test_what_was_given_to_somebody_else_is_not_offered_to_be_rated(
    desk: Client, clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    rating = ask(clinician, episode, "hamd17", 0)
    scheduling.hand_over_request(by=clinician, request=rating, to=rater)
    shown = card(desk, episode)
    assert "with Rita Rater" in said(shown)
    assert reverse("rate", args=[rating.public_id]) not in addresses(shown)


def test_where_nothing_is_asked_it_says_so(desk: Client, episode: TreatmentEpisode) -> None:
    assert "Nothing is asked at the moment." in said(card(desk, episode))


def test_a_closed_alert_leaves_its_trace(desk: Client, clinician: User, episode: TreatmentEpisode) -> None:
    for answer in (2, 3):
        recorded(episode, None, "phq9", PHQ9 | {"9": answer}, ago=answer)
    url = reverse("patient", args=[episode.patient.public_id])
    assert "closed alert" not in said(desk.get(url))
    alert = episode.alerts.get(answer=2)
    safety.acknowledge_alert(by=clinician, alert=alert)
    safety.close_alert(by=clinician, alert=alert, note="Called the same day; no intent, plan agreed.")
    words = said(desk.get(url))
    assert "1 closed alert" in words and "Safety alert" in words
    assert (
        "PHQ-9 item 9, endorsed. Called the same day; no intent, plan agreed. Closed by Clara Clinician."
        in words
    )
