"""Two windows, or two people, with the same sheet: the second look says what is on record and asks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import markup, said
from tests.tracking.answers import PHQ9
from tests.tracking.begun import Window
from tests.tracking.pages.doors import signed_in
from tracking.models import Assessment, TreatmentEpisode, User


@pytest.fixture
def url(episode: TreatmentEpisode) -> str:
    return reverse("rate-new", args=[episode.public_id, "phq9"])


def test_the_second_look_names_the_sheet_that_is_on_record_and_asks(clinician: User, url: str) -> None:
    client = signed_in(clinician)
    first, second = Window(client, url), Window(client, url)
    assert "is on record already" not in said(first.look(PHQ9))
    first.sign(PHQ9)
    looked = second.look(PHQ9)
    words = said(looked)
    assert "is on record already" in words and "the same answers" in words
    assert "by Clara Clinician" in words
    assert reverse("assessment", args=[Assessment.objects.get().public_id]) in markup(looked)
    assert 'name="two_sheets"' in markup(looked)
    assert "other answers" in said(second.look(PHQ9 | {"1": 0}))


def test_signed_without_a_word_it_is_held_and_the_sheet_asks(clinician: User, url: str) -> None:
    client = signed_in(clinician)
    first, second = Window(client, url), Window(client, url)
    first.sign(PHQ9)
    held = second.sign(PHQ9)
    assert held.status_code == 400 and 'name="two_sheets"' in markup(held)
    assert Assessment.objects.count() == 1
    second.sign(PHQ9, two_sheets="on")
    assert Assessment.objects.count() == 2


def test_of_another_day_nothing_is_asked(clinician: User, url: str) -> None:
    client = signed_in(clinician)
    first, second = Window(client, url), Window(client, url)
    first.sign(PHQ9)
    day = days_ago(1).isoformat()
    assert "on record already" not in said(second.look(PHQ9, assessed_on=day))
