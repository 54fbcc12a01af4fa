"""Queries that find one row among its like: each is asked where a bystander stands beside the row that is meant."""

from __future__ import annotations

import uuid
from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import CRISIS, days_ago, person, server_days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.blinded import available, blinded, rated
from tests.tracking.definitions import CHECK_IN, PHQ4, published, second
from tests.tracking.packs import installed
from tracking.actions import assessments, care, rating, safety, scheduling, treatment, unblinding
from tracking.actions.setting import create_template, record_setting
from tracking.actions.wordings import withdraw_wording
from tracking.models import (
    Assessment,
    AssessmentRequest,
    CareTeam,
    SafetyAlert,
    Site,
    SiteInstrument,
    TreatmentEpisode,
    Unblinding,
    User,
)
from tracking.queries.catalogue import catalogue, packs_of
from tracking.queries.library import coming_change
from tracking.queries.raters import loads
from tracking.queries.requests import is_of_team, open_requests_for, open_self_reports
from tracking.queries.setting import usual_template
from tracking.queries.sittings import questionnaire
from tracking.rules.policies.instruments import instrument_of, offered
from tracking.rules.policies.rating import rates_the_same
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
HAMD, CAPS = registry.get("hamd17"), registry.get("caps5")


def asked(
    episode: TreatmentEpisode, by: User, instrument: str = "phq9", due: int = 0, **more: object
) -> AssessmentRequest:
    return scheduling.create_request(
        by=by, episode=episode, instrument=instrument, due_on=days_ago(due), **more
    )


