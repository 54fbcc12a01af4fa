"""Published figures beside computed ones: each by hand, refused where there is nothing to compare, withheld for few."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from measures import registry
from reports import analyses
from reports.actions.studies import recompute_study
from reports.models import StudyResult
from reports.pages.study.withholding import withhold
from reports.plain import spoken
from reports.stats.counts import CountRule
from reports.stats.errors import Refusal
from tests.cast import days_ago
from tests.clock import BERLIN
from tests.markup import said
from tests.reports.clinic import another_episode, rate
from tracking.actions import assessments, care, people, treatment
from tracking.models import CareTeam, Study, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

pytestmark = pytest.mark.django_db


def rows(study: Study) -> dict[tuple[str, str], dict]:
    recompute_study(study_id=study.pk)
    found = StudyResult.objects.get(study=study, analysis="published")
    return {(row["arm"], row["time_point"]): row for row in spoken(found.result)["rows"]}


def cohort(team: CareTeam, by: User, protocol: str, instrument: str, endpoint: str) -> Study:
    return care.create_study(
        by=by, key=protocol, title="A trial", site=team.site, outcome_instrument=instrument, endpoint=endpoint
    )


def treated(study: Study, team: CareTeam, by: User, protocol: str, arm: str) -> TreatmentEpisode:
    patient = people.enrol_patient(
        by=by, team=team, identity=None, sex="female", enrolled_on=days_ago(200), timezone=BERLIN.key
    )
    return care.start_episode(
        by=by, patient=patient, diagnosis="ptsd", protocol=protocol, arm=arm,
        starts_on=days_ago(200), study=study,
    )  # fmt: skip


def caps5(episode: TreatmentEpisode, by: User, severity: int | None, criterion_a: bool = True) -> None:
    """Every symptom at one severity, at week 18; ``None`` leaves the symptoms out."""
    answers: dict[str, object] = {str(item): severity for item in range(1, 21)}
    answers |= {"A": criterion_a, "22": 60, "23": severity, "24": severity, "25": severity}
    assessments.record_assessment(
        by=by, episode=episode, instrument=registry.get("caps5"), answers=answers,
        source=AnswerSource.CLINICIAN, assessed_on=episode.starts_on + timedelta(days=126),
        submission_id=uuid.uuid4(), time_point="week 18",
    )  # fmt: skip


class TestMeans:
    @pytest.fixture
    def trial(self, study: Study, team_a: CareTeam, clinician: User) -> Study:
        for end in (6, 8, 10, 12, 14):
            episode = another_episode(team_a, clinician, study)
            rate(episode, clinician, 0, 24, time_point="baseline")
            rate(episode, clinician, 70, end, time_point="week 4")
        return study

    def test_a_mean_with_its_interval(self, trial: Study) -> None:
        """Mean 10, SD 3.162, t(4) = 2.776: 10 ± 3.926. Gukasyan 2022 has 8.5."""
        row = rows(trial)["psilocybin", "week 4"]
        assert (row["published"], row["n"], row["value"]) == (8.5, 5, 10)
        assert row["low"] == pytest.approx(6.074, abs=0.001)
        assert row["high"] == pytest.approx(13.926, abs=0.001)
        assert row["se"] == pytest.approx(1.414, abs=0.001)
        assert row["inside"] is True

    def test_what_lies_outside_is_said(self, trial: Study) -> None:
        row = rows(trial)["psilocybin", "baseline"]
        assert (row["published"], row["value"], row["inside"]) == (22.8, 24, False)

    def test_nobody_is_no_figure(self, trial: Study) -> None:
        row = rows(trial)["waiting", "week 4"]
        assert (row["n"], row["value"], row["inside"]) == (0, None, None)
        assert row["reason"] == "Nobody of this arm has a score at week 4."

    def test_an_acute_score_is_no_score(self, trial: Study, team_a: CareTeam, clinician: User) -> None:
        episode = another_episode(team_a, clinician, trial)
        rate(episode, clinician, 0, 24, time_point="baseline")
        _dose(episode, clinician, 21)
        rate(episode, clinician, 22, 1, time_point="week 4")
        assert rows(trial)["psilocybin", "week 4"]["n"] == 5

    def test_the_page_of_real_people_says_that_they_are_others(
        self, trial: Study, researcher: User, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(5))
        recompute_study(study_id=trial.pk)
        client.force_login(researcher)
        text = said(client.get(f"/studies/{trial.key}/"))
        assert "Other people, treated elsewhere" in text
        assert "simulated" not in text
        assert "psilocybin week 4 8.5 10.0 6.1 to 13.9 5 inside" in text
        assert "psilocybin baseline 22.8 24.0 24.0 to 24.0 5 outside" in text
        assert "waiting week 4 19.3 Nobody of this arm has a score at week 4." in text

    def test_a_study_without_published_figures_has_no_such_section(
        self, study: Study, team_a: CareTeam, clinician: User, researcher: User, client: Client
    ) -> None:
        for _ in range(6):
            episode = another_episode(team_a, clinician, study)
            rate(episode, clinician, 0, 24, time_point="baseline")
            TreatmentEpisode.objects.filter(pk=episode.pk).update(protocol="")
        recompute_study(study_id=study.pk)
        assert not StudyResult.objects.filter(analysis="published").exists()
        client.force_login(researcher)
        assert "Published and computed" not in client.get(f"/studies/{study.key}/").content.decode()

    @pytest.mark.parametrize(
        ("protocol", "reason"),
        [
            ("tms-cbt", "do not follow one protocol"),
            ("", "do not follow one protocol"),
        ],
    )
    def test_two_protocols_are_not_compared_with_one(self, trial: Study, protocol: str, reason: str) -> None:
        first = TreatmentEpisode.objects.filter(study=trial).order_by("pk").first()
        TreatmentEpisode.objects.filter(pk=first.pk).update(protocol=protocol)
        with pytest.raises(Refusal, match=reason):
            analyses.published(analyses.load(trial))

    def test_nothing_published_is_nothing_to_compare(self, trial: Study) -> None:
        TreatmentEpisode.objects.filter(study=trial).update(
            protocol="tms-cbt", protocol_version="1", arm="combined"
        )
        with pytest.raises(Refusal, match="Nothing that was published"):
            analyses.published(analyses.load(trial))

    def test_another_scale_is_not_compared(self, trial: Study) -> None:
        with pytest.raises(Refusal, match="another scale"):
            analyses.published(analyses.load(trial, scale="hamd6"))


class TestAbsentDiagnosis:
    def test_people_without_it_of_those_who_are_judged(self, team_a: CareTeam, clinician: User) -> None:
        """Severity 1 everywhere meets no criterion, 2 meets all; a form without symptoms decides nothing."""
        study = cohort(team_a, clinician, "mdma-ptsd", "caps5", "week 18")
        for severity in (1, 1, 1, 2, None):
            caps5(treated(study, team_a, clinician, "mdma-ptsd", "mdma"), clinician, severity)
        row = rows(study)["mdma", "week 18"]
        assert (row["published"], row["n"], row["met"], row["undecided"], row["value"]) == (67, 4, 3, 1, 75)
        assert row["low"] == pytest.approx(30.06, abs=0.01)  # Wilson 1927, 3 of 4
        assert row["high"] == pytest.approx(95.44, abs=0.01)

    def test_the_page_says_how_many_are_undecided(
        self, client: Client, team_a: CareTeam, clinician: User
    ) -> None:
        study = cohort(team_a, clinician, "mdma-ptsd", "caps5", "week 18")
        for severity in (1, 1, 1, 2, None):
            caps5(treated(study, team_a, clinician, "mdma-ptsd", "mdma"), clinician, severity)
        text = _shown_to(client, clinician, study)
        assert "mdma week 18 67 % of 46 75.0 % 30.1 to 95.4 % 4 1 undecided inside" in text

    def test_a_form_with_a_gap_may_still_decide(self, team_a: CareTeam, clinician: User) -> None:
        study = cohort(team_a, clinician, "mdma-ptsd", "caps5", "week 18")
        caps5(treated(study, team_a, clinician, "mdma-ptsd", "placebo"), clinician, 1)
        caps5(treated(study, team_a, clinician, "mdma-ptsd", "placebo"), clinician, None, criterion_a=False)
        row = rows(study)["placebo", "week 18"]
        assert (row["n"], row["met"], row["undecided"]) == (2, 2, 0)


class TestDuration:
    def trial(self, team: CareTeam, by: User, *courses: tuple[int, ...]) -> Study:
        """From 30 at baseline; the infusion on day 7; ratings on days 5, 10 and 20 after it. Response: 15 or less."""
        study = cohort(team, by, "ketamine-training", "madrs", "day 30")
        for course in courses:
            episode = treated(study, team, by, "ketamine-training", "ketamine")
            rate(episode, by, 0, 30, instrument="madrs", time_point="baseline")
            _dose(episode, by, 7)
            for day, total in zip((5, 10, 20), course, strict=False):
                rate(episode, by, 7 + day, total, instrument="madrs", time_point=f"day {day}")
        return study

    def test_the_median_of_kaplan_and_meier(self, team_a: CareTeam, clinician: User) -> None:
        """0, 10, 10, 20 ended, 20 still held: S falls to 0.8, 0.4: half are gone on day 10."""
        study = self.trial(
            team_a, clinician, (20, 25, 30), (10, 20, 20), (15, 16, 3), (10, 10, 28), (3, 3, 3)
        )
        row = rows(study)["ketamine", "follow-up"]
        assert (row["published"], row["n"], row["met"], row["value"]) == (10, 5, 4, 10)
        assert row["inside"] is True

    def test_relief_that_outlasts_the_ratings_has_no_median(self, team_a: CareTeam, clinician: User) -> None:
        study = self.trial(team_a, clinician, (3, 3, 3), (3, 3, 3), (3, 3, 20))
        row = rows(study)["ketamine", "follow-up"]
        assert (row["n"], row["met"], row["value"], row["inside"]) == (3, 1, None, None)
        assert "More than half still had relief" in row["reason"]

    @pytest.mark.parametrize(
        ("courses", "shown"),
        [
            (
                ((20, 25, 30), (10, 20, 20), (15, 16, 3), (10, 10, 28), (3, 3, 3)),
                "10 days 10 days from 0 days 5 inside",
            ),
            (
                (*[(20, 20, 20)] * 3, *[(10, 20, 20)] * 9, *[(10, 10, 20)] * 2),
                "10 days 10 days 0 days to 10 days 14 inside",
            ),
        ],
    )
    def test_the_page_has_an_interval_of_days_that_may_be_open_above(
        self, client: Client, team_a: CareTeam, clinician: User, courses: tuple, shown: str
    ) -> None:
        """Of 14, three never had relief and nine had it for 10 days: S is 11/14, then 2/14, with log-log limits of
        0.47 (not above a half on day 0) and 0.37 (below it on day 10)."""
        assert f"ketamine follow-up {shown}" in _shown_to(
            client, clinician, self.trial(team_a, clinician, *courses)
        )

    def test_nobody_of_an_arm(self, team_a: CareTeam, clinician: User) -> None:
        study = self.trial(team_a, clinician, (3, 3, 3))
        assert "Nobody of this arm has a baseline" in rows(study)["training", "follow-up"]["reason"]


class TestWithholding:
    ROW = {
        "arm": "mdma", "statistic": "absent", "published": 67.0, "n": 20, "met": 13, "undecided": 0, "value": 65.0,
        "low": 43.29, "high": 81.88, "se": 10.67, "inside": True, "reason": "",
    }  # fmt: skip
    COURSE = {"patients": 20, "episodes": 20, "arms": [], "means": [], "rates": []}

    def shown(self, **changes: object) -> dict:
        results = {"course": self.COURSE, "published": {"rows": [self.ROW | changes]}}
        return withhold(results, "week 18", CountRule(5))["published"]["rows"][0]

    def test_enough_people_are_shown(self) -> None:
        assert self.shown() == pytest.approx(self.ROW, abs=0.01)
        assert self.shown(met=None) == self.ROW | {"met": None}

    @pytest.mark.parametrize(
        "few", [{"n": 4, "met": None}, {"met": 3}, {"met": 17}, {"n": 4, "met": 4}], ids=str
    )
    def test_a_few_are_not(self, few: dict[str, int]) -> None:
        found = self.shown(**few)
        assert found["published"] == 67
        hidden = ("n", "met", "value", "low", "high", "se", "inside")
        assert [found[name] for name in hidden] == [None] * len(hidden)
        assert found["reason"] == "Withheld: fewer than 5 patients."

    def test_a_few_undecided_are_not_counted_out(self) -> None:
        assert self.shown(undecided=3)["undecided"] is None
        assert self.shown(undecided=6)["undecided"] == 6

    def test_a_study_of_a_few_tells_nothing(self) -> None:
        results = {"course": self.COURSE | {"patients": 3}, "published": {"rows": [self.ROW]}}
        assert set(withhold(results, "week 18", CountRule(5))["published"]) == {"refused"}


def _dose(episode: TreatmentEpisode, by: User, day: int) -> None:
    at = datetime.combine(episode.starts_on + timedelta(days=day), time(10), UTC)
    session = treatment.record_session(by=by, episode=episode, kind="dosing", starts_at=at)
    treatment.record_dose(
        by=by, session=session, substance="ketamine", amount=Decimal("0.5"), unit="mg/kg",
        route="intravenous", given_at=at + timedelta(minutes=30), amount_reason="in the place of psilocybin",
    )  # fmt: skip


def _shown_to(client: Client, user: User, study: Study) -> str:
    """What the page of the study says to a member of it."""
    recompute_study(study_id=study.pk)
    care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(400))
    client.force_login(user)
    return said(client.get(f"/studies/{study.key}/"))
