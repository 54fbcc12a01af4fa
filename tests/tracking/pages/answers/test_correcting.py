"""A correction is a form like any other: it saves as it goes, and what it changes is read before it is stored."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import markup, said
from tests.tracking.answers import HAMD, recorded
from tests.tracking.begun import Window, asked_blind
from tests.tracking.dosing import second_therapist
from tests.tracking.pages.doors import assert_unseen, signed_in
from tracking.actions import assessments
from tracking.models import Assessment, CareTeam, EntryDraft, ReadEvent, TreatmentEpisode, User

BETTER = HAMD | {"2": 0}


@pytest.fixture
def stored(episode: TreatmentEpisode, clinician: User) -> Assessment:
    return recorded(episode, clinician, "hamd17", HAMD | {"2": 4}, ago=9).assessment


@pytest.fixture
def second(team_a: CareTeam) -> User:
    return second_therapist(team_a)


def of(assessment: Assessment) -> str:
    return reverse("assessment-correct", args=[assessment.public_id])


class TestSaving:
    def test_what_says_nothing_new_is_not_kept(self, clinician: User, stored: Assessment) -> None:
        window = Window(signed_in(clinician), of(stored))
        assert window.keep(stored.answers).json() == {"wrong": {}}
        assert not EntryDraft.objects.exists()
        window.keep(stored.answers, reason="mis")
        assert EntryDraft.objects.get().reason == "mis"

    def test_it_is_as_it_was_left(self, clinician: User, stored: Assessment) -> None:
        client = signed_in(clinician)
        Window(client, of(stored)).keep(BETTER, reason="misread", assessed_on=days_ago(8).isoformat())
        page = client.get(of(stored))
        assert "You began this on" in said(page)
        shown = page.context["form"]
        assert (shown["item-2"].value(), shown["reason"].value()) == ("0", "misread")
        assert shown["assessed_on"].value() == days_ago(8)
        assert Assessment.objects.get() == stored

    def test_it_stands_on_today_until_somebody_else_was_first(
        self, clinician: User, stored: Assessment, team_a: CareTeam, second: User
    ) -> None:
        client = signed_in(clinician)
        window = Window(client, of(stored))
        window.keep(BETTER)
        assert "HAM-D17 correction" in said(client.get(reverse("today"))) and of(stored) in markup(
            client.get(reverse("today"))
        )
        assessments.correct_assessment(by=second, assessment=stored, answers=BETTER, reason="a slip")
        assert window.keep(HAMD).status_code == 409
        page = client.get(reverse("today"))
        assert "can no longer be submitted" in said(page) and of(stored) not in markup(page)
        assert "corrected by somebody else" in said(client.get(of(stored)))

    def test_beside_it_the_same_form_of_another_day_is_begun(
        self, clinician: User, stored: Assessment
    ) -> None:
        client = signed_in(clinician)
        Window(client, of(stored)).keep(BETTER)
        new = Window(client, reverse("rate-new", args=[stored.episode.public_id, "hamd17"]))
        assert "You began this on" not in said(new.page)
        new.keep({"1": 1})
        assert EntryDraft.objects.count() == 2

    def test_it_is_shown_to_its_author_alone(self, clinician: User, second: User, stored: Assessment) -> None:
        Window(signed_in(clinician), of(stored)).keep(BETTER)
        draft = EntryDraft.objects.get()
        assert_unseen(second, reverse("entry-discard", args=[draft.public_id]), draft.public_id, {})
        assert "You began this on" not in said(signed_in(second).get(of(stored)))

    def test_saving_shows_nothing_and_so_is_no_reading(self, clinician: User, stored: Assessment) -> None:
        window = Window(signed_in(clinician), of(stored))
        before = ReadEvent.objects.count()
        window.keep(BETTER)
        assert ReadEvent.objects.count() == before


class TestSecondLook:
    def test_it_names_what_is_corrected_and_why(self, clinician: User, stored: Assessment) -> None:
        window = Window(signed_in(clinician), of(stored))
        page = window.look(BETTER, reason="misread")
        assert page.status_code == 200
        assert "Nothing is changed yet" in said(page)
        corrected = said(page).partition("What you correct ")[2].partition(" Answers ")[0]
        assert re.fullmatch(r"2 [^(]+ \(before: [^)]+\)", corrected)
        assert "Reason misread" in said(page)
        assert Assessment.objects.get() == stored
        sent = {"step": "sign"} | dict(page.context["typed"])
        assert window.client.post(of(stored), sent).status_code == 302
        assert Assessment.objects.get(supersedes=stored).answers["2"] == 0
        assert not EntryDraft.objects.exists()

    def test_a_day_alone_is_corrected_too(self, clinician: User, stored: Assessment) -> None:
        window = Window(signed_in(clinician), of(stored))
        page = window.look(stored.answers, reason="the day", assessed_on=days_ago(8).isoformat())
        assert "No answer differs from the version on record." in said(page)
        sent = window.sign(stored.answers, reason="the day", assessed_on=days_ago(8).isoformat())
        assert sent.status_code == 302
        assert Assessment.objects.get(supersedes=stored).assessed_on == days_ago(8)

    def test_a_reason_is_asked_for_first(self, clinician: User, stored: Assessment) -> None:
        window = Window(signed_in(clinician), of(stored))
        assert window.look(BETTER).status_code == 400
        assert EntryDraft.objects.get().answers["2"] == 0


def test_a_rater_goes_on_from_the_own_list_by_code(
    clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    asked = asked_blind(clinician, episode, rater)
    client = signed_in(rater)
    Window(client, reverse("rate", args=[asked.public_id])).sign(HAMD)
    made = Assessment.objects.get(request=asked)
    Window(client, of(made)).keep(BETTER)
    page = client.get(reverse("ratings"))
    assert f"{episode.patient.study_code} HAM-D17 correction 17 of 17" in said(page) and of(made) in markup(
        page
    )
    away = client.get(reverse("entry-discard", args=[EntryDraft.objects.get().public_id]))
    assert "Petra" not in said(page) + said(away)
