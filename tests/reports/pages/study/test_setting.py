"""Set and setting over a study: planned beside what happened, and nothing of a few patients to somebody else."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions.studies import recompute_study
from reports.pages.study.setting import StudySetting, TopicRow, study_setting
from reports.stats.counts import CountRule
from tests.cast import days_ago, server_days_ago
from tests.markup import markup
from tests.reports.clinic import another_episode, give_dose
from tracking.actions import care, treatment
from tracking.actions.marks import want_study
from tracking.actions.setting import create_template, record_setting
from tracking.models import CareTeam, ReadEvent, SettingTemplate, Site, Study, TreatmentSession, User

pytestmark = pytest.mark.django_db
K = 5
SECRET = "to make peace with Anna"


@pytest.fixture(autouse=True)
def few_people_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of these tests tells of five people and does not round, so that a handful of patients shows it."""
    monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(K))


@pytest.fixture
def room(clinician: User, site: Site) -> SettingTemplate:
    answers = {"light": 2, "music": 1, "objects": "a rug", "people": 3}
    return create_template(by=clinician, site=site, name="Garden room", answers=answers)


def recorded(session: TreatmentSession, by: User, room: SettingTemplate | None, **overrides: object) -> None:
    record_setting(
        by=by, session=session, template=room, overrides=overrides, submission_id=uuid.uuid4()
    )  # fmt: skip


@pytest.fixture
def trial(team_a: CareTeam, study: Study, clinician: User, room: SettingTemplate) -> list[TreatmentSession]:
    """Twelve patients with a dose each: in six the light was another, in one the music; one was not recorded."""
    sessions = []
    for number in range(12):
        episode = another_episode(team_a, clinician, study, arm="psilocybin" if number < 8 else "waiting")
        session = give_dose(episode, clinician, 1)
        said: dict[str, object] = {"mood_before": number % 3, "intention": SECRET, "disturbance": 0}
        said |= {"light": 3} if number < 6 else {}
        said |= {"music": 4} if number == 0 else {}
        if number < 11:
            recorded(session, clinician, room, **said)
        sessions.append(session)
    recompute_study(study_id=study.pk)
    return sessions


def published_again(study: Study) -> None:
    want_study(study=study)
    recompute_study(study_id=study.pk)


def row(page: StudySetting, code: str) -> TopicRow:
    return next(row for part in page.parts for row in part.rows if row.item.code == code)


def counted(row: TopicRow) -> tuple[int | None, ...]:
    return row.differed.sessions, row.differed.patients, row.compared.sessions, row.compared.patients


