"""The page "Raters and blinding"."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions.studies import recompute_study
from reports.stats.counts import CountRule
from tests.cast import days_ago, person
from tests.markup import said
from tests.reports.clinic import another_episode, answers_for
from tests.reports.raters import HAMD17, guess, note, rated, rated_twice
from tracking.actions import care
from tracking.models import CareTeam, Study, TreatmentEpisode, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db

TOTALS = ((9, 2), (6, 1), (8, 4), (7, 1), (10, 5), (6, 2))


def shown(client: Client, user: User, study: Study) -> str:
    client.force_login(user)
    response = client.get(reverse("study-agreement", args=[study.key]))
    assert response.status_code == 200
    html = re.sub(r"<(title|desc).*?</\1>", "", response.content.decode())
    return said(html)


def join(study: Study, user: User) -> User:
    care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture(autouse=True)
def few_people_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of these tests tells of five people and does not round, so that a handful of patients shows it."""
    monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(5))


@pytest.fixture
def trial(team_a: CareTeam, study: Study, clinician: User, rater: User) -> list[TreatmentEpisode]:
    """Six patients, all rated twice: all guessed the same, of two the clinician noted an expectation."""
    raters = (rater, person("Second Rater", Role.RATER))
    episodes = []
    for number, totals in enumerate(TOTALS):
        episode = another_episode(team_a, clinician, study)
        rated_twice(episode, clinician, raters, totals)
        guess(episode, clinician, "experimental", 4)
        if number < 2:
            note(episode, clinician, "clinician_expectancy", {"improvement": 61, "benefit": 50}, 0)
        episodes.append(episode)
    recompute_study(study_id=study.pk)
    return episodes


def test_the_answers_come_first(client: Client, clinician: User, study: Study, trial: list) -> None:
    text = shown(client, join(study, clinician), study)
    answer = "Two raters of the same patient on HAM-D17 total: ICC(2,1) 0.13 (95 % interval"
    assert answer in text and "6 double ratings." in text
    same = "Patients gave the same answer on all 6 patients of the arm psilocybin: Bang 1.00, of which no interval"
    assert text.index(answer) < text.index(same) < text.index("Do raters agree on HAM-D17?")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            ("experimental",) * 6 + ("comparison",),
            "guessed the arm psilocybin better than by chance: Bang 0.71 (0.20 to",
        ),
        (
            ("comparison",) * 6 + ("experimental",),
            "mostly took the arm psilocybin for the other one: Bang −0.71",
        ),
        (("comparison", "experimental") * 3, "did not demonstrably guess the arm psilocybin: Bang 0.00"),
    ],
)
def test_what_a_guess_comes_to_follows_from_its_interval(
    client: Client, clinician: User, team_a: CareTeam, study: Study, answers: tuple[str, ...], sentence: str
) -> None:
    """By hand: (6 - 1) / 7 = 0.714, standard error sqrt((6 x 1 / 49 x 4) / 7) = 0.264."""
    for what in answers:
        guess(another_episode(team_a, clinician, study), clinician, what, 3)
    recompute_study(study_id=study.pk)
    assert f"Patients {sentence}" in shown(client, join(study, clinician), study)


class TestTwoArms:
    @pytest.fixture
    def guessed(self, clinician: User, team_a: CareTeam, study: Study) -> None:
        """Eight patients of each arm: six guess right and two wrong. Their therapists are all right."""
        sides = {"psilocybin": ("experimental", "comparison"), "waiting": ("comparison", "experimental")}
        for arm, (right, wrong) in sides.items():
            for number in range(8):
                episode = another_episode(team_a, clinician, study, arm=arm)
                guess(episode, clinician, right if number < 6 else wrong, 3)
                guess(episode, clinician, right, 3, key="treatment_guess_therapist")
        recompute_study(study_id=study.pk)

    def test_they_have_one_index_with_its_interval(
        self, client: Client, clinician: User, study: Study, guessed: None
    ) -> None:
        """Nobody is unsure and the arms are alike, so that James is the share of wrong guesses: 4 of 16, with
        the standard error sqrt(0.25 x 0.75 / 16) = 0.108. Equal answers have no spread and no interval."""
        text = shown(client, join(study, clinician), study)
        assert "Patient 0.25 (0.04 to 0.46), 16 patients Therapist 0.00 , 16 patients Bang:" in text

    def test_therapists_have_a_sentence_of_their_own_below_the_first(
        self, client: Client, clinician: User, study: Study, guessed: None
    ) -> None:
        text = shown(client, join(study, clinician), study)
        sentence = "Therapists gave the same answer on all 8 patients of the arm waiting: Bang 1.00"
        assert text.index("Was the treatment guessed?") < text.index(sentence)

    def test_an_arm_with_a_few_wrong_guesses_is_withheld(
        self, client: Client, researcher: User, study: Study, guessed: None
    ) -> None:
        text = shown(client, researcher, study)
        for arm in ("waiting (control)", "psilocybin"):
            assert f"Patient {arm} withheld: a count is below 5, or all guessed alike" in text
            assert f"Therapist {arm} withheld: a count is below 5, or all guessed alike" in text
        assert "Patient Withheld: a count of one arm is below 5, or everybody guessed alike." in text
        assert "0.25" not in text


