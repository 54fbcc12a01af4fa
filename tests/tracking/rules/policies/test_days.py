"""Around midnight the day is counted where the patient and the clinic are, never where the server stands."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from measures import registry
from tests.cast import person
from tests.tracking.answers import HAMD
from tests.tracking.packs import installed
from tracking.actions import assessments, care, links, people, scheduling, treatment
from tracking.errors import InvalidInput
from tracking.models import Assessment, OutboxMail, TreatmentEpisode, User
from tracking.pages.moments import moment_field
from tracking.queries.raters import without_rater
from tracking.rules.policies.days import is_late, latest_day
from tracking.vocabulary import AnswerSource, Role

pytestmark = pytest.mark.django_db

BERLIN, AUCKLAND, HONOLULU = "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"


def at(zone: str, when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def episode_in(clinic: str, home: str, began: date = date(2029, 1, 8)) -> tuple[TreatmentEpisode, User]:
    """A patient who lives in the zone ``home`` and is treated in the zone ``clinic``, and the clinician."""
    site = care.create_site(by=None, key="there", name="There", timezone=clinic, crisis_contacts="Call 1737")
    team = care.create_team(by=None, site=site, name="Team")
    user = person("Claude Clinician", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=user, is_lead=True, starts_on=began)
    patient = people.enrol_patient(
        by=user,
        team=team,
        identity={"given_name": "Pat", "family_name": "Patient", "email": "pat@example.net"},
        sex="female",
        enrolled_on=began,
        timezone=home,
    )
    episode = care.start_episode(
        by=user, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=began
    )
    return episode, user


def rated(episode: TreatmentEpisode, by: User, on: date) -> Assessment:
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=registry.get("hamd17"),
        answers=HAMD,
        source=AnswerSource.CLINICIAN,
        assessed_on=on,
        submission_id=uuid.uuid4(),
    ).assessment


@pytest.mark.parametrize(
    ("clinic", "home", "now", "day"),
    [
        (BERLIN, BERLIN, at(BERLIN, "2029-06-01 00:05"), date(2029, 6, 1)),
        (HONOLULU, HONOLULU, at(HONOLULU, "2029-05-31 23:05"), date(2029, 5, 31)),
        (BERLIN, HONOLULU, at(BERLIN, "2029-06-01 00:05"), date(2029, 6, 1)),
        (HONOLULU, BERLIN, at(BERLIN, "2029-06-01 00:05"), date(2029, 6, 1)),
        (AUCKLAND, AUCKLAND, at(AUCKLAND, "2029-06-01 00:05"), date(2029, 6, 1)),
    ],
)
def test_the_latest_day_is_that_of_the_patient_or_of_the_clinic(
    time_machine: TimeMachineFixture, clinic: str, home: str, now: datetime, day: date
) -> None:
    time_machine.move_to(now)
    assert latest_day(episode_in(clinic, home)[0]) == day


def test_tomorrow_in_honolulu_is_refused_though_the_server_has_it(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(at(HONOLULU, "2029-05-31 23:05"))
    episode, clinician = episode_in(HONOLULU, HONOLULU)
    with pytest.raises(InvalidInput, match="lies in the future"):
        rated(episode, clinician, date(2029, 6, 1))
    assert rated(episode, clinician, date(2029, 5, 31)).pk


@pytest.mark.parametrize(("when", "late"), [("2029-03-03 23:55", False), ("2029-03-04 00:05", True)])
def test_two_days_are_over_at_the_patients_midnight(
    time_machine: TimeMachineFixture, when: str, late: bool
) -> None:
    time_machine.move_to(at(AUCKLAND, when))
    episode, clinician = episode_in(AUCKLAND, AUCKLAND)
    assert is_late(rated(episode, clinician, date(2029, 3, 1))) == late


def test_the_mail_names_the_last_day_of_the_link_where_the_patient_lives(
    time_machine: TimeMachineFixture,
) -> None:
    """Seven days from now it is the 8th in Berlin and still the 7th in Honolulu."""
    time_machine.move_to(at(BERLIN, "2029-06-01 05:05"))
    episode, clinician = episode_in(BERLIN, HONOLULU)
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=date(2029, 5, 31)
    )
    link, _ = links.issue_link(by=clinician, episode=episode, requests=[asked])
    links.mail_link(by=clinician, link=link, url="https://example.org/s/secret/")
    assert "It works until 7 June 2029." in OutboxMail.objects.get().body


def test_the_mail_is_written_in_the_language_of_the_patient(time_machine: TimeMachineFixture) -> None:
    """Whatever the clinician reads: the month of the last day says which language it is."""
    time_machine.move_to(at(BERLIN, "2029-03-01 12:00"))
    episode, clinician = episode_in(BERLIN, BERLIN)
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=date(2029, 3, 1)
    )
    installed(episode.patient.team.site, "phq9", language="de")
    episode.patient.language = "de-CH"
    link = links.issue_link(by=clinician, episode=episode, requests=[asked], language="de")[0]
    links.mail_link(by=clinician, link=link, url="https://example.org/s/secret/")
    assert "8. März 2029" in OutboxMail.objects.get().body


def test_a_rater_is_looked_for_a_week_ahead_by_the_patients_day(time_machine: TimeMachineFixture) -> None:
    """Five minutes past midnight in Berlin: the server has not come to that week yet."""
    time_machine.move_to(at(BERLIN, "2029-06-01 00:05"))
    episode, clinician = episode_in(BERLIN, BERLIN)
    soon, _ = (
        scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=date(2029, 6, day), blinded=True
        )
        for day in (8, 9)
    )
    assert without_rater(timezone.now()) == [soon]


def test_a_session_just_after_midnight_is_named_by_its_own_day(
    time_machine: TimeMachineFixture, client: Client
) -> None:
    time_machine.move_to(at(BERLIN, "2029-03-02 10:00"))
    episode, clinician = episode_in(BERLIN, BERLIN)
    session = treatment.record_session(
        by=clinician, episode=episode, kind="dosing", starts_at=at(BERLIN, "2029-03-01 00:30")
    )
    client.force_login(clinician)
    taking_back = client.get(reverse("record-void", args=["session", session.public_id])).content.decode()
    assert "Take back: dosing session of 1 March 2029" in taking_back
    integrating = client.get(reverse("session-new", args=[episode.public_id])).content.decode()
    assert "Dosing session of 1 March 2029" in integrating


SHOWN_TWICE = [  # 28 October 2029 in Berlin: the time that is typed, and in UTC when, and what it means
    ("02:05", "00:40", "00:05"),  # typed while 2:40 is shown for the first time
    ("02:05", "01:40", "01:05"),  # and for the second time
    ("02:50", "01:40", "00:50"),  # 2:50 has been shown once
    ("01:50", "01:40", "2029-10-27T23:50"),  # once in that night
]


@pytest.mark.parametrize(("typed", "now", "moment"), SHOWN_TWICE)
def test_while_an_hour_is_shown_twice_what_is_typed_is_the_last_such_moment(
    time_machine: TimeMachineFixture, typed: str, now: str, moment: str
) -> None:
    time_machine.move_to(f"2029-10-28T{now}+00:00")
    with timezone.override(BERLIN):
        found = moment_field("At").clean(f"2029-10-28T{typed}")
    expected = moment if "T" in moment else f"2029-10-28T{moment}"
    assert found.astimezone(UTC) == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("2029-10-28T02:05", "2029-10-28T02:10"),  # the hour is over
        ("2029-10-28T02:59", "2029-10-28T00:40"),  # it has not been shown yet
        ("2028-10-29T02:30", "2029-10-28T00:40"),  # it was shown twice in another autumn
    ],
)
def test_afterwards_it_is_asked_which_of_the_two_hours_was_meant(
    time_machine: TimeMachineFixture, typed: str, now: str
) -> None:
    time_machine.move_to(f"{now}+00:00")
    field = moment_field("At")
    with timezone.override(BERLIN):
        with pytest.raises(ValidationError, match="this hour twice"):
            field.clean(typed)
        first, second = (field.clean(f"{typed} {which}") for which in ("first", "second"))
    assert [moment.astimezone(ZoneInfo(BERLIN)).isoformat() for moment in (first, second)] == [
        f"{typed}:00+02:00",
        f"{typed}:00+01:00",
    ]


@pytest.mark.parametrize("which", ["", " first", " second"])
@pytest.mark.parametrize("now", ["2029-03-25T01:10", "2029-10-28T00:40"])
def test_an_hour_that_is_never_shown_is_refused(
    time_machine: TimeMachineFixture, now: str, which: str
) -> None:
    time_machine.move_to(f"{now}+00:00")
    with timezone.override(BERLIN), pytest.raises(ValidationError, match="may be ambiguous"):
        moment_field("At").clean(f"2029-03-25T02:30{which}")


def test_which_of_the_two_is_asked_beside_the_hour_and_nowhere_else() -> None:
    class AtForm(forms.Form):
        at = moment_field("At")

    with timezone.override(BERLIN):
        asked = AtForm({"at": "2028-10-29T02:30"}).as_p()
        assert "Which of the two hours?" in asked and 'value="2028-10-29T02:30"' in asked
        chosen = AtForm({"at": "2028-10-29T02:30", "at_which": "second"})
        assert chosen.is_valid() and chosen.cleaned_data["at"] == datetime(2028, 10, 29, 1, 30, tzinfo=UTC)
        assert 'value="second" selected' in chosen.as_p()
        for other in ("2028-10-29T03:30", "2029-03-25T02:30", "no time", ""):
            assert "Which of the two" not in AtForm({"at": other, "at_which": "x"}).as_p()
