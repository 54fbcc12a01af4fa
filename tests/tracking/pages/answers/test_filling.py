"""A form of the staff saves as it goes, is gone on with by its author, and is read through before it is submitted."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import markup, said
from tests.tracking.answers import HAMD, PHQ9, posted
from tests.tracking.begun import Window, asked_blind, begun_entry
from tests.tracking.definitions import CHECK_IN, published
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_unseen, signed_in
from tracking.actions import scheduling
from tracking.models import Assessment, AssessmentRequest, EntryDraft, ReadEvent, TreatmentEpisode, User

HALF = {str(n): 1 for n in range(1, 9)}


@pytest.fixture
def rated(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(1))


@pytest.fixture
def caps(episode: TreatmentEpisode) -> str:
    return reverse("rate-new", args=[episode.public_id, "caps5"])


@pytest.fixture(params=["asked for", "not asked for"])
def url(request: pytest.FixtureRequest, episode: TreatmentEpisode, clinician: User) -> str:
    """Both forms of a HAM-D."""
    if request.param == "not asked for":
        return reverse("rate-new", args=[episode.public_id, "hamd17"])
    asked = scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(1))
    return reverse("rate", args=[asked.public_id])


def refused(response: HttpResponse) -> str:
    assert response.status_code == 409
    return json.loads(response.content)["refused"]


class TestSaving:
    def test_each_mark_is_kept_and_an_untouched_form_is_not(self, clinician: User, url: str) -> None:
        window = Window(signed_in(clinician), url)
        assert not EntryDraft.objects.exists()
        assert window.keep({"1": 3}).json() == {"wrong": {}}
        window.keep({"1": 3, "2": 2})
        kept = EntryDraft.objects.get()
        assert {code: value for code, value in kept.answers.items() if value is not None} == {"1": 3, "2": 2}
        assert (kept.author, kept.assessed_on) == (clinician, days_ago(0))
        assert not Assessment.objects.exists()

    def test_what_an_item_does_not_have_is_named_and_the_rest_kept(self, clinician: User, caps: str) -> None:
        window = Window(signed_in(clinician), caps)
        wrong = window.keep({"1": 3, "22": -1}).json()["wrong"]
        assert list(wrong) == ["22"] and "greater than or equal to 0" in wrong["22"]
        kept = EntryDraft.objects.get().answers
        assert (kept["1"], kept["22"]) == (3, None)

    def test_a_page_that_does_not_say_which_it_is_is_refused(self, clinician: User, url: str) -> None:
        answer = signed_in(clinician).post(url, posted(HALF), headers={"X-Filling": "1"})
        assert "open it again" in refused(answer)
        assert not EntryDraft.objects.exists()

    def test_a_window_that_is_behind_is_told_and_undoes_nothing(self, clinician: User, url: str) -> None:
        client = signed_in(clinician)
        first = Window(client, url)
        first.keep({"1": 3})
        second = Window(client, url)
        second.keep({"1": 3, "2": 2})
        assert "in another window" in refused(first.keep({"1": 0}))
        for step in (first.look, first.sign):
            assert "in another window" in said(step(HAMD))
        assert EntryDraft.objects.get().answers["2"] == 2
        assert not Assessment.objects.exists()

    def test_what_came_to_its_end_meanwhile_is_told(self, clinician: User, rated: AssessmentRequest) -> None:
        window = Window(signed_in(clinician), reverse("rate", args=[rated.public_id]))
        window.keep({"1": 3})
        scheduling.cancel_request(by=clinician, request=rated, reason="mistake")
        assert refused(window.keep({"1": 2}))

    def test_whoever_was_signed_out_stays_on_the_page(self, clinician: User, url: str) -> None:
        window = Window(signed_in(clinician), url)
        window.client = Client()
        assert window.keep({"1": 3}).status_code == 401
        running = Client().post(url, {}, headers={"HX-Request": "true", "X-Filling": "1"})
        assert (running.status_code, "HX-Refresh" in running.headers) == (401, False)
        assert not EntryDraft.objects.exists()

    def test_saving_shows_nothing_and_so_is_no_reading(self, clinician: User, url: str) -> None:
        window = Window(signed_in(clinician), url)
        before = ReadEvent.objects.count()
        window.keep({"1": 3})
        assert ReadEvent.objects.count() == before


class TestGoingOn:
    def test_it_is_as_it_was_left(self, clinician: User, url: str) -> None:
        client = signed_in(clinician)
        Window(client, url).keep({"1": 3, "2": 2}, assessed_on=days_ago(2).isoformat())
        page = client.get(url)
        assert "2 of 17 answered" in said(page) and "You began this on" in said(page)
        for marked in ('name="item-1" value="3"', 'name="item-2" value="2"'):
            assert f"{marked}" in markup(page)
            assert "checked" in markup(page).partition(marked)[2].partition(">")[0]
        assert f'value="{days_ago(2).isoformat()}"' in markup(page)

    def test_from_today_by_name_and_discarded_from_there(self, clinician: User, caps: str) -> None:
        client = signed_in(clinician)
        assert "Begun and not submitted" not in said(client.get(reverse("today")))
        Window(client, caps).keep({"1": 3})
        page = client.get(reverse("today"))
        assert re.search(r"Petra Patientin CAPS-5 born [^<]{,60} 1 of", said(page)) and caps in markup(page)
        away = reverse("entry-discard", args=[EntryDraft.objects.get().public_id])
        assert away in markup(page)
        assert "cannot be brought back" in said(client.get(away))
        assert EntryDraft.objects.exists()
        assert "Discarded" in said(client.post(away, follow=True))
        assert not EntryDraft.objects.exists()

    def test_a_rater_from_the_own_list_by_code(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = asked_blind(clinician, episode, rater)
        client, url = signed_in(rater), reverse("rate", args=[asked.public_id])
        Window(client, url).keep(HALF)
        page = client.get(reverse("ratings"))
        assert f"{episode.patient.study_code} HAM-D17 8 of 17 answered" in said(page) and url in markup(page)
        away = client.get(reverse("entry-discard", args=[EntryDraft.objects.get().public_id]))
        assert "Petra" not in said(page) + said(away)
        assert "HAM-D17" not in said(signed_in(clinician).get(reverse("today"))).partition("Begun")[2]

    def test_nobody_else_can_discard_it_or_learn_that_it_is_there(
        self, clinician: User, administrator: User, outsider: User, episode: TreatmentEpisode
    ) -> None:
        draft = begun_entry(clinician, episode, "caps5", {"1": 2})
        url = reverse("entry-discard", args=[draft.public_id])
        assert_anonymous_signs_in(url, {})
        assert_unseen(outsider, url, draft.public_id, {})
        assert signed_in(administrator).get(url).status_code in (403, 404)
        assert EntryDraft.objects.exists()

    def test_one_that_is_over_can_only_be_discarded(self, clinician: User, rated: AssessmentRequest) -> None:
        draft = begun_entry(clinician, rated.episode, "hamd17", HALF, request=rated)
        scheduling.cancel_request(by=clinician, request=rated, reason="mistake")
        client = signed_in(clinician)
        page = client.get(reverse("today"))
        assert "can no longer be submitted" in said(page)
        assert reverse("rate", args=[rated.public_id]) not in markup(page)
        assert "Keep it" in said(client.get(reverse("entry-discard", args=[draft.public_id])))

    def test_it_stays_in_its_version(
        self, clinician: User, administrator: User, episode: TreatmentEpisode
    ) -> None:
        site = episode.patient.team.site
        published(site, CHECK_IN)
        url = reverse("rate-new", args=[episode.public_id, "check_in"])
        client = signed_in(clinician)
        window = Window(client, url)
        item = window.page.context["form"].items[0]
        answers = {one.code: one.options[0].value for one in window.page.context["form"].items if one.options}
        assert item.code in answers
        window.keep(answers)
        published(site, CHECK_IN.replace('version = "1"', 'version = "2"'))
        assert Window(client, url).fields["version"] == "1"
        assert window.sign(answers, with_gaps="on").status_code == 302
        assert Assessment.objects.get().version == "1"
        assert Window(client, url).fields["version"] == "2"


class TestSecondLook:
    def test_it_stands_between_typing_and_submitting(self, clinician: User, url: str) -> None:
        window = Window(signed_in(clinician), url)
        page = window.look(HAMD | {"4": 2})
        assert page.status_code == 200
        assert "a second look" in said(page) and "Nothing is on record yet" in said(page)
        assert "HAM-D17 total 17 complete" in said(page)
        assert "Changed since" not in said(page)
        assert not Assessment.objects.exists()
        assert EntryDraft.objects.get().answers["4"] == 2  # kept there also where no script runs
        sent = {"step": "sign"} | dict(page.context["typed"])
        assert window.client.post(url, sent).status_code == 302
        assert Assessment.objects.get().scores.get(scale="total").value == 17
        assert not EntryDraft.objects.exists()

    def test_gone_on_with_it_says_what_was_changed_since(self, clinician: User, url: str) -> None:
        client = signed_in(clinician)
        Window(client, url).keep(HAMD | {"4": 2})
        page = Window(client, url).look(HAMD | {"4": 1})
        changed = said(page).partition("Changed since you came back to it")[2]
        assert changed.startswith(" 4 ") and "(before: " in changed.partition("Answers")[0]

    def test_gaps_are_asked_about_first_and_said_again(self, clinician: User, url: str) -> None:
        window = Window(signed_in(clinician), url)
        assert window.look(HALF).status_code == 400
        assert EntryDraft.objects.get().answers["1"] == 1
        page = window.look(HALF, with_gaps="on")
        assert page.status_code == 200
        assert "no answer" in said(page)

    def test_without_a_script_each_look_is_a_later_state(self, clinician: User, url: str) -> None:
        client = signed_in(clinician)
        window = Window(client, url)
        window.number += 1
        again = window.look(HALF)
        assert again.context["window"]["number"] == window.number + 1
        window.number += 1
        window.look(HAMD, with_gaps="on")
        assert EntryDraft.objects.get().answers["17"] == 1

    def test_a_blind_rater_reads_the_code_and_no_day_of_the_request(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = asked_blind(clinician, episode, rater, ago=1)
        page = Window(signed_in(rater), reverse("rate", args=[asked.public_id])).look(HAMD)
        assert episode.patient.study_code in said(page)
        assert "Petra" not in said(page) and "asked for" not in said(page)


class TestAskedFor:
    def test_what_is_asked_for_once_is_answered_there(
        self, clinician: User, rated: AssessmentRequest
    ) -> None:
        new = reverse("rate-new", args=[rated.episode.public_id, "hamd17"])
        there = reverse("rate", args=[rated.public_id])
        client = signed_in(clinician)
        assert client.get(new).headers["Location"] == there
        page = said(client.get(there))
        assert "entered on its own" in page

    def test_one_that_was_asked_for_while_it_was_filled_in_is_answered_too(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        new = reverse("rate-new", args=[episode.public_id, "hamd17"])
        window = Window(signed_in(clinician), new)
        window.keep(HALF)
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0)
        )
        assert "this form answers it" in said(window.client.get(new))  # it goes on where it was begun
        assert "what was asked for, due" in said(window.look(HAMD))
        assert window.sign(HAMD).status_code == 302
        assert Assessment.objects.get().request == asked
        assert not EntryDraft.objects.exists()
        assert window.client.post(new, window.state(HAMD)).status_code == 302  # twice is once
        assert Assessment.objects.count() == 1

    def test_of_several_it_asks_which(self, clinician: User, episode: TreatmentEpisode) -> None:
        first, second = (
            scheduling.create_request(
                by=clinician, episode=episode, instrument="phq9", due_on=days_ago(ago), time_point=point
            )
            for ago, point in ((-30, "week-4"), (0, ""))
        )
        days = {"opens_on": days_ago(1), "due_on": days_ago(1), "closes_on": days_ago(-5)}
        scheduling.set_request_dates(by=clinician, request=first, **days)
        new = reverse("rate-new", args=[episode.public_id, "phq9"])
        window = Window(signed_in(clinician), new)
        assert "Which of them does this answer?" in said(window.page) and "week 4, due" in said(window.page)
        for step in (window.look, window.sign):
            assert "Say which one this answers" in said(step(PHQ9))
        assert "Choose one of the answers" in said(window.sign(PHQ9, request=str(uuid.uuid4())))
        assert not Assessment.objects.exists()
        assert window.sign(PHQ9, request=str(second.public_id)).status_code == 302
        assert Assessment.objects.get().request == second
        first.refresh_from_db()
        assert first.status == "open"

    def test_a_form_of_an_earlier_day_answers_nothing_of_today(
        self, clinician: User, rated: AssessmentRequest
    ) -> None:
        new = reverse("rate-new", args=[rated.episode.public_id, "hamd17"])
        window = Window(signed_in(clinician), f"{new}?earlier=1")
        before = days_ago((days_ago(0) - rated.opens_on).days + 1).isoformat()
        assert "asked for" not in said(window.look(HAMD, assessed_on=before))
        assert window.sign(HAMD, assessed_on=before).status_code == 302
        assert Assessment.objects.get().request is None
        rated.refresh_from_db()
        assert rated.status == "open"

    def test_answers_to_the_questions_of_another_version_answer_no_request(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        site = episode.patient.team.site
        published(site, CHECK_IN)
        url = reverse("rate-new", args=[episode.public_id, "check_in"])
        window = Window(signed_in(clinician), url)
        answers = {one.code: one.options[0].value for one in window.page.context["form"].items if one.options}
        window.keep(answers)
        published(site, CHECK_IN.replace('version = "1"', 'version = "2"'))
        scheduling.create_request(by=clinician, episode=episode, instrument="check_in", due_on=days_ago(0))
        page = window.sign(answers, with_gaps="on")
        assert page.status_code == 409
        assert "in version 1, but version 2 was asked for" in said(page)
        assert EntryDraft.objects.exists()
