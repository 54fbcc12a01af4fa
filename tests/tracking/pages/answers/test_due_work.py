"""What is asked and not answered: excused with a reason, or handed over."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.pages.doors import assert_unseen, signed_in
from tracking.actions import assessments, people, scheduling
from tracking.models import AssessmentRequest, AuditEvent, TreatmentEpisode, User
from tracking.vocabulary import RequestStatus, Role


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0))


def at(name: str, request: AssessmentRequest) -> str:
    return reverse(name, args=[request.public_id])


def test_it_is_excused_with_a_reason_that_stays(asked: AssessmentRequest, clinician: User) -> None:
    client, url = signed_in(clinician), at("request-excuse", asked)
    assert "Excuse HAM-D17, due" in said(client.get(url))
    assert client.post(url, {}).status_code == 400
    assert client.post(url, {"reason": "died"}).status_code == 400
    done = client.post(url, {"reason": "declined"}, follow=True)
    assert "Excused: HAM-D17" in said(done)
    asked.refresh_from_db()
    assert asked.status == RequestStatus.CANCELLED
    assert AuditEvent.objects.get(action="cancel_request").details["reason"] == "declined"
    assert client.post(url, {"reason": "declined"}).status_code == 409


def test_what_the_patient_left_out_before_it_was_excused_is_not_lost(
    episode: TreatmentEpisode, clinician: User
) -> None:
    report = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    assessments.save_draft(request=report, item="9", value=None)
    signed_in(clinician).post(at("request-excuse", report), {"reason": "prevented"})
    assert list(episode.alerts.values_list("item", "state")) == [("9", "unanswered")]


def test_what_was_missed_can_be_excused_too(episode: TreatmentEpisode, clinician: User) -> None:
    missed = scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=days_ago(20), closes_on=days_ago(10)
    )
    signed_in(clinician).post(at("request-excuse", missed), {"reason": "prevented"})
    missed.refresh_from_db()
    assert missed.status == RequestStatus.CANCELLED


def test_a_rating_is_handed_over(asked: AssessmentRequest, clinician: User, rater: User) -> None:
    client, url = signed_in(clinician), at("request-hand-over", asked)
    assert "Rita Rater" in said(client.get(url))
    assert "Handed over to Rita Rater" in said(client.post(url, {"to": rater.pk}, follow=True))
    asked.refresh_from_db()
    assert asked.assigned_to == rater
    patient = reverse("patient", args=[asked.episode.patient.public_id])
    assert "with Rita Rater" in said(client.get(patient))


def test_a_blinded_rating_leads_to_where_raters_are_assigned_and_a_self_report_nowhere(
    episode: TreatmentEpisode, clinician: User
) -> None:
    client = signed_in(clinician)
    blind = scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), blinded=True
    )
    answer = client.get(at("request-hand-over", blind))
    assert answer.headers["Location"] == at("rater-assign", blind)
    report = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    assert client.get(at("request-hand-over", report)).status_code == 404


@pytest.mark.parametrize("name", ["request-excuse", "request-hand-over"])
def test_who_is_not_of_the_team_finds_nothing(name: str, asked: AssessmentRequest, outsider: User) -> None:
    assert_unseen(outsider, at(name, asked), asked.public_id, {})


def test_the_link_for_one_questionnaire_ticks_that_one_alone(
    episode: TreatmentEpisode, clinician: User
) -> None:
    one, _ = (
        scheduling.create_request(by=clinician, episode=episode, instrument=key, due_on=days_ago(0))
        for key in ("phq9", "gad7")
    )
    page = signed_in(clinician).get(
        reverse("link-new", args=[episode.public_id]), {"request": str(one.public_id)}
    )
    assert page.content.decode().count(" checked") == 1


def test_a_rater_who_treats_elsewhere_makes_a_rating_and_neither_excuses_it_nor_hands_it_over(
    asked: AssessmentRequest, clinician: User, outsider: User
) -> None:
    site = asked.episode.patient.team.site
    people.grant_role(by=None, user=outsider, role=Role.RATER, site=site, starts_on=days_ago(9))
    scheduling.hand_over_request(by=clinician, request=asked, to=outsider)
    for name in ("request-excuse", "request-hand-over"):
        assert signed_in(outsider).get(at(name, asked)).status_code == 404
