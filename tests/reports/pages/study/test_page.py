"""The study page: who sees single patients, and that nobody else can count a few."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reports.actions.studies import recompute_study
from reports.models import StudyResult
from reports.stats.counts import CountRule
from tests.cast import days_ago
from tests.reports.clinic import another_episode, give_dose, rate
from tracking.actions import care
from tracking.models import CareTeam, EpisodeSource, Study, TreatmentEpisode, User

pytestmark = pytest.mark.django_db

K = 5
ENDS = {"psilocybin": (6, 7, 12, 8, 9, 13, 14), "waiting": (37, 37, 38)}  # HAM-D17 at week 4, from 40
MEAN_OF_THE_FEW = "37.3"


@pytest.fixture(autouse=True)
def few_people_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of these tests tells of five people and does not round, so that a handful of patients shows it."""
    monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(K))


class Words(HTMLParser):
    """The text of a page in order, of its pictures too, and what screen readers are told."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.thin_lines = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.said += [known[name] or "" for name in ("aria-label", "title") if name in known]
        self.thin_lines += known.get("stroke-width") == "0.9"

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.said))


@pytest.fixture
def trial(team_a: CareTeam, study: Study, clinician: User, researcher: User) -> list[TreatmentEpisode]:
    """Seven patients in one arm, three in the other."""
    episodes = []
    for arm, ends in ENDS.items():
        for end in ends:
            episode = another_episode(team_a, clinician, study, arm=arm)
            rate(episode, clinician, 0, 40, time_point="baseline")
            rate(episode, clinician, 28, end, time_point="week 4")
            episodes.append(episode)
    recompute_study(study_id=study.pk)
    return episodes


def page(client: Client, user: User, study: Study) -> str:
    client.force_login(user)
    response = client.get(reverse("study", args=[study.key]))
    assert response.status_code == 200
    return response.content.decode()


def join(study: Study, user: User) -> User:
    care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(400))
    return user


class TestWhoGetsIn:
    ADDRESSES = ["/studies/", "/studies/psilo/"]

    def test_somebody_unknown_signs_in_first(self, client: Client, study: Study) -> None:
        for each in self.ADDRESSES:
            assert client.get(each).headers["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("who", ["rater", "administrator", "patient_user"])
    def test_roles_that_have_no_figures(
        self, client: Client, study: Study, request: pytest.FixtureRequest, who: str
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        assert [client.get(each).status_code for each in self.ADDRESSES] == [403, 403]

    def test_whoever_is_not_a_member_meets_the_404_of_nothing(
        self, client: Client, clinician: User, study: Study
    ) -> None:
        client.force_login(clinician)
        response, absent = client.get("/studies/psilo/"), client.get("/studies/nothing/")
        assert response.status_code == absent.status_code == 404
        assert response.content == absent.content
        assert study.title not in client.get("/studies/").content.decode()

    def test_members_find_it(self, client: Client, researcher: User, steward: User, study: Study) -> None:
        for user in (researcher, steward):
            assert "Not computed yet" in page(client, user, study)
            assert study.title in client.get("/studies/").content.decode()

    def test_figures_that_are_refused_say_why(
        self,
        client: Client,
        researcher: User,
        study: Study,
        trial: list[TreatmentEpisode],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Before, a study that is too small stood there as not computed yet, for ever."""
        monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(50))
        told = page(client, researcher, study)
        assert "Not computed yet" not in told
        assert "Fewer than 50 patients have a usable score." in told


