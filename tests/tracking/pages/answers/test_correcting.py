"""A correction is a form like any other: it saves as it goes, and what it changes is read before it is stored."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from measures import registry
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


class TestTooLate:
    """Two correct the same version: whoever is second sees both, and writes again what is right."""

    def test_both_versions_are_shown(self, clinician: User, second: User, stored: Assessment) -> None:
        late = Window(signed_in(second), of(stored))
        Window(signed_in(clinician), of(stored)).sign(BETTER, reason="misread")
        before = Assessment.objects.count()
        page = late.sign(HAMD | {"2": 4, "1": 4}, reason="misheard")
        newer = Assessment.objects.get(supersedes=stored)
        assert (page.status_code, Assessment.objects.count()) == (409, before)
        shown = said(page)
        assert "corrected by somebody else in the meantime" in shown
        assert "Reason misread" in shown and "Your reason misheard" in shown and clinician.name in shown
        told = {line.code: (line.before, line.stored, line.own) for line in page.context["lines"]}
        words = {
            item.code: {one.value: one.label for one in item.options} for item in registry.get("hamd17").items
        }
        assert told == {
            "1": (words["1"][HAMD["1"]], words["1"][HAMD["1"]], words["1"][4]),
            "2": (words["2"][4], words["2"][0], words["2"][4]),
        }
        assert all(one in shown for lines in told.values() for one in lines)
        assert of(newer) in markup(page)
        assert Window(late.client, of(newer)).sign(BETTER | {"1": 4}, reason="misheard").status_code == 302

    def test_what_had_been_begun_is_shown_beside_it(
        self, clinician: User, second: User, stored: Assessment
    ) -> None:
        late = Window(signed_in(second), of(stored))
        late.keep(HAMD | {"2": 4, "1": 4}, reason="misheard")
        Window(signed_in(clinician), of(stored)).sign(BETTER, reason="misread")
        page = late.client.get(of(stored))
        assert page.status_code == 409 and "Your reason misheard" in said(page)
        assert [line.code for line in page.context["lines"]] == ["1", "2"]

    def test_who_had_begun_nothing_sees_what_was_changed(self, clinician: User, stored: Assessment) -> None:
        Window(signed_in(clinician), of(stored)).sign(BETTER, reason="misread")
        page = signed_in(clinician).get(of(stored))
        assert "What you had entered" not in said(page).partition("Where the versions differ")[2]
        assert [line.code for line in page.context["lines"]] == ["2"]

    def test_a_form_that_saves_by_itself_is_told_in_a_word(
        self, clinician: User, second: User, stored: Assessment
    ) -> None:
        late = Window(signed_in(second), of(stored))
        Window(signed_in(clinician), of(stored)).sign(BETTER, reason="misread")
        before = ReadEvent.objects.count()
        page = late.keep(HAMD)
        assert page.status_code == 409 and "misread" not in said(page)
        assert ReadEvent.objects.count() == before

    def test_a_blind_rater_is_not_shown_what_the_team_has_made_of_it(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = asked_blind(clinician, episode, rater)
        client = signed_in(rater)
        Window(client, reverse("rate", args=[asked.public_id])).sign(HAMD)
        made = Assessment.objects.get(request=asked)
        late = Window(client, of(made))
        assessments.correct_assessment(by=clinician, assessment=made, answers=BETTER, reason="at the dose")
        page = late.sign(HAMD | {"1": 4}, reason="misheard")
        assert page.status_code == 409 and "corrected by somebody else" in said(page)
        assert "at the dose" not in said(page) and clinician.name not in said(page)


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
