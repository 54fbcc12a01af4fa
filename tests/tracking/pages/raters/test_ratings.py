"""The independent rater: a study code and a scale, and nothing that could unblind."""

from __future__ import annotations

import re
import uuid

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.cast import days_ago, person
from tests.clock import BERLIN
from tests.markup import said
from tests.tracking.answers import HAMD, PHQ9, posted, recorded
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, signed_in
from tracking.actions import assessments, care, guesses, people, scheduling
from tracking.errors import InvalidInput
from tracking.models import Assessment, AssessmentRequest, CareTeam, Study, TreatmentEpisode, User
from tracking.vocabulary import Role

SHEET = posted(HAMD, assessed_on=days_ago(0).isoformat())
UNBLINDING = ["psilocybin", "escitalopram", "arm", "dose", "dosing", "integration", "session", "meq"]
UNBLINDING += ["week_4", "week 4", "petra", "patientin", "phq-9", "self-report"]


def lowered(response: HttpResponse) -> str:
    return said(response).lower()


def ask(clinician: User, episode: TreatmentEpisode, rater: User, **more: object) -> AssessmentRequest:
    return scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        time_point="week_4",
        **more,
    )


@pytest.fixture
def asked(clinician: User, episode: TreatmentEpisode, rater: User) -> AssessmentRequest:
    recorded(episode, clinician, "hamd17", HAMD | {"1": 4}, ago=30)
    recorded(episode, None, "phq9", PHQ9)
    return ask(clinician, episode, rater)


def rate_url(asked: AssessmentRequest) -> str:
    return reverse("rate", kwargs={"public_id": asked.public_id})


def test_the_list_has_code_and_scale(asked: AssessmentRequest, rater: User) -> None:
    page = lowered(signed_in(rater).get("/ratings/"))
    assert asked.episode.patient.study_code.lower() in page and "ham-d17" in page


def test_no_page_of_the_rater_says_anything_that_unblinds(asked: AssessmentRequest, rater: User) -> None:
    client = signed_in(rater)
    pages = [client.get("/ratings/"), client.get(rate_url(asked))]
    pages.append(client.post(rate_url(asked), SHEET, follow=True))
    stored = Assessment.objects.get(rater=rater)
    of = {"public_id": stored.public_id}
    pages += [client.get(reverse("assessment", kwargs=of)), client.get("/ratings/")]
    pages.append(client.get(reverse("assessment-correct", kwargs=of)))
    for page in pages:
        assert page.status_code == 200
        found = [word for word in UNBLINDING if re.search(rf"\b{word}\b", lowered(page))]
        assert found == []


def test_two_patients_equal_but_for_the_arm_give_equal_pages(
    clinician: User, rater: User, team_a: CareTeam, study: Study
) -> None:
    pages = []
    for arm in ("psilocybin", "escitalopram"):
        patient = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity=None,
            sex="female",
            enrolled_on=days_ago(200),
            timezone=BERLIN.key,
        )
        episode = care.start_episode(
            by=clinician,
            patient=patient,
            diagnosis="mdd",
            protocol="psilocybin-escitalopram",
            arm=arm,
            starts_on=days_ago(40),
            study=study,
        )
        asked = ask(clinician, episode, rater)
        client = signed_in(rater)
        page = client.get(rate_url(asked)).content.decode()
        page = re.sub(r'name="(csrfmiddlewaretoken|window)" value="[^"]+"', "", page)
        sent = client.post(rate_url(asked), SHEET)
        page += client.get(sent.headers["Location"]).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
        own = str(Assessment.objects.get(request=asked).public_id)
        pages.append(
            page.replace(str(asked.public_id), "ID").replace(patient.study_code, "CODE").replace(own, "OWN")
        )
    assert pages[0] == pages[1]
    assert "What do you think this patient receives?" in pages[0]


def test_after_rating_the_request_is_gone_and_the_rating_listed(
    asked: AssessmentRequest, rater: User
) -> None:
    signed_in(rater).post(rate_url(asked), SHEET)
    page = lowered(signed_in(rater).get("/ratings/"))
    assert "nothing is waiting" in page and "ham-d17" in page


