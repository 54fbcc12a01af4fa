"""The patient page: who gets in, what it says and shows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from measures import registry
from reports.actions.courses import recompute_episode
from reports.pages.patient import page as queries
from tests.cast import days_ago
from tests.markup import markup
from tests.reports.clinic import another_episode, give_dose, rate
from tests.reports.patient_page import address, history, page
from tracking.actions import care, people
from tracking.actions.endings import end_episode
from tracking.actions.scheduling import create_request
from tracking.actions.totals import record_total
from tracking.models import CareTeam, Patient, ReadEvent, TreatmentEpisode, User

__all__ = ["history"]
pytestmark = pytest.mark.django_db

RELAPSED = {0: 28, 14: 6, 42: 5, 60: 20}  # HAM-D17 with item 3 denied: 24, 6, 5, 16


def state(client: Client, patient: Patient) -> str:
    found = re.search(r'<p class="state">(.*?)</p>', page(client, patient))
    assert found
    return found[1]


class TestWhoGetsIn:
    @pytest.fixture
    def addresses(self, patient: Patient, episode: TreatmentEpisode) -> list[str]:
        return [address(patient), reverse("patient-course", args=[episode.public_id])]

    def test_somebody_unknown_signs_in_first(self, client: Client, addresses: list[str]) -> None:
        for each in addresses:
            response = client.get(each)
            assert response.status_code == 302
            assert response.headers["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("who", ["rater", "researcher", "steward", "administrator", "patient_user"])
    def test_no_other_role_reaches_it(
        self, client: Client, addresses: list[str], request: pytest.FixtureRequest, who: str
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        assert [client.get(each).status_code for each in addresses] == [403, 403]
        assert not ReadEvent.objects.exists()

    def test_another_team_meets_the_404_of_nobody(
        self, client: Client, addresses: list[str], outsider: User
    ) -> None:
        client.force_login(outsider)
        for each in addresses:
            absent = client.get(re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), each))
            response = client.get(each)
            assert response.status_code == absent.status_code == 404
            assert response.content == absent.content
        assert not ReadEvent.objects.exists()

    def test_the_reading_is_written_down_before_anything_is_shown(
        self,
        desk: Client,
        clinician: User,
        patient: Patient,
        episode: TreatmentEpisode,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        known: list[int] = []
        before = queries.patient_page

        def watched(*arguments: object) -> object:
            known.append(ReadEvent.objects.filter(actor=clinician.public_id, page="patient").count())
            return before(*arguments)

        monkeypatch.setattr("reports.pages.patient.views.patient_page", watched)
        page(desk, patient)
        assert known == [1]

    def test_an_episode_of_somebody_else_is_not_shown_on_this_page(
        self, desk: Client, clinician: User, team_a: CareTeam, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        other = another_episode(team_a, clinician)
        for wrong in (str(other.public_id), "nonsense"):
            assert desk.get(address(patient), {"episode": wrong}).status_code == 404
        assert desk.get(address(patient), {"episode": str(episode.public_id)}).status_code == 200


class TestTwoTreatments:
    @pytest.fixture
    def ended(self, episode: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
        rate(episode, clinician, day=0, total=24)
        end_episode(
            by=clinician,
            episode=episode,
            reason="completed",
            ends_on=days_ago(30),
            open_reason="Taken on elsewhere.",
        )
        return episode

    @pytest.fixture
    def begun(self, ended: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
        return care.start_episode(
            by=clinician,
            patient=ended.patient,
            diagnosis="mdd",
            protocol="ssri-psychotherapy",
            arm="combined",
            starts_on=days_ago(10),
        )

    def test_after_the_end_of_one_another_can_begin(
        self, desk: Client, patient: Patient, ended: TreatmentEpisode
    ) -> None:
        shown = page(desk, patient)
        begin = reverse("episode-new", args=[patient.public_id])
        assert f'<a class="button ghost" href="{begin}">Begin a treatment</a>' in shown
        assert "End the treatment" not in shown and "Treatment episodes" not in shown

    def test_the_page_says_which_one_it_shows_and_leads_to_the_other(
        self, desk: Client, patient: Patient, ended: TreatmentEpisode, begun: TreatmentEpisode
    ) -> None:
        for chosen, question in ((begun, {}), (ended, {"episode": str(ended.public_id)})):
            shown = markup(desk.get(address(patient), question))
            tabs = re.findall(r'<a href="\?episode=([^"]*)"([^>]*)>([^<]*)</a>', shown)
            assert tabs == [
                (
                    str(each.public_id),
                    ' aria-current="page"' * (each == chosen),
                    f"{each.protocol} · {each.starts_on:%b %Y}",
                )
                for each in (begun, ended)
            ]
            assert ("HAM-D17" in shown) == (chosen == ended)

    def test_while_one_is_running_no_other_can_begin(
        self, desk: Client, patient: Patient, ended: TreatmentEpisode, begun: TreatmentEpisode
    ) -> None:
        earlier = desk.get(address(patient), {"episode": str(ended.public_id)}).content.decode()
        assert "Begin a treatment" not in earlier and "End the treatment" not in earlier
        assert reverse("episode-end", args=[begun.public_id]) in page(desk, patient)


class TestWhatIsToBeDone:
    def test_a_rating_and_a_sheet_from_paper_are_named_with_their_time_point(
        self, desk: Client, patient: Patient, episode: TreatmentEpisode, clinician: User
    ) -> None:
        due = {"by": clinician, "episode": episode, "due_on": days_ago(0), "time_point": "week_4"}
        rating, on_paper = (create_request(instrument=key, **due) for key in ("hamd17", "wai_sr"))
        shown = page(desk, patient)
        assert "HAM-D17 · week 4" in shown and "WAI-SR · week 4" in shown
        links = dict(re.findall(r'<a class="button small[^"]*" href="([^"]*)">([^<]*)<span', shown))
        assert links[reverse("rate", args=[rating.public_id])] == "Rate"
        assert links[reverse("rate", args=[on_paper.public_id])] == "Enter from paper"

    def test_a_blinded_rating_says_from_and_until_when_it_can_be_made(
        self, desk: Client, patient: Patient, episode: TreatmentEpisode, clinician: User
    ) -> None:
        now, soon = (
            create_request(
                by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(-days), blinded=True
            )
            for days in (0, 5)
        )
        said = re.findall(r'data-label="Can be made"[^>]*>([^<]*)<', page(desk, patient))
        assert said == [f"until {now.closes_on:%-d %B}", f"from {soon.opens_on:%-d %B}"]


class TestATotalFromElsewhere:
    @pytest.mark.parametrize(
        ("totals", "shown"),
        [({"vas": 70, "index": 0.5}, "EQ-5D-5L"), ({"index": 0.5}, "EQ-5D-5L, EQ-5D-5L index")],
    )
    def test_another_scale_than_the_usual_one_is_named(
        self,
        desk: Client,
        patient: Patient,
        episode: TreatmentEpisode,
        clinician: User,
        totals: dict[str, float],
        shown: str,
    ) -> None:
        """Half a point of the index must not be read as half a point of 100."""
        record_total(
            by=clinician,
            episode=episode,
            instrument=registry.get("eq5d5l"),
            totals=totals,
            assessed_on=days_ago(1),
            submission_id=uuid.uuid4(),
        )
        recompute_episode(episode_id=episode.pk)
        rows = re.findall(r'<a href="/assessments/[^>]*>([^<]*)</a>', page(desk, patient))
        assert rows == [shown]


class TestTheState:
    def test_nothing_yet(self, desk: Client, patient: Patient, episode: TreatmentEpisode) -> None:
        assert state(desk, patient) == "No score has been computed yet."

    def test_the_day_the_score_the_change_and_the_verdict(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history({0: 28, 28: 8})
        assert state(desk, patient) == (
            "Day 28, 92 days ago: HAM-D17 8 (mild), −16 since baseline (−67 %): treatment response."
        )

    def test_nought_is_a_score(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history({0: 28, 28: 0})
        assert state(desk, patient).startswith("Day 28, 92 days ago: HAM-D17 0 (")
        assert "−24 since baseline (−100 %)" in state(desk, patient)

    def test_days_are_counted_from_the_first_dose(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        give_dose(episode, clinician, 10)
        rate(episode, clinician, 0, 22)
        rate(episode, clinician, 31, 20)
        recompute_episode(episode_id=episode.pk)
        assert state(desk, patient).startswith("Day 21, 89 days ago: ")

    def test_it_is_the_day_that_it_is_where_the_patient_lives(
        self, client: Client, clinician: User, team_a: CareTeam, time_machine: TimeMachineFixture
    ) -> None:
        """At noon in Berlin on 28 February 2029 the first of March has begun in Auckland."""
        time_machine.move_to("2029-02-28T11:05:00+00:00")
        episode = another_episode(team_a, clinician, began=10, zone="Pacific/Auckland")
        create_request(by=clinician, episode=episode, instrument="hamd17", due_on=date(2029, 3, 1))
        client.force_login(clinician)
        shown = page(client, episode.patient)
        assert "<span>day 11</span>" in shown
        assert 'Rate<span class="visually-hidden">HAM-D17' in shown

    def test_a_form_with_too_few_answers_has_no_score(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        rate(episode, clinician, 20, None, instrument="phq9", **{"1": 1})
        recompute_episode(episode_id=episode.pk)
        shown = page(desk, patient)
        assert '<td class="num"><span><strong>–</strong></span></td>' in shown
        assert "item 9: left unanswered" in shown


class TestWhereThePersonStands:
    def test_silence_is_said_where_no_flag_is(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history({0: 28, 28: 8})
        shown = page(desk, patient)
        assert '<span class="tag warn">silent, 92 d</span>' in shown
        assert f"No score, no sitting and no session since {days_ago(92):%-d %B %Y}, 92 days ago." in shown

    def test_on_course_is_said_with_its_score(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history({0: 28, 115: 18})
        shown = page(desk, patient)
        assert '<span class="tag quiet">on course</span>' in shown
        assert "5 days ago: 10 points better than at baseline." in shown

    def test_a_flag_has_the_word_to_itself(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history({0: 22, 115: 29})
        shown = page(desk, patient)
        assert '<h2 class="page-title">Worsened</h2>' in shown
        assert shown.count("7 points worse than 18 on day 0 (baseline)") >= 1
        assert "not better than at baseline" not in shown

    def test_it_is_not_said_beside_another_treatment(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        end_episode(
            by=clinician,
            episode=episode,
            reason="completed",
            ends_on=days_ago(30),
            open_reason="Taken on elsewhere.",
        )
        care.start_episode(
            by=clinician,
            patient=patient,
            diagnosis="mdd",
            protocol="ssri-psychotherapy",
            arm="combined",
            starts_on=days_ago(10),
        )
        shown = markup(desk.get(address(patient), {"episode": str(episode.public_id)}))
        assert "not judged yet" not in shown and "beginning" not in shown
        assert "not judged yet" in page(desk, patient)


class TestWhatIsShown:
    def test_a_name_is_text_and_never_markup(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        people.change_identity(by=clinician, patient=patient, family_name="<svg onload=alert(1)>")
        assert "<svg onload" not in page(desk, patient)

    def test_without_identity_the_code_stands_in_its_place(
        self, desk: Client, clinician: User, team_a: CareTeam
    ) -> None:
        stranger = another_episode(team_a, clinician).patient
        assert f"<h1>{stranger.study_code}</h1>" in page(desk, stranger)

    def test_no_two_elements_share_an_id_and_nothing_is_styled_or_scripted_inline(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history(RELAPSED)
        shown = page(desk, patient)
        ids = re.findall(r'\sid="([^"]+)"', shown)
        assert len(ids) == len(set(ids))
        assert not re.search(r'\sstyle="|\son\w+="|<script(?![^>]*\ssrc=)', shown)

    def test_long_histories_are_folded(
        self, desk: Client, patient: Patient, history: Callable[[dict[int, int]], None]
    ) -> None:
        history(dict.fromkeys(range(0, 15 * 7, 7), 10))
        shown = page(desk, patient)
        assert "<summary>3 earlier</summary>" in shown
        assert shown.count('<th scope="row"><a href="/assessments/') == 15

    def test_a_hundred_assessments_take_no_more_queries_than_one(
        self,
        desk: Client,
        patient: Patient,
        history: Callable[[dict[int, int]], None],
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        history(dict.fromkeys(range(100), 10))
        page(desk, patient)
        with django_assert_max_num_queries(42):
            page(desk, patient)


class TestSingleSessions:
    def test_each_questionnaire_has_a_table_with_its_own_scales(
        self, desk: Client, clinician: User, patient: Patient, episode: TreatmentEpisode
    ) -> None:
        rate(episode, clinician, 10, 90, instrument="meq30")
        rate(episode, clinician, 10, 300, instrument="ebi")
        rate(episode, clinician, 30, 600, instrument="ebi")
        shown = page(desk, patient)
        tables = [
            found for found in re.findall(r"(?s)<table.*?</table>", shown) if "share of its range" in found
        ]
        columns = [re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table) for table in tables]
        assert columns == [
            [
                "Day",
                "MEQ30 total",
                "Mystical",
                "Positive mood",
                "Transcendence of time and space",
                "Ineffability",
                "Complete mystical experience",
            ],
            ["Day", "EBI total"],
        ]
        assert re.findall(r'data-label="EBI total">(\d+)<', shown) == ["50", "100"]
        assert [len(re.findall('<th scope="row">', table)) for table in tables] == [1, 2]