class TestWhoTreatsThem:
    def test_planned_and_differed(self, trial: list[TreatmentSession], study: Study, clinician: User) -> None:
        page = study_setting(clinician, study)
        assert (page.dosing.sessions, page.recorded.sessions, page.recorded.patients) == (12, 11, 11)
        assert row(page, "light").planned == (("", "Dim"),)
        assert counted(row(page, "light")) == (6, 6, 11, 11)
        assert [(said.words, said.sessions) for said in row(page, "light").said] == [("Dark", 6)]
        assert counted(row(page, "music")) == (1, 1, 11, 11)
        assert counted(row(page, "objects")) == (0, 0, 11, 11)
        assert row(page, "bathroom").planned == ()

    def test_what_no_room_says_is_counted_and_averaged(
        self, trial: list[TreatmentSession], study: Study, clinician: User
    ) -> None:
        page = study_setting(clinician, study)
        mood = row(page, "mood_before")
        assert (mood.recorded.sessions, mood.mean) == (
            11,
            10 / 11,
        )  # 0, 1, 2 in turn: four 0, four 1, three 2
        assert row(page, "readiness").mean is None and row(page, "readiness").recorded.sessions == 0
        said = row(page, "intention").said
        assert {one.words for one in said} == {SECRET}
        assert {one.code for one in said} == {each.episode.patient.study_code for each in trial[:11]}

    def test_a_correction_counts_once(
        self, trial: list[TreatmentSession], study: Study, clinician: User, room: SettingTemplate
    ) -> None:
        record_setting(
            by=clinician,
            session=trial[0],
            template=room,
            overrides={"light": 2},
            submission_id=uuid.uuid4(),
            reason="was dim after all",
        )
        page = study_setting(clinician, study)
        assert counted(row(page, "light")) == (5, 5, 11, 11)

    def test_a_session_that_was_taken_back_is_gone(
        self, trial: list[TreatmentSession], study: Study, clinician: User
    ) -> None:
        treatment.void(by=clinician, record=trial[0], reason="wrong patient")
        page = study_setting(clinician, study)
        assert (page.dosing.sessions, counted(row(page, "music"))[0]) == (11, 0)

    def test_two_rooms_are_told_apart_by_name(
        self, trial: list[TreatmentSession], study: Study, clinician: User, site: Site
    ) -> None:
        blue = create_template(by=clinician, site=site, name="Blue room", answers={"light": 1, "music": 1})
        recorded(trial[11], clinician, blue)
        page = study_setting(clinician, study)
        assert row(page, "light").planned == (("Blue room", "Daylight"), ("Garden room", "Dim"))
        assert row(page, "music").planned == (("", "Fixed playlist"),)
        assert row(page, "objects").planned == (("Garden room", "a rug"),)

    def test_a_mean_has_the_unit_of_its_question(
        self, trial: list[TreatmentSession], study: Study, clinician: User, client: Client
    ) -> None:
        recorded(trial[11], clinician, None, hours=7.5)
        care.add_study_member(by=None, study=study, user=clinician, starts_on=days_ago(400))
        client.force_login(clinician)
        html = client.get(reverse("study-setting", args=[study.key])).content.decode()
        means = re.findall(r"mean over sessions ([^<]*?)\s*<", html)
        assert means == ["0.9", "7.5 h"]  # the mood has no unit

    def test_a_room_of_one_protocol_says_of_which(
        self, trial: list[TreatmentSession], study: Study, clinician: User, site: Site, client: Client
    ) -> None:
        own = create_template(
            by=clinician, site=site, name="Quiet room", answers={"light": 1}, protocol="psilocybin-mdd"
        )
        recorded(trial[11], clinician, own)
        care.add_study_member(by=None, study=study, user=clinician, starts_on=days_ago(400))
        client.force_login(clinician)
        html = markup(client.get(reverse("study-setting", args=[study.key])))
        made = f"{server_days_ago(0):%-d %B %Y}"  # the server's day
        assert (
            f'<span>Quiet room</span> <span class="quiet">revision 1 of {made}, for psilocybin-mdd<' in html
        )
        assert f'<span>Garden room</span> <span class="quiet">revision 1 of {made}<' in html

    def test_the_read_of_each_patient_is_logged(
        self, trial: list[TreatmentSession], study: Study, clinician: User, client: Client
    ) -> None:
        care.add_study_member(by=None, study=study, user=clinician, starts_on=days_ago(400))
        client.force_login(clinician)
        page = client.get(reverse("study-setting", args=[study.key])).content.decode()
        assert SECRET in page
        assert ReadEvent.objects.filter(page="study-setting").count() == 11


