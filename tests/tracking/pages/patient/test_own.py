"""The patient's own pages."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.cast import CRISIS, days_ago, person
from tests.markup import markup, said
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen, signed_in
from tracking.actions import assessments, scheduling
from tracking.models import Assessment, AssessmentRequest, Patient, SittingLink, TreatmentEpisode, User
from tracking.vocabulary import Role


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))


@pytest.fixture
def own(episode: TreatmentEpisode) -> Assessment:
    recorded(episode, None, "phq9", PHQ9, ago=30)
    return recorded(episode, None, "phq9", PHQ9 | {"1": 0, "2": 0}, ago=9).assessment


def answers_url(own: Assessment) -> str:
    return reverse("own-answers", kwargs={"public_id": own.public_id})


def test_the_own_course_in_plain_words(own: Assessment, patient_user: User) -> None:
    page = said(signed_in(patient_user).get("/own/"))
    assert re.search(r"PHQ-9 5 of 27, mild 4 lower", page)
    assert "a lower number is better" in page
    assert "9 of 27, mild" in page


def test_whom_to_call_is_said_as_the_site_names_them(patient: Patient, patient_user: User) -> None:
    site = patient.team.site
    site.crisis_contacts = f"{CRISIS}\nEmergency room, Main Street 1"
    site.save()
    page = markup(signed_in(patient_user).get("/own/"))
    assert (
        'Crisis line, day and night: <a href="tel:08001110111"><bdi dir="ltr">0800 111 0 111</bdi></a>'
        in page
    )
    assert "<li>Emergency room, Main Street 1</li>" in page
    assert "112 in Europe, 911 in North America" in page


def test_an_account_without_a_patient_is_told_the_emergency_number(db: None) -> None:
    page = said(signed_in(person("Nobody Yet", Role.PATIENT)).get("/own/"))
    assert "112 in Europe, 911 in North America" in page


def test_a_report_without_a_total_is_no_zero(
    episode: TreatmentEpisode, own: Assessment, patient_user: User
) -> None:
    recorded(episode, None, "phq9", {"1": 1}, ago=2)
    recorded(episode, None, "phq9", PHQ9, ago=1)
    page = said(signed_in(patient_user).get("/own/"))
    assert "no total: some were left out" in page
    assert "9 of 27, mild 4 higher" in page  # compared with the report before that has a score


def test_a_previous_score_of_zero_is_compared(episode: TreatmentEpisode, patient_user: User) -> None:
    recorded(episode, None, "phq9", dict.fromkeys(PHQ9, 0), ago=9)
    recorded(episode, None, "phq9", PHQ9, ago=1)
    assert "9 of 27, mild 9 higher" in said(signed_in(patient_user).get("/own/"))


def test_the_own_answers_question_by_question(own: Assessment, patient_user: User) -> None:
    page = said(signed_in(patient_user).get(answers_url(own)))
    assert "Trouble falling or staying asleep, or sleeping too much Several days" in page
    assert "left out" in page  # the optional tenth question


def test_ratings_of_the_team_are_not_there(
    episode: TreatmentEpisode, clinician: User, patient_user: User
) -> None:
    rating = recorded(episode, clinician, "hamd17", HAMD).assessment
    assert "HAM-D" not in said(signed_in(patient_user).get("/own/"))
    assert_unseen(patient_user, answers_url(rating), rating.public_id, {})


def test_a_correction_replaces_the_own_answer(own: Assessment, clinician: User, patient_user: User) -> None:
    corrected = assessments.correct_assessment(
        by=clinician, assessment=own, answers=PHQ9 | {"1": 3}, reason="on the phone"
    ).assessment
    page = signed_in(patient_user).get("/own/").content.decode()
    assert answers_url(corrected) in page and answers_url(own) not in page
    assert "on the phone" not in page


def test_answering_needs_no_link(asked: AssessmentRequest, patient_user: User) -> None:
    client = signed_in(patient_user)
    assert "waiting for you, about 2 minutes" in said(client.get("/own/"))
    assert client.post("/own/answer/").headers["Location"] == reverse("sitting")
    url = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": 1})
    assert client.post(url, {"item-1": "1", "step": "next"}).status_code == 302
    assert SittingLink.objects.get().created_by == patient_user
    assert client.get("/own/").status_code == 200


def test_thank_you_leads_back_to_the_own_page(asked: AssessmentRequest, patient_user: User) -> None:
    client = signed_in(patient_user)
    client.post("/own/answer/")
    for code, value in PHQ9.items():
        url = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": int(code)})
        client.post(url, {f"item-{code}": value, "step": "next"})
    sent = client.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}), follow=True)
    assert '<a class="button ghost" href="/own/">Back to my answers</a>' in sent.content.decode()


def test_with_nothing_waiting_nothing_begins(episode: TreatmentEpisode, patient_user: User) -> None:
    response = signed_in(patient_user).post("/own/answer/", follow=True)
    assert "Nothing is waiting for you" in said(response)
    assert not SittingLink.objects.exists()


def test_another_patient_sees_none_of_it(own: Assessment, db: None) -> None:
    other = person("Paul Patient", Role.PATIENT)
    assert "You have not answered" in said(signed_in(other).get("/own/"))
    assert_unseen(other, answers_url(own), own.public_id, {})


def test_who_may_not(
    own: Assessment, asked: AssessmentRequest, clinician: User, rater: User, researcher: User
) -> None:
    for url in ("/own/", "/own/answer/", answers_url(own)):
        assert_anonymous_signs_in(url, {})
        for other in (clinician, rater, researcher):
            assert_refused(other, url, {}, 403)