def test_drift_is_a_change_in_a_year_with_its_interval(
    client: Client, clinician: User, team_a: CareTeam, study: Study, rater: User
) -> None:
    """Ten pairs, a week after the other, that lie apart by 0, 1, … 9 points: 365.25 / 7 points in a year."""
    raters = (rater, person("Second Rater", Role.RATER))
    for week in range(10):
        episode = another_episode(team_a, clinician, study)
        rated_twice(episode, clinician, raters, (20 - 2 * week, 20 - week), day=7 * week)
    recompute_study(study_id=study.pk)
    text = shown(client, join(study, clinician), study)
    assert "HAM-D17 total −52.18 (−52.18 to −52.18) 52.18 (52.18 to 52.18)" in text


def test_without_an_interval_it_says_so(
    client: Client, clinician: User, team_a: CareTeam, study: Study, rater: User
) -> None:
    """Patients alike and raters far apart: the approximation of the interval breaks down."""
    raters = (rater, person("Second Rater", Role.RATER))
    for totals in ((1, 27), (29, 7), (22, 15), (20, 0), (25, 10), (22, 16)):
        rated_twice(another_episode(team_a, clinician, study), clinician, raters, totals)
    recompute_study(study_id=study.pk)
    text = shown(client, join(study, clinician), study)
    assert "ICC(2,1) −0.72 (no interval can be given), 6 double ratings." in text
    assert "(no interval)" in text


def test_one_pair_with_a_gap_tells_nothing_and_breaks_nothing(
    client: Client, clinician: User, team_a: CareTeam, study: Study, rater: User
) -> None:
    episode = another_episode(team_a, clinician, study)
    full = answers_for(HAMD17, "total", 9)
    first = rated(episode, clinician, rater, 28, full)
    rated(episode, clinician, person("Second Rater", Role.RATER), 28, full | {"1": None}, second_of=first)
    recompute_study(study_id=study.pk)
    text = shown(client, join(study, clinician), study)
    assert (
        "Agreement of raters on HAM-D17 total cannot be told: agreement needs at least two subjects" in text
    )
    assert "No pair has both scores complete." in text


def test_raters_go_by_letters(client: Client, clinician: User, study: Study, trial: list) -> None:
    text = shown(client, join(study, clinician), study)
    assert "Rater A" in text and "Rater B, months 1 to 6" in text
    assert "Rita" not in text and "Second Rater" not in text


def test_what_rests_on_a_few_is_withheld_from_a_researcher(
    client: Client, researcher: User, clinician: User, study: Study, trial: list
) -> None:
    text = shown(client, researcher, study)
    assert "withheld" in text and "61" not in text
    assert "61" in shown(client, join(study, clinician), study)


def test_nobody_is_named_and_nobody_drawn(
    client: Client, researcher: User, study: Study, trial: list[TreatmentEpisode]
) -> None:
    text = shown(client, researcher, study)
    for episode in trial:
        assert episode.patient.study_code not in text


def test_a_study_without_any_of_it_says_so(
    client: Client, researcher: User, study: Study, episode: TreatmentEpisode
) -> None:
    assert "Not computed yet." in shown(client, researcher, study)
    recompute_study(study_id=study.pk)
    text = shown(client, researcher, study)
    assert "Nothing can be said yet about agreement or blinding." in text
    assert "No rating was made twice by different raters." in text
    assert "Nobody was asked for a guess" in text


def test_the_study_page_leads_there(client: Client, researcher: User, study: Study) -> None:
    client.force_login(researcher)
    assert "/studies/psilo/agreement/" in client.get("/studies/psilo/").content.decode()


def test_who_gets_in(
    client: Client, study: Study, rater: User, administrator: User, patient_user: User, clinician: User
) -> None:
    url = "/studies/psilo/agreement/"
    assert client.get(url).headers["Location"].startswith(reverse("account_login"))
    for user, status in ((rater, 403), (administrator, 403), (patient_user, 403), (clinician, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status
    assert client.get(url).content == client.get("/studies/nothing/agreement/").content