@pytest.fixture
def beside(team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    """Another patient of the same team."""
    return another_episode(team_a, clinician)


def test_a_sitting_shows_its_own_answers(
    episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
) -> None:
    theirs, ours = asked(beside, clinician), asked(episode, clinician)
    assessments.save_draft(request=theirs, item="9", value=3)
    assert questionnaire(ours).answers == {}
    assessments.save_draft(request=ours, item="1", value=1)
    assert (questionnaire(ours).answers, questionnaire(theirs).answers) == ({"1": 1}, {"9": 3})


def test_the_team_of_a_patient_is_not_that_of_another(
    episode: TreatmentEpisode, clinician: User, outsider: User, team_b: CareTeam
) -> None:
    theirs = another_episode(team_b, outsider)
    assert (is_of_team(clinician, episode), is_of_team(clinician, theirs)) == (True, False)
    assert (is_of_team(outsider, episode), is_of_team(outsider, theirs)) == (False, True)


def test_a_rating_answers_the_open_request_for_its_instrument_that_is_nobodys(
    episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User, rater: User
) -> None:
    asked(beside, clinician, "hamd17")
    asked(episode, clinician, "caps5")
    asked(episode, clinician, "hamd17", assigned_to=rater)
    blinded(episode, clinician)
    asked(episode, clinician, "hamd17", due=30)
    cancelled = asked(episode, clinician, "hamd17")
    scheduling.cancel_request(by=clinician, request=cancelled, reason="mistake")
    assert open_requests_for(clinician, episode, HAMD) == []
    meant = asked(episode, clinician, "hamd17")
    assert open_requests_for(clinician, episode, HAMD) == [meant]
    assert open_requests_for(clinician, episode, CAPS) == [episode.requests.get(instrument="caps5")]


def test_a_patient_is_asked_today_what_is_open_and_theirs_to_answer(
    episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
) -> None:
    meant, cancelled = asked(episode, clinician), asked(episode, clinician, "gad7")
    scheduling.cancel_request(by=clinician, request=cancelled, reason="mistake")
    asked(episode, clinician, "hamd17")
    asked(episode, clinician, due=30)
    asked(episode, clinician, due=-30)
    asked(beside, clinician)
    assert list(open_self_reports(episode)) == [meant]


def test_whoever_had_the_other_rating_before_it_was_cancelled_may_make_this_one(
    episode: TreatmentEpisode, clinician: User, rater: User
) -> None:
    first = blinded(episode, clinician)
    rated(first, rater)
    again = rating.request_second_rating(by=clinician, request=first)
    other = available("Rea Rater")
    rating.assign_rater(by=clinician, request=again, rater=other)
    assert (rates_the_same(first), rates_the_same(again)) == ({other.pk}, {rater.pk})
    AssessmentRequest.objects.filter(pk=again.pk).update(status="cancelled")
    assert rates_the_same(first) == set()


def test_a_cancelled_rating_takes_no_place_in_a_week(episode: TreatmentEpisode, clinician: User) -> None:
    busy = available("Rea Rater", per_week=2)
    for _ in range(2):
        rating.assign_rater(by=clinician, request=blinded(episode, clinician), rater=busy)
    scheduling.cancel_request(by=clinician, request=episode.requests.latest("pk"), reason="mistake")
    (found,) = loads([busy.pk], server_days_ago(0))
    assert (found.taken, found.waiting) == (1, 1)


def test_a_session_is_likely_in_the_room_of_the_last_one_that_had_a_room(
    episode: TreatmentEpisode, clinician: User, site: Site
) -> None:
    rooms = [create_template(by=clinician, site=site, name=name, answers={"light": 1}) for name in ("A", "B")]
    sessions = [
        treatment.record_session(
            by=clinician, episode=episode, kind="dosing", starts_at=timezone.now() - timedelta(days=days)
        )
        for days in (30, 20, 10)
    ]
    record_setting(
        by=clinician,
        session=sessions[0],
        template=rooms[1],
        overrides={},
        submission_id=sessions[0].public_id,
    )
    assert usual_template(sessions[2]) == rooms[1]


def test_the_wordings_of_an_instrument_are_of_its_version_and_not_withdrawn(
    site: Site, administrator: User, south: Site
) -> None:
    phq9 = registry.get("phq9")
    gone, meant = installed(site, "phq9", language="de"), installed(site, "phq9", language="fr")
    installed(site, "gad7", language="de")
    installed(south, "phq9", language="es")
    old = installed(site, "phq9", language="it")
    old.pk, old.version, old.public_id = None, "0", uuid.uuid4()
    old.save()
    withdraw_wording(by=administrator, pack=gone, reason="The licence has ended.")
    assert {pack.language for pack in packs_of(administrator, phq9)} == {meant.language, "it"}
    assert {pack.version for pack in packs_of(administrator, phq9)} == {"1"}


def test_an_upload_is_compared_with_the_version_before_of_the_same_instrument(
    site: Site, south: Site, administrator: User
) -> None:
    before = published(site)
    published(site, PHQ4)
    assert coming_change(instrument_of("phq4", "1"), south) is None
    found = coming_change(instrument_of(before.key, before.version), site)
    assert found and found.before == before
    latest = published(site, second(CHECK_IN))
    found = coming_change(instrument_of(before.key, before.version), site)
    assert found and found.before == latest


def test_what_ships_by_now_stands_once_although_the_site_had_published_it(
    site: Site, administrator: User
) -> None:
    """Where a later release ships the key that a site had chosen, the shipped one is meant from then on."""
    row = published(site, PHQ4)
    row.definition = row.definition.replace('"phq4"', '"gad7"')
    row.sha256 = sha256(row.definition.encode()).hexdigest()
    row.pk, row.key, row.public_id = None, "gad7", uuid.uuid4()
    row.save()
    entries = [entry for _, shelf in catalogue(administrator) for entry in shelf]
    assert [entry.site for entry in entries if entry.instrument.key == "gad7"] == [None]
    assert [entry.site for entry in entries if entry.instrument.key == "phq4"] == [site]
    assert [one.key for one in offered(site)].count("gad7") == 1


def test_whoever_was_told_one_treatment_still_reads_the_own_rating_of_another_patient(
    episode: TreatmentEpisode, beside: TreatmentEpisode, clinician: User
) -> None:
    rater = available("Rita Rater")
    ratings = [rated(blinded(each, clinician), rater).assessment for each in (episode, beside)]
    asked_for = unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason="Heard of it.")
    assert list(Assessment.objects.open_to_rater(rater)) == [ratings[1]]
    assert list(Unblinding.objects.pending()) == [asked_for]
    unblinding.decide_unblinding(by=clinician, unblinding=asked_for, approve=False)
    assert list(Unblinding.objects.pending()) == []


def test_what_a_site_has_published_is_for_its_administrators_alone(
    site: Site, administrator: User, clinician: User
) -> None:
    row = published(site, PHQ4)
    rows = SiteInstrument.objects
    assert list(rows.administered_by(administrator)) == [row]
    assert list(rows.administered_by(clinician)) == []
    elsewhere = care.create_site(by=None, key="south", name="South Clinic", crisis_contacts=CRISIS)
    assert list(rows.administered_by(person("Sue South", Role.ADMINISTRATOR, site=elsewhere))) == []


def test_an_alert_that_was_closed_is_resolved(episode: TreatmentEpisode, clinician: User) -> None:
    first, second = (recorded(episode, None, "phq9", PHQ9 | {"9": 2}, ago=ago).alerts[0] for ago in (2, 1))
    safety.acknowledge_alert(by=clinician, alert=first)
    assert list(SafetyAlert.objects.unresolved().order_by("pk")) == [first, second]
    safety.close_alert(by=clinician, alert=first, note="Called.")
    assert list(SafetyAlert.objects.unresolved()) == [second]