class TestTheGuessAfterARating:
    def rated(self, asked: AssessmentRequest, rater: User) -> str:
        """The page that follows the rating."""
        response = signed_in(rater).post(rate_url(asked), SHEET)
        assert response.status_code == 302
        return response.headers["Location"]

    def guesses(self) -> list[Assessment]:
        return list(Assessment.objects.filter(instrument="treatment_guess_rater"))

    def test_it_is_recorded_at_the_time_point_of_the_rating(
        self, asked: AssessmentRequest, rater: User
    ) -> None:
        url = self.rated(asked, rater)
        response = signed_in(rater).post(
            url, {"item-guess": "2", "item-confidence": "3", "item-led_by": "calm"}
        )
        assert response.headers["Location"] == "/ratings/"
        (guess,) = self.guesses()
        rating = Assessment.objects.get(request=asked)
        assert guess.answers == {"guess": 2, "confidence": 3, "led_by": "calm"}
        assert (guess.rater, guess.time_point, guess.assessed_on) == (rater, "week_4", rating.assessed_on)
        assert guess.source == "clinician"

    def test_not_knowing_is_one_click(self, asked: AssessmentRequest, rater: User) -> None:
        signed_in(rater).post(self.rated(asked, rater), {"item-guess": "0"})
        (guess,) = self.guesses()
        assert guess.answers["guess"] == 0
        assert {one.outcome: one.met for one in guess.outcomes.all()} == {
            "ventured": False,
            "experimental": False,
        }

    @pytest.mark.parametrize(
        "sent", [{}, {"item-guess": "2"}, {"item-guess": "7"}, {"item-guess": "2", "item-x": "1"}]
    )
    def test_what_says_nothing_is_not_recorded(
        self, asked: AssessmentRequest, rater: User, sent: dict[str, str]
    ) -> None:
        response = signed_in(rater).post(self.rated(asked, rater), sent)
        assert response.status_code == 400
        assert self.guesses() == []

    def test_what_the_action_alone_refuses_stands_beside_its_item(
        self, asked: AssessmentRequest, rater: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(**_: object) -> None:
            raise InvalidInput("confidence", "does not go with this guess")

        monkeypatch.setattr(guesses, "record_rating_guess", refuse)
        response = signed_in(rater).post(self.rated(asked, rater), {"item-guess": "0"})
        assert response.status_code == 400
        assert response.context["form"].errors == {"item-confidence": ["Does not go with this guess."]}

    def test_it_is_asked_once(self, asked: AssessmentRequest, rater: User) -> None:
        url = self.rated(asked, rater)
        client = signed_in(rater)
        for _ in range(2):
            assert client.post(url, {"item-guess": "0"}).status_code == 302
        assert client.post(url, {"item-guess": "1", "item-confidence": "1"}).status_code == 409
        assert len(self.guesses()) == 1
        assert client.get(url).headers["Location"] == "/ratings/"

    def test_only_who_made_the_rating_is_asked(
        self, asked: AssessmentRequest, rater: User, clinician: User, researcher: User
    ) -> None:
        url = self.rated(asked, rater)
        assert_anonymous_signs_in(url, {})
        for other in (clinician, researcher):
            assert_refused(other, url, {"item-guess": "0"}, 403)
        assert_refused(person("Another Rater", Role.RATER), url, {"item-guess": "0"}, 404)
        assert self.guesses() == []

    def test_where_nothing_is_compared_nothing_is_guessed(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        TreatmentEpisode.objects.filter(pk=episode.pk).update(
            protocol="lsd-anxiety", protocol_version="1", arm="lsd"
        )
        asked = ask(clinician, TreatmentEpisode.objects.get(pk=episode.pk), rater)
        assert self.rated(asked, rater) == "/ratings/"
        own = Assessment.objects.get(request=asked)
        assert signed_in(rater).get(f"/ratings/{own.public_id}/guess/").status_code == 404

    def test_whoever_treats_the_patient_is_not_asked(
        self, asked: AssessmentRequest, team_a: CareTeam
    ) -> None:
        both = person("Bella Both", Role.RATER, Role.CLINICIAN)
        care.add_member(by=None, team=team_a, user=both, starts_on=days_ago(10))
        AssessmentRequest.objects.filter(pk=asked.pk).update(assigned_to=both)
        assert "/assessments/" in self.rated(asked, both)


def test_the_own_rating_can_be_read_and_corrected_by_the_rater(asked: AssessmentRequest, rater: User) -> None:
    client = signed_in(rater)
    client.post(rate_url(asked), SHEET)
    own = Assessment.objects.get(rater=rater)
    url = reverse("assessment-correct", kwargs={"public_id": own.public_id})
    assert client.post(url, SHEET | {"item-1": "2", "reason": "wrong key"}).status_code == 302
    assert Assessment.objects.get(supersedes=own).rater == rater


def test_what_a_clinician_writes_about_a_rating_stays_hidden(
    asked: AssessmentRequest, rater: User, clinician: User
) -> None:
    signed_in(rater).post(rate_url(asked), SHEET)
    own = Assessment.objects.get(rater=rater)
    corrected = assessments.correct_assessment(
        by=clinician, assessment=own, answers=HAMD, reason="it was the day after the dose"
    ).assessment
    client = signed_in(rater)
    assert client.get(reverse("assessment", kwargs={"public_id": corrected.public_id})).status_code == 404
    assert "dose" not in lowered(client.get(reverse("assessment", kwargs={"public_id": own.public_id})))
    assert "dose" not in lowered(client.get("/ratings/"))


def test_scores_of_others_and_self_reports_are_not_there(
    asked: AssessmentRequest, rater: User, clinician: User
) -> None:
    client = signed_in(rater)
    for other in Assessment.objects.exclude(rater=rater):
        for name in ("assessment", "assessment-correct"):
            url = reverse(name, kwargs={"public_id": other.public_id})
            absent = url.replace(str(other.public_id), str(uuid.uuid4()))
            assert client.get(url).status_code == 404
            assert client.get(url).content == client.get(absent).content


def test_what_is_not_due_today_is_not_listed(clinician: User, episode: TreatmentEpisode, rater: User) -> None:
    scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(-9), assigned_to=rater
    )
    assert "nothing is waiting" in lowered(signed_in(rater).get("/ratings/"))


def test_who_may_not(asked: AssessmentRequest, clinician: User, researcher: User, patient_user: User) -> None:
    assert_anonymous_signs_in("/ratings/", {})
    for other in (clinician, researcher, patient_user):
        assert_refused(other, "/ratings/", {}, 403)
