"""Relapse after the last dose: one person's watch, the line on Today, and the figures of a study."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from reports import analyses
from reports.actions.courses import recompute_episode
from reports.actions.studies import recompute_study
from reports.analyses.relapse import RelapseFigures
from reports.models import StudyResult
from reports.pages.study.withholding import withhold
from reports.plain import spoken
from reports.stats.counts import CountRule
from reports.stats.errors import Refusal
from tests.cast import days_ago
from tests.markup import said
from tests.reports.clinic import another_episode, rate
from tests.tracking.treated import medicated
from tracking.actions import care, treatment
from tracking.models import CareTeam, Study, TreatmentEpisode, User
from tracking.queries.events import drug_free, events_of, last_stop

pytestmark = pytest.mark.django_db
BEGAN = 400
STOPPED = 140  # the first day without the drug, so that day 139 is the last dose
REMISSION = ((0, 18), (28, 9), (56, 4), (70, 3), (84, 4), (112, 3), (138, 2))
WELL = ((175, 3), (190, 4))
ILL_AGAIN = ((203, 16), (217, 17))


@pytest.fixture
def care_study(clinician: User, team_a: CareTeam) -> Study:
    study = care.create_study(
        by=None, key="ssri", title="SSRI", site=team_a.site, outcome_instrument="phq9", endpoint="week 12"
    )
    care.add_study_member(by=None, study=study, user=clinician, starts_on=days_ago(900))
    return study


def someone(
    team: CareTeam, by: User, study: Study | None, arm: str = "combined", protocol: str = "ssri-psychotherapy"
) -> TreatmentEpisode:
    return another_episode(team, by, study, arm, BEGAN, protocol=protocol)


def on(episode: TreatmentEpisode, day: int) -> date:
    return episode.starts_on + timedelta(days=day)


def medication(
    by: User, episode: TreatmentEpisode, first: int, stopped: int | None, substance: str = "sertraline"
) -> None:
    course = medicated(by, episode, substance, started_on=on(episode, first))
    if stopped is not None:
        treatment.stop_medication(by=by, course=course, stopped_on=on(episode, stopped), reason="recovered")


def followed(
    team: CareTeam, by: User, study: Study | None, scores: tuple, again: int | None = None
) -> TreatmentEpisode:
    """Remission under an SSRI that was stopped on day 140, and what came after."""
    episode = someone(team, by, study)
    medication(by, episode, 0, STOPPED)
    if again is not None:
        medication(by, episode, again, None)
    for day, total in (*REMISSION, *scores):
        rate(episode, by, day, total, "phq9")
    return episode


class TestOnePerson:
    @pytest.fixture
    def desk(self, client: Client, clinician: User) -> Client:
        client.force_login(clinician)
        return client

    def page(self, desk: Client, episode: TreatmentEpisode) -> str:
        recompute_episode(episode_id=episode.pk)
        return desk.get(reverse("patient", args=[episode.patient.public_id])).content.decode()

    def test_a_return_is_counted_from_the_last_dose(
        self, desk: Client, team_a: CareTeam, clinician: User
    ) -> None:
        """Last dose on day 139, first score of the return on day 203: day 64."""
        episode = followed(team_a, clinician, None, (*WELL, *ILL_AGAIN))
        page = self.page(desk, episode)
        assert f"Day {BEGAN - 139} after the last dose of sertraline (stopped: no longer needed)" in page
        assert "recurrence confirmed on day 64 by PHQ-9." in page
        assert "Last dose of sertraline, day 139" in page
        assert "sertraline, last dose" in page
        assert "64 days after the last dose of sertraline." in desk.get(reverse("today")).content.decode()

    def test_without_a_return_one_has_looked_until_the_last_score(
        self, desk: Client, team_a: CareTeam, clinician: User
    ) -> None:
        page = self.page(desk, followed(team_a, clinician, None, WELL))
        assert "no relapse seen until the last score, on day 51." in page  # 190 - 139
        assert "Next: month 12 without the drug, day 364; watched until day 364." in page

    def test_while_it_is_taken_no_clock_runs(self, desk: Client, team_a: CareTeam, clinician: User) -> None:
        assert "after the last dose of" not in self.page(
            desk, followed(team_a, clinician, None, WELL, again=200)
        )

    def test_a_scale_without_a_rule_is_said(self, desk: Client, team_a: CareTeam, clinician: User) -> None:
        episode = someone(team_a, clinician, None, protocol="cbt-anxiolytic-panic")
        medication(clinician, episode, 0, 100, "alprazolam")
        assert "No relapse rule for GAD-7." in self.page(desk, episode)

    def test_a_closed_flag_has_still_happened(self, desk: Client, team_a: CareTeam, clinician: User) -> None:
        episode = followed(team_a, clinician, None, (*WELL, *ILL_AGAIN))
        recompute_episode(episode_id=episode.pk)
        (flag,) = episode.flags.filter(kind="recurrence_confirmed")
        desk.post(reverse("flag-close", args=[flag.public_id]), {"note": "seen, sertraline again"})
        assert "recurrence confirmed on day 64" in self.page(desk, episode)

    def test_a_return_that_a_later_score_took_back_has_not(
        self, desk: Client, team_a: CareTeam, clinician: User
    ) -> None:
        episode = followed(team_a, clinician, None, (*WELL, (203, 16), (217, 3)))
        assert "no relapse seen until the last score, on day 78." in self.page(desk, episode)

    def test_flags_before_the_last_dose_have_no_days_after_it(
        self, desk: Client, team_a: CareTeam, clinician: User
    ) -> None:
        episode = someone(team_a, clinician, None)
        medication(clinician, episode, 0, 300)
        for day, total in (*REMISSION, *WELL, *ILL_AGAIN):
            rate(episode, clinician, day, total, "phq9")
        recompute_episode(episode_id=episode.pk)
        today = desk.get(reverse("today")).content.decode()
        assert "recurrence confirmed" in today
        assert "after the last dose" not in today


class TestWhatIsTreatment:
    def test_by_class_and_begun_within_the_episode(self, team_a: CareTeam, clinician: User) -> None:
        episode = someone(team_a, clinician, None)
        medication(clinician, episode, -50, -10)
        medication(clinician, episode, 5, 60, "lorazepam")
        assert events_of(episode).last_dose is None
        medication(clinician, episode, 10, 80, "Venlafaxine")
        assert events_of(episode).last_dose == on(episode, 79)

    def test_an_arm_without_medication_has_none(self, team_a: CareTeam, clinician: User) -> None:
        episode = someone(team_a, clinician, None, arm="psychotherapy")
        medication(clinician, episode, 10, 80)
        assert events_of(episode).last_dose is None

    def test_two_that_end_together(self, team_a: CareTeam, clinician: User) -> None:
        episode = someone(team_a, clinician, None)
        medication(clinician, episode, 0, 80)
        medication(clinician, episode, 10, 80, "escitalopram")
        stop = last_stop(episode, episode.medications.standing().order_by("pk"))
        assert (stop.last_dose, stop.substance, stop.why) == (
            on(episode, 79),
            "sertraline and escitalopram",
            "no longer needed",
        )

    @pytest.mark.parametrize(
        ("spans", "expected"),
        [
            ([(0, None)], None),
            ([(0, 50)], (49, None)),
            ([(0, 50), (80, None)], (49, 80)),
            ([(0, 50), (40, 90)], (89, None)),
            ([(0, 50), (50, 90)], (89, None)),
            ([(0, 50), (20, None)], None),
            ([(0, 30), (10, 60), (61, 70)], (59, 61)),
        ],
    )
    def test_the_first_stretch_without_any(
        self, team_a: CareTeam, clinician: User, spans: list, expected: tuple | None
    ) -> None:
        episode = someone(team_a, clinician, None)
        for number, (first, stopped) in enumerate(spans):
            medication(clinician, episode, first, stopped, ("sertraline", "citalopram", "paroxetine")[number])
        found = drug_free(episode)
        if expected is None:
            assert found is None
            return
        last, again = expected
        assert (found.last_dose, found.again_on) == (
            on(episode, last),
            None if again is None else on(episode, again),
        )


class TestStudy:
    def run(self, study: Study) -> RelapseFigures:
        return analyses.relapse(analyses.load(study))

    def test_people_at_risk_and_relapses_by_hand(
        self, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        """Six in remission: two relapse on day 64; four are seen to day 51, 51, 51 and 78. At day 28 six are at
        risk; of the three left on day 64, two relapse: 1/3 stays free. One began again on day 195 (day 56)
        before the illness came back: followed to there."""
        for scores in ((*WELL, *ILL_AGAIN), (*WELL, *ILL_AGAIN), WELL, WELL, (*WELL, (203, 16), (217, 3))):
            followed(team_a, clinician, care_study, scores)
        followed(team_a, clinician, care_study, (*WELL, *ILL_AGAIN), again=195)
        never_well = someone(team_a, clinician, care_study)
        medication(clinician, never_well, 0, STOPPED)
        for day in (0, 28, 84, 130, 175):
            rate(never_well, clinician, day, 18, "phq9")
        followed(team_a, clinician, care_study, ())
        someone(team_a, clinician, care_study)
        (arm,) = self.run(care_study).arms
        assert (arm.arm, arm.since, arm.n, arm.relapses) == ("combined", "the last dose", 6, 2)
        assert (arm.not_in_remission, arm.not_followed) == (1, 1)
        assert [(row.day, row.at_risk) for row in arm.at] == [(28, 6), (84, 0), (182, 0), (364, 0)]
        assert (arm.at[0].free, arm.at[0].low) == (1, None)
        assert [row.free for row in arm.at[1:]] == [None, None, None]
        assert arm.median == 64

    def test_an_arm_of_a_few_is_counted_and_not_estimated(
        self, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        for _ in range(4):
            followed(team_a, clinician, care_study, WELL)
        (arm,) = self.run(care_study).arms
        assert (arm.n, arm.at, arm.median) == (4, (), None)
        assert "Fewer than 5" in spoken(arm.refused)

    def test_without_a_drug_days_count_from_the_end_of_therapy(
        self, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        episode = someone(team_a, clinician, care_study, arm="psychotherapy")
        for day, total in (*REMISSION, *WELL):
            rate(episode, clinician, day, total, "phq9")
        with pytest.raises(Refusal, match="Nobody has"):
            self.run(care_study)
        for number in range(12):
            starts = datetime.combine(on(episode, 40 + 7 * number), time(12), UTC)
            treatment.record_session(by=clinician, episode=episode, kind="psychotherapy", starts_at=starts)
        (arm,) = self.run(care_study).arms
        assert (arm.since, arm.n, arm.relapses) == ("the end of therapy", 1, 0)

    def test_a_scale_without_a_rule_is_refused(
        self, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        episode = followed(team_a, clinician, care_study, WELL)
        rate(episode, clinician, 150, 5, "gad7")
        with pytest.raises(Refusal, match="GAD-7 has no relapse rule"):
            analyses.relapse(analyses.load(care_study, "gad7"))

    def test_the_worker_stores_what_the_page_and_the_command_show(
        self, client: Client, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        for scores in ((*WELL, *ILL_AGAIN), WELL, WELL, WELL, WELL):
            followed(team_a, clinician, care_study, scores)
        recompute_study(study_id=care_study.pk)
        stored = StudyResult.objects.get(study=care_study, analysis="relapse").result
        assert (stored["arms"][0]["n"], stored["arms"][0]["relapses"]) == (5, 1)
        client.force_login(clinician)
        page = client.get(reverse("study", kwargs={"key": "ssri"})).content.decode()
        assert "Relapse after the last dose" in page
        assert "1 of 5" in page
        assert "5 at risk" in page
        out = StringIO()
        call_command("analyse", "relapse", "--study", "ssri", stdout=out)
        assert "not in remission" in out.getvalue()

    def shown(self, client: Client, clinician: User, study: Study) -> str:
        recompute_study(study_id=study.pk)
        client.force_login(clinician)
        page = client.get(reverse("study", kwargs={"key": "ssri"})).content.decode()
        section = page.partition('aria-labelledby="relapse-heading"')[2].partition("</section>")[0]
        return said(section)

    def test_the_page_gives_the_share_and_the_median_with_their_intervals(
        self, client: Client, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        """Eight relapse one after the other. By day 28 two have: 0.75, and with Greenwood's variance 1/56 + 1/42
        the log-log interval is 0.75 to the power of exp(±1.391). The fourth, half, is on day 43; the bounds are
        the first days on which the lower and the upper limit are no longer above a half."""
        for first in (146, 153, 175, 182, 189, 196, 203, 210):
            followed(team_a, clinician, care_study, ((first, 16), (first + 7, 17)))
        shown = self.shown(client, clinician, care_study)
        assert "combined the last dose 8 of 8 day 28: 75 % (31–93) 6 at risk" in shown
        assert "43 days (7 to 64)" in shown

    def test_the_page_says_why_a_few_are_not_estimated(
        self, client: Client, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        followed(team_a, clinician, care_study, (*WELL, *ILL_AGAIN))
        assert "combined the last dose 1 of 1 Fewer than 5" in self.shown(client, clinician, care_study)

    def test_the_page_says_that_nobody_has_stopped_yet(
        self, client: Client, team_a: CareTeam, clinician: User, care_study: Study
    ) -> None:
        episode = someone(team_a, clinician, care_study)
        medication(clinician, episode, 0, None)
        rate(episode, clinician, 0, 18, "phq9")
        shown = self.shown(client, clinician, care_study)
        assert "Nobody has taken a last dose or ended therapy yet." in shown and "at risk" not in shown

    def test_a_study_that_does_not_watch_for_it_has_no_such_figures(
        self, episode: TreatmentEpisode, clinician: User, study: Study
    ) -> None:
        rate(episode, clinician, 0, 20)
        recompute_study(study_id=study.pk)
        assert not StudyResult.objects.filter(study=study, analysis="relapse").exists()


class TestWithholding:
    ARM: dict[str, Any] = {
        "arm": "combined", "since": "the last dose", "n": 30, "relapses": 8, "not_in_remission": 2,
        "not_followed": 1, "median": 200.0, "median_low": 90.0, "median_high": None, "refused": "",
        "at": [{"day": day, "at_risk": left, "relapses": gone, "free": 0.9, "low": 0.8, "high": 1.0}
               for day, left, gone in ((28, 28, 0), (84, 20, 5), (182, 9, 6), (364, 3, 8))],
    }  # fmt: skip

    def shown(self, **changes: Any) -> dict[str, Any]:
        course = {"means": [], "patients": 40, "episodes": 40, "arms": [], "rates": []}
        found = {"course": course, "relapse": {"rule": "phq9-1", "arms": [self.ARM | changes]}}
        return withhold(found, "week 12", CountRule(5))["relapse"]["arms"][0]

    def test_one_day_alone_and_no_median(self) -> None:
        found = self.shown()
        assert [(row["day"], row["at_risk"]) for row in found["at"]] == [(182, 9)]
        assert (found["n"], found["relapses"], found["median"], found["not_in_remission"]) == (
            30,
            8,
            None,
            None,
        )

    @pytest.mark.parametrize("gone", [0, 3, 27, 30])
    def test_a_curve_is_not_read_where_a_few_everybody_or_nobody_had_relapsed(self, gone: int) -> None:
        (at,) = [row for row in self.ARM["at"] if row["day"] == 182]
        assert self.shown(at=[{**at, "relapses": gone}])["at"] == []

    def test_figures_that_do_not_say_how_many_had_relapsed_have_no_curve(self) -> None:
        at = [{name: value for name, value in row.items() if name != "relapses"} for row in self.ARM["at"]]
        assert self.shown(at=at)["at"] == []

    @pytest.mark.parametrize("changes", [{"n": 4, "relapses": 0}, {"relapses": 3}, {"relapses": 27}])
    def test_a_few_are_not_told(self, changes: dict[str, int]) -> None:
        found = self.shown(**changes)
        assert (found["n"], found["relapses"], found["at"]) == (None, None, [])
        assert "fewer than 5" in found["refused"]
