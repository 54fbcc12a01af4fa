"""The first page of each role, and the clinician's two lists."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from reports.actions.courses import recompute_episode
from reports.pages.caseload.cases import caseload
from reports.stats.present import State
from tests.cast import days_ago, person
from tests.markup import markup
from tests.reports.clinic import another_episode, rate
from tests.tracking.packs import installed
from tracking.actions import people
from tracking.actions.scheduling import create_request
from tracking.models import CareTeam, Patient, ReadEvent, Site, TreatmentEpisode, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
LISTS = ["today", "patients"]
FIRST = {
    "clinician": "today",
    "rater": "ratings",
    "researcher": "studies",
    "steward": "releases",
    "administrator": "administration",
    "officer": "oversight",
    "patient_user": "own-course",
}


def page(client: Client, name: str) -> str:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def heard_of(episode: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
    """Scored two days ago, for the first time: nothing is open, and nothing can be compared."""
    rate(episode, clinician, 118, 12, **{"3": 0})
    recompute_episode(episode_id=episode.pk)
    return episode


class TestWhoGetsIn:
    @pytest.mark.parametrize("who", FIRST)
    def test_everybody_lands_on_the_first_page_of_their_role(
        self, client: Client, request: pytest.FixtureRequest, who: str
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        response = client.get(reverse("home"), follow=True)
        assert response.redirect_chain == [(reverse(FIRST[who]), 302)]
        assert response.status_code == 200

    def test_without_a_role_the_page_says_so(self, client: Client, db: None) -> None:
        client.force_login(person("Nora Newcomer"))
        assert "You have no role at present" in page(client, "home")

    @pytest.mark.parametrize("name", ["home", *LISTS])
    def test_somebody_unknown_signs_in_first(self, client: Client, db: None, name: str) -> None:
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("who", [who for who in FIRST if who != "clinician"])
    def test_lists_of_patients_are_for_clinicians(
        self, client: Client, request: pytest.FixtureRequest, who: str, name: str
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        assert client.get(reverse(name)).status_code == 403

    @pytest.mark.parametrize("name", LISTS)
    def test_another_team_is_not_on_the_list(
        self, client: Client, outsider: User, episode: TreatmentEpisode, name: str
    ) -> None:
        client.force_login(outsider)
        shown = page(client, name)
        assert "Petra" not in shown
        assert episode.patient.study_code not in shown
        assert not ReadEvent.objects.exists()

    @pytest.mark.parametrize("name", LISTS)
    def test_the_lists_are_read_and_not_written_to(self, desk: Client, name: str) -> None:
        assert desk.post(reverse(name)).status_code == 405


class TestWhoNeedsSomebody:
    def test_whoever_is_on_the_list_is_in_the_read_log(
        self, desk: Client, clinician: User, episode: TreatmentEpisode
    ) -> None:
        page(desk, "patients")
        read = ReadEvent.objects.get()
        assert (read.actor, read.patient, read.page) == (
            clinician.public_id,
            episode.patient.public_id,
            "patients",
        )

    def test_nobody(self, desk: Client, heard_of: TreatmentEpisode) -> None:
        shown = page(desk, "today")
        assert "Nobody needs you right now" in shown
        assert "Of the others 1 has no baseline to compare with." in shown

    def test_an_open_alert_stands_before_a_flag_and_a_flag_before_what_is_overdue(
        self, desk: Client, clinician: User, team_a: CareTeam, heard_of: TreatmentEpisode
    ) -> None:
        alarmed, flagged, overdue = (another_episode(team_a, clinician, began=70) for _ in range(3))
        create_request(by=clinician, episode=overdue, instrument="phq9", due_on=days_ago(3))
        for day, total in ((0, 28), (14, 6), (42, 5), (60, 20)):
            rate(flagged, clinician, day, total, **{"3": 0})
        rate(alarmed, clinician, 20, 12, instrument="phq9", **{"9": 1})
        for each in (alarmed, flagged, overdue):
            recompute_episode(episode_id=each.pk)
        cases = caseload(clinician, timezone.now())
        assert [case.episode for case in cases] == [alarmed, flagged, overdue, heard_of]
        assert [case.present.label for case in cases[1:]] == [
            "relapse suspected",
            "overdue 3 d",
            "no baseline",
        ]
        assert cases[0].present.sentence == "PHQ-9 item 9 endorsed"
        shown = page(desk, "today")
        assert "3 people need you" in shown
        assert "1 has an open safety alert" in shown

    def test_an_item_left_out_is_not_told_as_endorsed(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        rate(episode, clinician, 20, None, instrument="phq9", **{"1": 1})
        (case,) = caseload(clinician, timezone.now())
        assert case.present.sentence == "PHQ-9 item 9 left unanswered"

    def test_what_is_not_due_yet_or_long_gone_is_not_asked_of_anybody(
        self, clinician: User, heard_of: TreatmentEpisode
    ) -> None:
        create_request(by=clinician, episode=heard_of, instrument="phq9", due_on=days_ago(-1))
        create_request(by=clinician, episode=heard_of, instrument="phq9", due_on=days_ago(22))
        (case,) = caseload(clinician, timezone.now())
        assert case.reasons == ()

    @pytest.mark.parametrize("closed", [1, 14])
    def test_what_was_missed_does_not_vanish_without_a_word(
        self, clinician: User, heard_of: TreatmentEpisode, closed: int
    ) -> None:
        create_request(by=clinician, episode=heard_of, instrument="phq9", due_on=days_ago(closed + 7))
        (case,) = caseload(clinician, timezone.now())
        assert [(each.label, each.sentence) for each in case.reasons] == [
            ("missed", f"PHQ-9, could be answered until {days_ago(closed):%-d %B}")
        ]

    def test_what_was_missed_and_answered_since_is_done(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(9))
        rate(episode, clinician, 120 - 8, 9, instrument="phq9", **{"9": 0})
        (case,) = caseload(clinician, timezone.now())
        assert case.reasons == ()

    def test_a_questionnaire_without_a_wording_says_so(
        self, desk: Client, clinician: User, episode: TreatmentEpisode, patient: Patient, site: Site
    ) -> None:
        asked = create_request(by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(0))
        (case,) = caseload(clinician, timezone.now())
        assert [each.sentence for each in case.reasons if each.state == State.DUE] == [
            "WAI-SR, on paper: no wording installed"
        ]
        entering = f'href="{reverse("rate", args=[asked.public_id])}">Enter from paper'
        shown = reverse("patient", args=[patient.public_id])
        assert entering in markup(desk.get(shown))
        installed(site, "wai_sr")
        (case,) = caseload(clinician, timezone.now())
        assert [each.sentence for each in case.reasons if each.state == State.DUE] == ["WAI-SR"]
        assert entering not in desk.get(shown).content.decode()

    def test_what_is_due_goes_by_the_day_where_each_patient_lives(
        self, clinician: User, team_a: CareTeam, time_machine: TimeMachineFixture
    ) -> None:
        """Half past ten in UTC on 28 February: the day before in Pago Pago, the day after on Kiritimati."""
        time_machine.move_to("2029-02-28T10:30:00+00:00")
        for zone in ("Pacific/Kiritimati", "Europe/Berlin", "Pacific/Pago_Pago"):
            episode = another_episode(team_a, clinician, zone=zone)
            days = {"phq9": date(2029, 2, 27), "gad7": date(2029, 2, 28), "core10": date(2029, 3, 1)}
            for instrument, due_on in days.items():
                create_request(by=clinician, episode=episode, instrument=instrument, due_on=due_on)
        found = {
            case.episode.patient.timezone: sorted(
                each.label for each in case.reasons if each.state in (State.DUE, State.OVERDUE)
            )
            for case in caseload(clinician, timezone.now())
        }
        assert found == {
            "Pacific/Kiritimati": ["due today", "overdue 1 d", "overdue 2 d"],
            "Europe/Berlin": ["due today", "overdue 1 d"],
            "Pacific/Pago_Pago": ["due today"],
        }


class TestWhatARowShows:
    def test_a_score_of_nought_is_a_score(
        self, desk: Client, clinician: User, episode: TreatmentEpisode
    ) -> None:
        rate(episode, clinician, 0, 24)
        rate(episode, clinician, 60, 0)
        recompute_episode(episode_id=episode.pk)
        shown = page(desk, "patients")
        assert "<strong>0</strong>" in shown
        assert "−24" in shown
        assert "−100 %" in shown

    def test_somebody_without_an_identity_is_called_by_the_code(
        self, desk: Client, clinician: User, team_a: CareTeam
    ) -> None:
        episode = another_episode(team_a, clinician)
        assert episode.patient.study_code in page(desk, "patients")

    def test_a_name_is_text_and_never_markup(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        people.change_identity(by=clinician, patient=patient, family_name="<script>alert(1)</script>")
        shown = page(desk, "patients")
        assert "<script>alert(1)" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_a_longer_caseload_takes_no_more_queries(
    desk: Client,
    clinician: User,
    team_a: CareTeam,
    episode: TreatmentEpisode,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(25):
        other = another_episode(team_a, clinician, study=episode.study)
        create_request(by=clinician, episode=other, instrument="phq9", due_on=days_ago(3))
    for name in LISTS:
        page(desk, name)
        with django_assert_max_num_queries(24):
            page(desk, name)


def test_the_roles_of_these_tests_are_all_roles() -> None:
    assert len(FIRST) == len(Role)