class TestSomebodyElse:
    def test_sees_large_groups_and_what_the_site_says(
        self, trial: list[TreatmentSession], study: Study, researcher: User
    ) -> None:
        page = study_setting(researcher, study)
        assert counted(row(page, "light")) == (6, 6, 11, 11)
        assert [(said.words, said.sessions) for said in row(page, "light").said] == [("Dark", 6)]
        assert row(page, "objects").planned == (("", "a rug"),)
        assert row(page, "mood_before").mean == 10 / 11

    def test_nothing_of_a_single_patient(
        self, trial: list[TreatmentSession], study: Study, researcher: User, client: Client
    ) -> None:
        page = study_setting(researcher, study)
        assert row(page, "music").differed.is_withheld and row(page, "music").said == ()
        client.force_login(researcher)
        html = client.get(reverse("study-setting", args=[study.key])).content.decode()
        assert SECRET not in html
        first = trial[0].starts_at  # the day of the first dose is somebody's
        assert f"{first:%B %Y}" in html and f"{first:%-d %B %Y}" not in html
        assert not [each for each in trial if each.episode.patient.study_code in html]
        assert not ReadEvent.objects.filter(page="study-setting").exists()

    def test_nor_of_the_few_that_are_left(
        self,
        trial: list[TreatmentSession],
        study: Study,
        researcher: User,
        clinician: User,
        room: SettingTemplate,
    ) -> None:
        """Six of eleven differ; with three more, only two do not."""
        for session in (*trial[:3], *trial[6:9]):
            record_setting(
                by=clinician,
                session=session,
                template=room,
                overrides={"light": 3, "mood_before": 0},
                submission_id=uuid.uuid4(),
                reason="was dark",
            )
        published_again(study)
        page = study_setting(researcher, study)
        light = row(page, "light")
        assert not page.waits and light.compared.sessions == 11
        assert light.differed.is_withheld and light.said == ()

    def test_nor_of_the_few_by_whom_two_looks_differ(
        self, trial: list[TreatmentSession], study: Study, researcher: User, clinician: User
    ) -> None:
        """Before, the mean of eleven and then of twelve gave what the twelfth had said."""
        assert row(study_setting(researcher, study), "mood_before").mean == 10 / 11
        recorded(trial[11], clinician, None, mood_before=9)
        published_again(study)
        page = study_setting(researcher, study)
        assert page.in_words.startswith("Something was recorded since figures were published")
        assert page.recorded.is_withheld and row(page, "mood_before").mean is None
        assert row(study_setting(clinician, study), "mood_before").mean == 19 / 12

    def test_nor_of_a_small_study(
        self,
        team_a: CareTeam,
        study: Study,
        clinician: User,
        researcher: User,
        room: SettingTemplate,
        client: Client,
    ) -> None:
        for number in range(4):
            session = give_dose(another_episode(team_a, clinician, study), clinician, 1)
            recorded(session, clinician, room, mood_before=number, light=3)
        page = study_setting(researcher, study)
        assert page.dosing.is_withheld and page.recorded.is_withheld
        assert page.first is None and page.last is None
        for part in page.parts:
            for each in part.rows:
                assert each.said == () and each.mean is None
                assert each.differed.patients in (None, 0) and each.recorded.patients in (None, 0)
        assert [each.patients for each in page.arms] == [None]
        client.force_login(researcher)
        html = client.get(reverse("study-setting", args=[study.key])).content.decode()
        assert "fewer than 5" in html
        assert not re.search(r"\b4 (?:of|sessions|patients)", html)


class TestIntegration:
    @pytest.fixture
    def integrated(self, trial: list[TreatmentSession], clinician: User) -> None:
        for number, session in enumerate(trial):
            treatment.record_session(
                by=clinician,
                episode=session.episode,
                kind="integration",
                starts_at=session.starts_at + timedelta(days=number, hours=8),
                integrates=session,
                attendance="missed" if number == 11 else "attended",
            )
        published_again(trial[0].episode.study)

    def test_by_arm(self, integrated: None, study: Study, clinician: User) -> None:
        arms = {each.arm: each for each in study_setting(clinician, study).arms}
        assert list(arms) == ["psilocybin", "waiting", "all patients"]
        assert (arms["psilocybin"].patients, arms["psilocybin"].held, arms["psilocybin"].missed) == (8, 8, 0)
        assert arms["psilocybin"].median_delay == 3.5  # 0 to 7 days
        assert (arms["waiting"].held, arms["waiting"].missed, arms["waiting"].median_delay) == (3, 1, 9)

    def test_a_small_arm_hides_the_arms(self, integrated: None, study: Study, researcher: User) -> None:
        (everybody,) = study_setting(researcher, study).arms
        assert (everybody.arm, everybody.patients, everybody.held, everybody.missed) == (
            "all patients",
            12,
            11,
            None,
        )


class TestWhoGetsIn:
    def test_members_alone(
        self, client: Client, study: Study, clinician: User, rater: User, researcher: User
    ) -> None:
        url = reverse("study-setting", args=[study.key])
        assert client.get(url).headers["Location"].startswith(reverse("account_login"))
        client.force_login(rater)
        assert client.get(url).status_code == 403
        client.force_login(clinician)
        absent = client.get(reverse("study-setting", args=["nothing"]))
        assert (client.get(url).status_code, client.get(url).content) == (404, absent.content)
        client.force_login(researcher)
        assert "No dosing session yet" in client.get(url).content.decode()
        assert url in client.get(reverse("study", args=[study.key])).content.decode()
