"""Where each person stands: by the product's own actions, on Today, on the list of patients and in the API."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from measures import registry
from reports.actions.courses import close_flag, recompute_episode
from reports.models import CourseFlag, EpisodeCourse
from reports.pages.caseload.cases import BRIEF_BANDS, STATE_WORDS, Case, caseload
from reports.stats.present import State
from tests.api import Api
from tests.cast import days_ago
from tests.markup import markup
from tests.reports.clinic import another_episode, give_dose, rate
from tracking.actions import care
from tracking.actions.endings import end_episode
from tracking.actions.links import issue_link, open_link
from tracking.actions.scheduling import create_request, schedule_episode
from tracking.actions.treatment import record_session
from tracking.models import CareTeam, ReadEvent, TreatmentEpisode, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_ago(team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    """Began 300 days ago, without a study."""
    return another_episode(team_a, clinician, began=300)


def scored(episode: TreatmentEpisode, by: User, totals: dict[int, int], instrument: str = "hamd17") -> None:
    """Totals by the day of treatment, no item about suicide endorsed, and the course computed."""
    for day, total in totals.items():
        if instrument == "hamd17":  # four more than are meant lie in item 3, once items 1 and 2 are full
            rate(episode, by, day, total + 4 * (total > 8), **{"3": 0})
        else:
            rate(episode, by, day, total, instrument, **({"9": 0} if instrument == "phq9" else {}))
    recompute_episode(episode_id=episode.pk)


def case_of(by: User) -> Case:
    (case,) = caseload(by, timezone.now())
    return case


class TestNobodyWhoIsWorseIsOnCourse:
    def test_eleven_to_twenty_two_and_no_score_for_234_days(
        self, desk: Client, clinician: User, long_ago: TreatmentEpisode
    ) -> None:
        scored(long_ago, clinician, {20: 11, 66: 22})
        case = case_of(clinician)
        assert [told.state for told in case.told] == [State.WORSENED, State.SILENT, State.OLD_SCORE]
        assert case.present.since == days_ago(234)
        assert case.present.sentence == (
            "HAM-D17 22 on day 66, 11 points worse than 11 on day 20 (the best so far): "
            "7 points or more count as deterioration."
        )
        shown = markup(desk.get(reverse("today")))
        assert "worsened" in shown and all(told.sentence in shown for told in case.told)
        assert "234 days ago" in shown
        assert "on course" not in shown

    def test_eighteen_to_twenty_five(self, clinician: User, long_ago: TreatmentEpisode) -> None:
        scored(long_ago, clinician, {0: 18, 295: 25})
        assert case_of(clinician).present.state == State.WORSENED

    def test_a_treatment_response_that_is_lost(self, clinician: User, long_ago: TreatmentEpisode) -> None:
        scored(long_ago, clinician, {0: 24, 200: 10, 295: 17})
        case = case_of(clinician)
        assert (case.present.state, case.present.label) == (State.RESPONSE_LOST, "response lost")
        assert "7 of 14 points gained are lost, treatment response is no longer met" in case.present.sentence

    def test_two_flags_of_one_worsening_are_one_line(
        self, desk: Client, clinician: User, long_ago: TreatmentEpisode
    ) -> None:
        """Out of remission, by HAM-D and by PHQ-9, and the response is lost with it: one line."""
        for instrument in ("hamd17", "phq9"):
            scored(long_ago, clinician, {0: 22, 200: 4, 240: 3, 295: 16}, instrument)
        case = case_of(clinician)
        assert [told.state for told in case.reasons] == [State.RELAPSE]
        assert case.present.sentence.endswith("is worse, too.")
        shown = markup(desk.get(reverse("today")))
        assert shown.count(">relapse suspected<") == 1
        assert "more</span>" not in shown
        kinds = CourseFlag.objects.filter(episode=long_ago).values_list("instrument", "kind")
        assert sorted(kinds) == [("hamd17", "relapse_suspected"), ("phq9", "relapse_suspected")]


class TestNoResponse:
    @pytest.fixture
    def dosed(self, long_ago: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
        """Two doses, the second 38 days ago. The endpoint of version 1 is HAM-D 28 days after it, or 21 to 35."""
        long_ago.protocol_version = "1"
        long_ago.save()
        scored(long_ago, clinician, {230: 24})
        for day in (258, 262):
            give_dose(long_ago, clinician, day)
        schedule_episode(by=clinician, episode=long_ago, as_of=long_ago.starts_on)
        return long_ago

    def test_is_said_from_the_window_of_the_protocols_endpoint_on(
        self, clinician: User, dosed: TreatmentEpisode
    ) -> None:
        scored(dosed, clinician, {282: 20})  # 20 days after the second dose: a day before the window opens
        assert State.NO_RESPONSE not in {told.state for told in case_of(clinician).told}
        scored(dosed, clinician, {283: 19})
        case = case_of(clinician)
        assert case.present.state == State.NO_RESPONSE
        assert "50 % better is treatment response, and no score met it" in case.present.sentence

    def test_is_taken_back_by_a_late_response(self, clinician: User, dosed: TreatmentEpisode) -> None:
        scored(dosed, clinician, {283: 19})
        assert CourseFlag.objects.get(kind="no_response").state == "open"
        scored(dosed, clinician, {298: 8})
        assert CourseFlag.objects.get(kind="no_response").state == "withdrawn"

    def test_where_the_protocol_judges_no_response_nobody_fails_it(
        self, team_a: CareTeam, clinician: User
    ) -> None:
        episode = another_episode(team_a, clinician, protocol="cbt-anxiolytic-panic", arm="cbt", began=90)
        schedule_episode(by=clinician, episode=episode, as_of=episode.starts_on)
        episode.requests.all().delete()  # what is asked for is answered there; these came by themselves
        scored(episode, clinician, {0: 15, 84: 14}, "gad7")
        assert not CourseFlag.objects.filter(kind="no_response").exists()


class TestSilence:
    def test_who_never_began(self, desk: Client, long_ago: TreatmentEpisode) -> None:
        shown = markup(desk.get(reverse("today")))
        assert "never started, 300 d" in shown
        assert "No score, no sitting and no session since treatment was to begin, 300 days ago." in shown

    def test_a_window_of_the_protocol_that_came_and_went(self, team_a: CareTeam, clinician: User) -> None:
        """Weekly PHQ-9: the next can be answered until four days after the week is over."""
        episode = another_episode(
            team_a, clinician, protocol="ssri-psychotherapy", arm="medication", began=27
        )
        schedule_episode(by=clinician, episode=episode, as_of=episode.starts_on)
        scored(episode, clinician, {0: 18, 14: 12}, "phq9")
        assert State.SILENT in {told.state for told in case_of(clinician).told}
        record_session(
            by=clinician, episode=episode, kind="medication", starts_at=timezone.now() - timedelta(hours=30)
        )
        assert State.SILENT not in {told.state for told in case_of(clinician).told}

    def test_an_opened_link_is_a_sign(self, clinician: User, long_ago: TreatmentEpisode) -> None:
        scored(long_ago, clinician, {0: 18, 20: 12})
        asked = create_request(by=clinician, episode=long_ago, instrument="phq9", due_on=days_ago(0))
        assert case_of(clinician).present.state == State.SILENT
        link, _ = issue_link(by=clinician, episode=long_ago, requests=[asked])
        assert case_of(clinician).present.state == State.SILENT
        open_link(link=link, now=timezone.now())
        assert case_of(clinician).present.state != State.SILENT

    @pytest.mark.parametrize("attendance", ["missed", "cancelled"])
    def test_a_session_that_was_missed_is_none(
        self, clinician: User, long_ago: TreatmentEpisode, attendance: str
    ) -> None:
        record_session(
            by=clinician,
            episode=long_ago,
            kind="psychotherapy",
            starts_at=timezone.now() - timedelta(days=2),
            attendance=attendance,
        )
        assert case_of(clinician).present.state == State.NEVER_STARTED


class TestOnCourse:
    @pytest.fixture
    def well(self, long_ago: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
        scored(long_ago, clinician, {0: 24, 200: 14, 290: 13})
        return long_ago

    def test_says_on_what_score_and_how_old_it_is(
        self, desk: Client, clinician: User, well: TreatmentEpisode
    ) -> None:
        case = case_of(clinician)
        assert case.present.state == State.ON_COURSE
        assert case.present.sentence == (
            f"HAM-D17 13 on {days_ago(10):%-d %B %Y}, 10 days ago: 11 points better than at baseline."
        )
        assert "Of the others 1 is on course." in markup(desk.get(reverse("today")))
        listed = markup(desk.get(reverse("patients")))
        assert "1 person, 0 need something" in listed
        assert '<span class="sub">mild</span> <span class="sub">10 days ago</span>' in listed

    def test_is_not_said_of_scores_that_nobody_has_judged(
        self, clinician: User, well: TreatmentEpisode
    ) -> None:
        rate(well, clinician, 299, 29, **{"3": 0})
        assert case_of(clinician).present.state == State.NOT_JUDGED
        recompute_episode(episode_id=well.pk)
        assert case_of(clinician).present.state == State.WORSENED

    def test_is_not_said_by_the_rules_of_an_earlier_version(
        self, clinician: User, well: TreatmentEpisode
    ) -> None:
        course = EpisodeCourse.objects.get(episode=well)
        course.details["algorithm"] = "course-1"
        course.save()
        assert case_of(clinician).present.state == State.NOT_JUDGED

    def test_a_worsening_that_was_seen_is_none_and_needs_nobody(
        self, desk: Client, clinician: User, well: TreatmentEpisode
    ) -> None:
        scored(well, clinician, {298: 22})
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="Spoken to, seen on Monday.")
        case = case_of(clinician)
        assert (case.present.state, case.present.seen, case.reasons) == (State.WORSENED, True, ())
        assert "1 is worse or without response, and was seen to." in markup(desk.get(reverse("today")))
        assert "worsened, seen to" in markup(desk.get(reverse("patients")))
        scored(well, clinician, {299: 14})  # it has come back
        assert case_of(clinician).present.state == State.ON_COURSE

    def test_one_that_was_seen_and_goes_on_is_told_again(
        self, clinician: User, well: TreatmentEpisode
    ) -> None:
        scored(well, clinician, {298: 22})
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="Spoken to.")
        scored(well, clinician, {299: 29})
        case = case_of(clinician)
        assert (case.present.state, case.present.seen) == (State.WORSENED, False)
        assert sorted(CourseFlag.objects.values_list("state", flat=True)) == ["closed", "open"]


class TestWhoIsOnTheList:
    def test_a_person_with_two_treatments_is_there_once_with_the_running_one(
        self, clinician: User, long_ago: TreatmentEpisode
    ) -> None:
        scored(long_ago, clinician, {0: 24, 200: 8})
        end_episode(by=clinician, episode=long_ago, reason="completed", ends_on=days_ago(60))
        assert case_of(clinician).present.state == State.ENDED
        begun = care.start_episode(
            by=clinician,
            patient=long_ago.patient,
            diagnosis="mdd",
            protocol="ssri-psychotherapy",
            arm="combined",
            starts_on=days_ago(10),
        )
        recompute_episode(episode_id=begun.pk)
        case = case_of(clinician)
        assert (case.episode, case.present.state) == (begun, State.BEGINNING)

    def test_what_is_open_in_an_ended_treatment_is_told(
        self, clinician: User, long_ago: TreatmentEpisode
    ) -> None:
        scored(long_ago, clinician, {0: 18, 200: 25})
        end_episode(by=clinician, episode=long_ago, reason="completed", ends_on=days_ago(60))
        assert [told.state for told in case_of(clinician).told] == [State.WORSENED, State.ENDED]
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="Handed over.")
        assert [told.state for told in case_of(clinician).told] == [State.ENDED]

    def test_the_counts_add_up(self, desk: Client, clinician: User, team_a: CareTeam) -> None:
        for totals in ({0: 24, 110: 10}, {0: 24, 110: 9}, {0: 18, 110: 25}, {}):
            scored(another_episode(team_a, clinician), clinician, totals)
        shown = markup(desk.get(reverse("patients")))
        assert "4 people, 2 need something" in shown
        counts = re.search(r'<ul class="states".*?</ul>', shown, re.DOTALL)
        assert counts
        told = re.findall(r"<li[^>]*>([^<]*) <b>(\d+)</b>", counts[0])
        assert told == [("worsened", "1"), ("never started", "1"), ("on course", "2")]


class TestApi:
    def test_it_says_what_the_pages_say(
        self, clinician: User, long_ago: TreatmentEpisode, outsider: User
    ) -> None:
        scored(long_ago, clinician, {0: 18, 295: 25})
        (row,) = Api(clinician).get("caseload/").json()["results"]
        told = case_of(clinician).present
        assert row == {
            "patient": str(long_ago.patient.public_id),
            "episode": str(long_ago.public_id),
            "needs_somebody": True,
            "state": "worsened",
            "since": days_ago(5).isoformat(),
            "sentence": told.sentence,
            "seen": False,
            "others": [
                {
                    "state": "not_better",
                    "since": days_ago(5).isoformat(),
                    "sentence": f"HAM-D17 25 on {days_ago(5):%-d %B %Y}, 5 days ago: not better than at baseline.",
                    "seen": False,
                }
            ],
            "instrument": "hamd17",
            "latest": 25,
            "latest_age": 5,
        }
        assert ReadEvent.objects.get(page="api-caseload").patient == long_ago.patient.public_id
        assert Api(outsider).get("caseload/").json()["results"] == []

    def test_somebody_without_a_score(self, clinician: User, long_ago: TreatmentEpisode) -> None:
        (row,) = Api(clinician).get("caseload/").json()["results"]
        assert (row["state"], row["instrument"], row["latest"], row["latest_age"]) == (
            "never_started",
            None,
            None,
            None,
        )


def test_every_state_has_its_words() -> None:
    assert set(STATE_WORDS) == set(State)


def test_every_band_is_a_label_that_is_translated_or_has_a_word_of_its_own() -> None:
    sets = (bands for one in registry.all_latest() for scale in one.scales for bands in scale.band_sets)
    bands = [band for each in sets for band in each.bands]
    labels = {band.label for band in bands}
    assert {band.key for band in bands if band.key.replace("_", " ") not in labels} == set(BRIEF_BANDS)


def test_more_people_take_no_more_queries(
    clinician: User, team_a: CareTeam, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def grown(n: int) -> int:
        for _ in range(n):
            episode = another_episode(team_a, clinician)
            schedule_episode(by=clinician, episode=episode, as_of=episode.starts_on)
            scored(episode, clinician, {0: 22, 40: 4, 80: 3, 118: 16})
        with django_assert_max_num_queries(26) as few:
            caseload(clinician, timezone.now())
        return len(few)

    grown(1)  # what is read once is read by now
    assert grown(1) == grown(6)
