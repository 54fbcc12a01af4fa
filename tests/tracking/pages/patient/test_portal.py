"""A patient's sitting, from the link to thank you."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import CRISIS, days_ago, identity_in
from tests.markup import markup, said
from tests.tracking.answers import PHQ9
from tests.tracking.packs import installed
from tracking.actions import care, links, scheduling, tries
from tracking.actions.wordings import withdraw_wording
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    DraftAnswers,
    EpisodeMark,
    Patient,
    SafetyAlert,
    Site,
    SittingLink,
    TreatmentEpisode,
    User,
)

PHONE = "0800 111 0 111"


@pytest.fixture
def door(made: tuple[SittingLink, str]) -> str:
    return reverse("sitting-landing", args=[made[1]])


@pytest.fixture
def begun(client: Client, door: str) -> Client:
    """A browser in which start was pressed."""
    assert client.post(door).status_code == 302
    return client


def item_url(asked: AssessmentRequest, number: int) -> str:
    return reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})


def asked_by_link(
    client: Client, episode: TreatmentEpisode, clinician: User, instrument: str
) -> AssessmentRequest:
    """A questionnaire that was asked for, and a browser in which its sitting has begun."""
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument=instrument, due_on=days_ago(1)
    )
    _, token = links.issue_link(by=clinician, episode=episode, requests=[asked])
    client.post(reverse("sitting-landing", args=[token]))
    return asked


@pytest.fixture
def guess(client: Client, episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    """A questionnaire whose last item is a text."""
    return asked_by_link(client, episode, clinician, "treatment_guess")


def write(client: Client, guess: AssessmentRequest, text: str):
    return client.post(item_url(guess, 3), {"item-led_by": text, "step": "next"})


def answer(client: Client, asked: AssessmentRequest, number: int, value: object, **more: object):
    given = {} if value is None else {f"item-{number}": value}
    return client.post(item_url(asked, number), given | {"step": "next"} | more)


def answer_all(client: Client, asked: AssessmentRequest, answers: dict) -> None:
    for code, value in answers.items():
        step = {"step": "leave"} if value is None else {}
        assert answer(client, asked, int(code), value, **step).status_code == 302


def send(client: Client, asked: AssessmentRequest):
    return client.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}), follow=True)


class TestLanding:
    def test_looking_changes_nothing(self, client: Client, door: str) -> None:
        """Mail scanners open links."""
        events = AuditEvent.objects.count()
        for _ in range(5):
            assert client.get(door).status_code == client.head(door).status_code == 200
        assert AuditEvent.objects.count() == events
        assert SittingLink.objects.get().opened_at is None
        assert not client.session.get("sitting")
        assert client.post(door).status_code == 302

    def test_it_says_how_many_sets_there_are_and_how_long_they_take_together(
        self, client: Client, asked: AssessmentRequest, door: str, clinician: User
    ) -> None:
        assert "One short set of questions, about 2 minutes in all" in said(client.get(door))
        guess = scheduling.create_request(
            by=clinician, episode=asked.episode, instrument="treatment_guess", due_on=days_ago(0)
        )
        _, token = links.issue_link(by=clinician, episode=asked.episode, requests=[asked, guess])
        page = said(client.get(reverse("sitting-landing", args=[token])))
        assert "2 short sets of questions, about 3 minutes in all" in page

    def test_it_tells_a_stranger_nothing(self, client: Client, door: str) -> None:
        response = client.get(door)
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store, private"
        said = response.content.decode().lower()
        assert identity_in(said) == []
        for word in ("psilo", "depress", "phq", "mood", "north clinic"):
            assert word not in said
        assert "<title>Questions</title>" in response.content.decode()

    def test_start_moves_the_token_out_of_the_address(
        self, client: Client, door: str, made: tuple[SittingLink, str]
    ) -> None:
        client.get(reverse("account_login"))
        before = client.session.session_key
        response = client.post(door)
        assert response.headers["Location"] == reverse("sitting")
        assert client.session.session_key != before
        assert made[1] not in repr(dict(client.session))
        assert SittingLink.objects.get().opened_at

    def test_wrong_expired_and_revoked_look_the_same(
        self, client: Client, asked: AssessmentRequest, clinician: User
    ) -> None:
        def one() -> tuple[SittingLink, str]:
            return links.issue_link(by=clinician, episode=asked.episode, requests=[asked])

        expired, revoked = one(), one()
        SittingLink.objects.filter(pk=expired[0].pk).update(expires_at=timezone.now())
        links.revoke_link(by=clinician, link=revoked[0])
        urls = [reverse("sitting-landing", args=[token]) for token in ("A" * 43, "x", expired[1], revoked[1])]
        for method in (client.get, client.post):
            answers = [method(url) for url in urls] + [client.get("/no-such-page/")]
            assert {one.status_code for one in answers} == {404}
            assert len({one.content for one in answers}) == 1
        assert "sitting" not in client.session

    def test_guessing_is_slowed_and_a_true_link_opens_all_the_same(self, client: Client, door: str) -> None:
        for number in range(tries.ALLOWED):
            assert client.get(f"/s/guess{number}/").status_code == 404
        assert client.get("/s/guess/").status_code == 429
        assert client.get("/s/guess/", REMOTE_ADDR="192.0.2.7").status_code == 404
        assert client.get(door).status_code == 200
        assert client.post(door).headers["Location"] == reverse("sitting")

    def test_whoever_is_signed_in_can_be_signed_out_first(
        self, client: Client, door: str, clinician: User
    ) -> None:
        client.force_login(clinician)
        assert "Somebody else is signed in" in said(client.get(door))
        client.post(door, {"sign_out": "yes"})
        assert client.get(reverse("alerts")).status_code == 302
        assert client.get(reverse("sitting")).status_code == 200


class TestItems:
    def test_why_how_long_and_then_one_item_a_screen(self, begun: Client, asked: AssessmentRequest) -> None:
        why = said(begun.get(reverse("sitting")))
        assert "These questions ask" in why and "2 minutes" in why
        first = begun.get(item_url(asked, 1))
        assert "Question 1 of 10" in said(first)
        assert first.content.decode().count('type="radio"') == 4

    def test_each_answer_is_kept_and_shown_again(self, begun: Client, asked: AssessmentRequest) -> None:
        response = answer(begun, asked, 1, 2)
        assert response.headers["Location"] == item_url(asked, 2)
        assert asked.draft.answers == {"1": 2}
        assert re.search(r'value="2"[^>]*checked', begun.get(item_url(asked, 1)).content.decode())

    def test_back_keeps_what_was_chosen(self, begun: Client, asked: AssessmentRequest) -> None:
        assert answer(begun, asked, 2, 1, step="back").headers["Location"] == item_url(asked, 1)
        assert answer(begun, asked, 1, None, step="back").headers["Location"] == reverse("sitting")
        assert asked.draft.answers == {"2": 1}

    def test_next_without_an_answer_asks_for_one_or_a_skip(
        self, begun: Client, asked: AssessmentRequest
    ) -> None:
        response = answer(begun, asked, 1, None)
        assert response.status_code == 400
        assert "Choose an answer" in said(response)
        assert not DraftAnswers.objects.exists()

    def test_a_skipped_item_stays_unanswered(self, begun: Client, asked: AssessmentRequest) -> None:
        assert answer(begun, asked, 4, None, step="skip").status_code == 302
        assert asked.draft.answers == {"4": None}

    def test_a_skipped_safety_item_is_asked_about_once_more(
        self, begun: Client, asked: AssessmentRequest
    ) -> None:
        response = answer(begun, asked, 9, None, step="skip")
        assert response.status_code == 200
        assert "You may still leave it out" in said(response)
        assert not DraftAnswers.objects.exists()
        assert answer(begun, asked, 9, None, step="leave").status_code == 302
        assert asked.draft.answers == {"9": None}

    @pytest.mark.parametrize("wrong", [{"item-1": "4"}, {"item-1": "x"}, {"item-1": "1", "item-99": "1"}])
    def test_a_wrong_answer_or_item_is_refused(
        self, begun: Client, asked: AssessmentRequest, wrong: dict
    ) -> None:
        response = begun.post(item_url(asked, 1), wrong)
        assert response.status_code == 400
        assert "Choose one of the answers" in said(response) or "99 is not an item" in said(response)
        assert not DraftAnswers.objects.exists()

    @pytest.mark.parametrize("number", [0, 11])
    def test_a_number_that_is_no_item_is_not_there(
        self, begun: Client, asked: AssessmentRequest, number: int
    ) -> None:
        assert begun.get(item_url(asked, number)).status_code == 404

    def test_the_same_link_resumes_where_it_stopped(
        self, begun: Client, asked: AssessmentRequest, door: str
    ) -> None:
        answer(begun, asked, 1, 1)
        answer(begun, asked, 2, None, step="skip")
        other = Client()
        other.post(door)
        assert item_url(asked, 3) in other.get(reverse("sitting")).content.decode()

    def test_a_number_is_asked_with_what_it_means_and_its_unit(
        self, client: Client, episode: TreatmentEpisode, clinician: User, site: Site, administrator: User
    ) -> None:
        installed(site, "credibility_expectancy", language="de", mark="Neu: ", help_text="0 % = gar nicht")
        care.change_site_language(by=administrator, site=site, language="de")
        episode = TreatmentEpisode.objects.get(pk=episode.pk)
        expected = asked_by_link(client, episode, clinician, "credibility_expectancy")
        response = client.get(item_url(expected, 4))
        page = response.content.decode()
        assert '<p class="quiet instruction" lang="de">Neu: How often?</p>' in page
        assert re.search(r'<label class="item" lang="de" for="id_item-4">Neu: Question 4</label>', page)
        assert '<p class="quiet" lang="de">0 % = gar nicht</p>' in page
        assert re.search(r'<input type="number" name="item-4" [^>]*max="100"[^>]*><span>%</span>', page)
        assert answer(client, expected, 4, 250).status_code == 400
        assert "Schreiben Sie eine Antwort" in said(answer(client, expected, 4, None))
        answer(client, expected, 4, 0)
        assert expected.draft.answers == {"4": 0}

    def test_what_helps_to_choose_stands_with_the_question(
        self, client: Client, episode: TreatmentEpisode, clinician: User, site: Site
    ) -> None:
        installed(site, "sds", help_text="Leave it out if you did not work.")
        impaired = asked_by_link(client, episode, clinician, "sds")
        legend = re.search(r"<legend.*?</legend>", markup(client.get(item_url(impaired, 1))))
        assert legend and '<span class="quiet">Leave it out if you did not work.</span>' in legend[0]

    def test_a_text_is_asked_with_its_help_and_without_the_instruction_of_the_scale(
        self, client: Client, guess: AssessmentRequest
    ) -> None:
        page = said(client.get(item_url(guess, 3)))
        assert "What led you to this? For example what you felt, or what somebody said" in page
        assert "Question 3 of 3" in page

    def test_a_text_of_several_lines_is_kept_as_it_was_written(
        self, client: Client, guess: AssessmentRequest
    ) -> None:
        assert write(client, guess, "The colours.\r\nAnd my heart.").status_code == 302
        assert guess.draft.answers == {"led_by": "The colours.\nAnd my heart."}
        full = "a\r\n" * 249 + "ab"  # the browser counts a line's end as one: 500
        assert write(client, guess, full).status_code == 302

    def test_what_cannot_be_kept_is_said_and_stays_in_its_field(
        self, client: Client, guess: AssessmentRequest
    ) -> None:
        response = write(client, guess, "My heart.\x07")
        assert response.status_code == 400
        assert "Must not have control characters." in said(response)
        assert "My heart." in response.content.decode()
        assert not DraftAnswers.objects.exists()

    def test_a_request_of_another_link_is_not_there(
        self, begun: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        other = scheduling.create_request(
            by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(1)
        )
        assert begun.get(item_url(other, 1)).status_code == 404
        assert answer(begun, other, 1, 1).status_code == 404


class TestCrisis:
    def test_contacts_come_at_once_when_the_item_is_endorsed(
        self, begun: Client, asked: AssessmentRequest
    ) -> None:
        assert PHONE not in said(begun.get(item_url(asked, 9)))
        answer(begun, asked, 9, 1)
        assert PHONE in said(begun.get(item_url(asked, 10)))
        assert SafetyAlert.objects.get().status == "open"

    def test_a_place_to_go_is_named_without_a_number(
        self, begun: Client, asked: AssessmentRequest, site: Site
    ) -> None:
        Site.objects.filter(pk=site.pk).update(crisis_contacts=f"{CRISIS}\nEmergency room, Main Street 1")
        answer(begun, asked, 9, 1)
        response = begun.get(item_url(asked, 10))
        assert '<span class="place">Emergency room, Main Street 1</span>' in markup(response)

    @pytest.mark.parametrize("given", [1, None])
    def test_thank_you_says_them_first(
        self, begun: Client, asked: AssessmentRequest, given: int | None
    ) -> None:
        answer_all(begun, asked, PHQ9 | {"9": given})
        page = said(send(begun, asked))
        assert page.index("Please talk to someone now") < page.index("Thank you")
        assert page.index(PHONE) < page.index("Thank you")
        assert SafetyAlert.objects.get().state == ("unanswered" if given is None else "endorsed")

    def test_they_are_there_in_any_case(self, begun: Client, asked: AssessmentRequest) -> None:
        answer_all(begun, asked, PHQ9)
        page = said(send(begun, asked))
        assert PHONE in page and "day and night" in page and CRISIS.split(",")[0] in page
        assert "Please talk to someone now" not in page
        assert not SafetyAlert.objects.exists()


class TestSending:
    def test_what_was_left_out_is_named_first(self, begun: Client, asked: AssessmentRequest) -> None:
        answer_all(begun, asked, PHQ9 | {"4": None})
        page = begun.get(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
        assert "You left out 1 question" in said(page)
        assert item_url(asked, 4) in page.content.decode()

    def test_the_answers_arrive_and_wake_the_course(self, begun: Client, asked: AssessmentRequest) -> None:
        wanted = EpisodeMark.objects.get(episode=asked.episode).wanted_rev
        answer_all(begun, asked, PHQ9)
        assert "Thank you" in said(send(begun, asked))
        stored = Assessment.objects.get()
        assert (stored.source, stored.recorded_by, stored.scores.get(scale="total").value) == (
            "self",
            None,
            9,
        )
        assert stored.answers == PHQ9 | {"10": None}
        assert EpisodeMark.objects.get(episode=asked.episode).wanted_rev == wanted + 1
        assert SittingLink.objects.get().finished_at

    def test_sending_twice_stores_once_and_says_so(self, begun: Client, asked: AssessmentRequest) -> None:
        answer_all(begun, asked, PHQ9)
        send(begun, asked)
        again = said(send(begun, asked))
        assert "already been received" in again
        assert Assessment.objects.count() == 1
        assert "already been received" in said(
            answer(begun, asked, 1, 0) and begun.get(reverse("sitting-done"))
        )
        assert Assessment.objects.get().answers["1"] == 2

    def test_nothing_is_sent_before_anything_was_seen(self, begun: Client, asked: AssessmentRequest) -> None:
        response = begun.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
        assert response.headers["Location"] == item_url(asked, 1)
        assert not Assessment.objects.exists()

    def test_several_questionnaires_come_in_turn(
        self, client: Client, asked: AssessmentRequest, clinician: User, site: Site
    ) -> None:
        installed(site, "wai_sr")
        second = scheduling.create_request(
            by=clinician, episode=asked.episode, instrument="wai_sr", due_on=days_ago(0)
        )
        _, token = links.issue_link(by=clinician, episode=asked.episode, requests=[second, asked])
        client.post(reverse("sitting-landing", args=[token]))
        answer_all(client, asked, PHQ9)
        between = said(send(client, asked))
        assert "Part 2 of 2" in between
        assert client.get(reverse("sitting-done")).headers["Location"] == reverse("sitting")
        answer_all(client, second, dict.fromkeys(map(str, range(1, 13)), 3))
        assert "Thank you" in said(send(client, second))
        assert Assessment.objects.count() == 2

    def test_a_closed_window_is_said(self, begun: Client, asked: AssessmentRequest) -> None:
        answer_all(begun, asked, PHQ9)
        AssessmentRequest.objects.update(opens_on=days_ago(9), due_on=days_ago(9), closes_on=days_ago(3))
        page = said(send(begun, asked))
        assert "time for this questionnaire has passed" in page
        assert "The time for these questions is over" in page and "they do not count" in page
        assert "Thank you" not in page and "have arrived" not in page
        assert PHONE in page
        assert not Assessment.objects.exists()


class TestWhoMayAnswer:
    def test_without_a_sitting_there_is_nothing(self, client: Client, asked: AssessmentRequest) -> None:
        review = reverse("sitting-review", kwargs={"public_id": asked.public_id})
        for url in (reverse("sitting"), reverse("sitting-done"), item_url(asked, 1), review):
            response = client.get(url)
            assert response.status_code == 404
            assert "open your link again" in said(response)
        assert client.post(item_url(asked, 1), {"item-1": "1"}).status_code == 404
        assert not DraftAnswers.objects.exists()

    def test_after_half_an_hour_the_link_is_needed_again(
        self, client: Client, door: str, asked: AssessmentRequest
    ) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            client.post(door)
            clock.shift(timedelta(minutes=29))
            assert answer(client, asked, 1, 1).status_code == 302
            clock.shift(timedelta(minutes=29))
            assert client.get(item_url(asked, 2)).status_code == 200
            clock.shift(timedelta(minutes=31))
            assert answer(client, asked, 2, 1).status_code == 404
        assert asked.draft.answers == {"1": 1}

    def test_a_revoked_link_ends_the_sitting(
        self, begun: Client, asked: AssessmentRequest, clinician: User
    ) -> None:
        links.revoke_link(by=clinician, link=SittingLink.objects.get())
        assert answer(begun, asked, 1, 1).status_code == 404

    def test_a_form_without_its_token_is_refused(self, door: str, asked: AssessmentRequest) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(door).status_code == 302
        assert strict.post(item_url(asked, 1), {"item-1": "1"}).status_code == 403
        assert not DraftAnswers.objects.exists()

    def test_a_simulated_person_says_so(self, begun: Client, patient: Patient) -> None:
        assert "nobody on this page is real" not in said(begun.get(reverse("sitting")))
        Patient.objects.filter(pk=patient.pk).update(is_simulated=True)
        assert "nobody on this page is real" in said(begun.get(reverse("sitting")))


class TestWordsInstalledUnderWay:
    """Something that the link asks for has lost its words when the sitting begins, and gets others before the
    end."""

    @pytest.fixture
    def both(
        self, client: Client, episode: TreatmentEpisode, clinician: User, site: Site, administrator: User
    ) -> list[AssessmentRequest]:
        pack = installed(site, "wai_sr")
        asked = [
            scheduling.create_request(by=clinician, episode=episode, instrument=key, due_on=days_ago(1))
            for key in ("phq9", "wai_sr")
        ]
        _, token = links.issue_link(by=clinician, episode=episode, requests=asked)
        withdraw_wording(by=administrator, pack=pack, reason="A word was wrong")
        client.post(reverse("sitting-landing", args=[token]))
        return asked

    def test_the_patient_is_never_shown_our_labels(
        self, client: Client, both: list[AssessmentRequest], site: Site
    ) -> None:
        page = item_url(both[1], 1)
        assert client.get(page).status_code == 404
        installed(site, "wai_sr", mark="New: ")
        assert "New: Question 1" in client.get(page).content.decode()
        assert client.post(page, {"item-1": "3", "step": "next"}).status_code == 302
        both[1].refresh_from_db()
        assert both[1].wording_pack.label == "en/invented/2"
        assert "New: Question 2" in client.get(item_url(both[1], 2)).content.decode()

    def test_nor_is_an_answer_kept_that_was_given_to_no_words(
        self, client: Client, both: list[AssessmentRequest], site: Site
    ) -> None:
        installed(site, "wai_sr", mark="New: ")
        client.post(item_url(both[1], 1), {"item-1": "3", "step": "next"})
        both[1].refresh_from_db()
        assert both[1].wording_pack is not None