class TestWhatAResearcherSees:
    def words(self, client: Client, researcher: User, study: Study) -> Words:
        return Words(page(client, researcher, study))

    def test_the_limit_of_these_tests_is_that_of_the_site(self) -> None:
        assert settings.RELEASE_SMALLEST_CLASS == K

    def test_no_single_patient_is_drawn(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        words = self.words(client, researcher, study)
        assert words.thin_lines == 0
        assert "no single patient is drawn" in words.text
        for episode in trial:
            assert episode.patient.study_code not in words.text

    def test_no_figure_rests_on_a_few(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        text = self.words(client, researcher, study).text
        assert MEAN_OF_THE_FEW not in text
        counted = [
            int(number)
            for pattern in (
                r"(\d+) of \d+",
                r"\d+ of (\d+)",
                r"n = (\d+)",
                r"(\d+) (?:scores of|episodes|patients)",
            )
            for number in re.findall(pattern, text)
            if f"fewer than {number} patients" not in text
        ]
        assert counted
        assert [number for number in counted if 0 < number < K] == []
        assert "waiting – –" in text  # the row of counts below the course

    def test_the_arm_of_a_few_is_not_told_by_subtraction(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        html = page(client, researcher, study)
        cells = re.findall(r'<td data-label="(\w+)" class="nowrap">(.*?)</td>', html, flags=re.DOTALL)
        arms = [content for arm, content in cells if arm != "all"]
        assert arms
        assert not any("<strong>" in content for content in arms)

    def test_slopes_and_contrast_of_the_few_are_refused_with_the_reason(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        text = self.words(client, researcher, study).text
        assert "Random intercept Withheld: an arm has fewer than 5 patients." in text
        assert "Withheld: an arm has fewer than 5 patients at the endpoint." in text
        assert "standard error" not in text

    def test_a_study_of_a_few_tells_nothing(
        self, client: Client, researcher: User, study: Study, team_a: CareTeam, clinician: User
    ) -> None:
        for end in (6, 12):
            episode = another_episode(team_a, clinician, study)
            rate(episode, clinician, 0, 24, time_point="baseline")
            rate(episode, clinician, 28, end, time_point="week 4")
        recompute_study(study_id=study.pk)
        text = self.words(client, researcher, study).text
        assert "Fewer than 5 patients" in text
        assert "2 patients" not in text
        assert "Course by arm" not in text

    def test_published_data_are_shown_whole(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        Study.objects.filter(pk=study.pk).update(provenance="A trial, CC BY 4.0", is_published=True)
        for episode in trial:
            EpisodeSource.objects.create(episode=episode, source_id=f"P{episode.pk}")
        words = self.words(client, researcher, study)
        assert words.thin_lines == len(trial)
        assert MEAN_OF_THE_FEW in words.text
        assert "A trial, CC BY 4.0" in words.text

    def test_a_patient_of_the_clinic_in_a_published_study_is_not_shown(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        Study.objects.filter(pk=study.pk).update(is_published=True)
        for episode in trial[1:]:
            EpisodeSource.objects.create(episode=episode, source_id=f"P{episode.pk}")
        assert self.words(client, researcher, study).thin_lines == 0

    def test_imported_data_are_not_published_because_their_origin_is_known(
        self, client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        Study.objects.filter(pk=study.pk).update(provenance="Our own clinic, 2019 to 2023")
        for episode in trial:
            EpisodeSource.objects.create(episode=episode, source_id=f"P{episode.pk}")
        assert self.words(client, researcher, study).thin_lines == 0


class TestWhatClinicianSees:
    def test_who_treats_all_of_them_sees_each(
        self, client: Client, clinician: User, study: Study, trial: list[TreatmentEpisode]
    ) -> None:
        words = Words(page(client, join(study, clinician), study))
        assert words.thin_lines == len(trial)
        assert MEAN_OF_THE_FEW in words.text
        assert "withheld" not in words.text

    def test_who_treats_only_some_of_them_sees_what_a_researcher_sees(
        self,
        client: Client,
        clinician: User,
        outsider: User,
        team_b: CareTeam,
        study: Study,
        trial: list[TreatmentEpisode],
    ) -> None:
        another_episode(team_b, outsider, study, arm="psilocybin")
        for user in (clinician, outsider):
            words = Words(page(client, join(study, user), study))
            assert words.thin_lines == 0
            assert MEAN_OF_THE_FEW not in words.text


def test_a_study_whose_scores_cannot_be_used_says_why(
    client: Client, researcher: User, study: Study, episode: TreatmentEpisode
) -> None:
    recompute_study(study_id=study.pk)
    assert "no usable score" in page(client, researcher, study)


def test_a_study_without_arms_is_shown_as_one_group(
    client: Client, team_a: CareTeam, study: Study, clinician: User
) -> None:
    """As of a file that names none. The team also sees each patient as a line and a dot."""
    for number in range(24):
        episode = another_episode(team_a, clinician, study, arm="", protocol="")
        rate(episode, clinician, 0, 30 + number % 3, time_point="baseline")
        give_dose(episode, clinician, 7)
        rate(episode, clinician, 8, 20 + 5 * (number * 7 % 24), instrument="meq30")
        rate(episode, clinician, 28, 26 - number, time_point="week 4")
    recompute_study(study_id=study.pk)
    words = Words(page(client, join(study, clinician), study))
    assert "all patients" in words.text
    assert "14.5" in words.text  # the mean of 26, 25 … 3
    assert words.thin_lines == 24
    predicted = StudyResult.objects.get(study=study, analysis="predict").result["models"]
    assert predicted[0]["predictor"] == "meq30_first"  # so a dot was drawn for each
