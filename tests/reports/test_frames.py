"""From the database to plain tables: which version, which day, which score."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from measures import registry
from reports.frames import (
    axes,
    dose_column,
    dose_column_parts,
    episode_frame,
    index_day,
    points,
    score_frame,
    treatment_frame,
)
from tests.reports.clinic import another_episode, answers_for, felt, give_dose, rate
from tests.reports.raters import note
from tests.tracking.treated import dosed
from tracking.actions import treatment
from tracking.actions.assessments import correct_assessment
from tracking.models import CareTeam, Study, TreatmentEpisode, User

pytestmark = pytest.mark.django_db

HAMD = registry.get("hamd17")


def one(episode: TreatmentEpisode):
    return TreatmentEpisode.objects.filter(pk=episode.pk)


def scores(episode: TreatmentEpisode, instrument: str = "hamd17", scale: str = "total") -> pd.DataFrame:
    return score_frame(one(episode), registry.get(instrument), scale)


class TestAxis:
    def test_zero_is_the_start_without_a_dose(self, episode: TreatmentEpisode) -> None:
        assert index_day(episode) == episode.starts_on

    def test_zero_is_the_first_dose_that_stands(self, episode: TreatmentEpisode, clinician: User) -> None:
        first = give_dose(episode, clinician, 7)
        give_dose(episode, clinician, 28)
        assert index_day(episode) == episode.starts_on + timedelta(days=7)
        assert axes(one(episode))[episode.pk].dose_days == (0, 21)
        treatment.void(by=clinician, record=first, reason="another patient's")
        assert index_day(episode) == episode.starts_on + timedelta(days=28)

    def test_a_dose_that_was_taken_back_does_not_count(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        session = give_dose(episode, clinician, 7)
        treatment.void(by=clinician, record=session.doses.get(), reason="not swallowed")
        assert index_day(episode) == episode.starts_on

    def test_the_day_is_that_of_the_patient(self, episode: TreatmentEpisode, clinician: User) -> None:
        """23:30 in London is the next day in Berlin, where the patient lives."""
        at = datetime.combine(episode.starts_on + timedelta(days=7), datetime.min.time(), UTC)
        at = at.replace(hour=23, minute=30)
        session = treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=at)
        dosed(clinician, session, given_at=at)
        assert index_day(episode) == episode.starts_on + timedelta(days=8)

    def test_the_doses_of_one_day_are_one_moment_the_first(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        first = give_dose(episode, clinician, 0)
        give_dose(episode, clinician, 0, hour=12)
        (moment,) = axes(one(episode))[episode.pk].window.doses
        assert (moment.day, moment.first_at) == (episode.starts_on, first.doses.get().given_at)


class TestScores:
    def test_the_latest_version_alone(self, episode: TreatmentEpisode, clinician: User) -> None:
        made = rate(episode, clinician, 0, 20)
        correct_assessment(
            by=clinician, assessment=made, answers=answers_for(HAMD, "total", 22), reason="misread"
        )
        assert scores(episode)["value"].tolist() == [22]

    def test_an_estimate_is_said_to_be_one(self, episode: TreatmentEpisode, clinician: User) -> None:
        """PHQ-9 allows an estimate for up to two missing answers; HAM-D17 allows none."""
        rate(episode, clinician, 0, 18, instrument="phq9", **{"3": None})
        rate(episode, clinician, 0, 18, **{"3": None})
        (row,) = scores(episode, "phq9").itertuples()
        assert row.estimated and row.value > 0
        (row,) = scores(episode).itertuples()
        assert pd.isna(row.value) and not row.estimated
        assert points(scores(episode).itertuples())[0].value is None

    def test_a_state_is_never_acute(self, episode: TreatmentEpisode, clinician: User) -> None:
        give_dose(episode, clinician, 0)
        rate(episode, clinician, 1, 60, instrument="meq30")
        rate(episode, clinician, 1, 9)
        assert not scores(episode, "meq30")["acute"].any()
        assert scores(episode)["acute"].all()

    def test_conclusions_come_with_the_score(self, episode: TreatmentEpisode, clinician: User) -> None:
        rate(episode, clinician, 0, 20)
        (row,) = scores(episode).itertuples()
        assert row.outcomes.keys() == {outcome.key for outcome in HAMD.outcomes}

    def test_nothing_is_an_empty_table(self, episode: TreatmentEpisode) -> None:
        assert scores(episode).empty
        assert treatment_frame(one(episode)).empty

    def test_doses_in_order(self, episode: TreatmentEpisode, clinician: User) -> None:
        give_dose(episode, clinician, 21, amount=30)
        give_dose(episode, clinician, 0, amount=25)
        frame = treatment_frame(one(episode))
        assert list(zip(frame["day"], frame["amount"], strict=True)) == [(0, 25.0), (21, 30.0)]


class TestEpisodes:
    def test_experience_of_the_first_and_of_the_last_dose(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 0)
        give_dose(episode, clinician, 21)
        rate(episode, clinician, 22, 90, instrument="meq30")
        rate(episode, clinician, 2, 30, instrument="meq30")
        (row,) = episode_frame(one(episode)).itertuples()
        assert (row.meq30_first, row.meq30_last) == (30, 90)
        assert row.meq30_first_mystical <= row.meq30_last_mystical
        assert row.doses == 2

    def test_set_and_setting_of_the_first_and_of_the_last_dose(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        for day, mood in ((0, 0), (21, 7)):
            felt(episode, clinician, day, mood)
        (row,) = episode_frame(one(episode)).itertuples()
        assert (row.set_and_setting_first_mood_before, row.set_and_setting_last_mood_before) == (0, 7)
        assert math.isnan(row.set_and_setting_first_readiness)

    def test_the_setting_of_a_session_that_was_taken_back_is_gone(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        for day, mood in ((0, 1), (21, 7)):
            felt(episode, clinician, day, mood)
        first = episode.sessions.order_by("starts_at")[0]
        treatment.void(by=clinician, record=first, reason="another patient's")
        (row,) = episode_frame(one(episode)).itertuples()
        assert row.set_and_setting_first_mood_before == row.set_and_setting_last_mood_before == 7

    @pytest.mark.parametrize(
        "parts",
        [("meq30", "first", "total"), ("meq30", "last", "mystical"), ("set_and_setting", "first", "trust")],
    )
    def test_a_column_about_a_dose_says_what_it_holds(self, parts: tuple[str, str, str]) -> None:
        assert dose_column_parts(dose_column(*parts)) == parts

    def test_expectancy_is_that_before_the_first_dose(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 21)
        for day, thought in ((30, 90), (14, 70), (7, 50)):
            answers = {"1": 5, "2": 5, "3": 5, "4": thought, "5": 5, "6": 20}
            note(episode, clinician, "credibility_expectancy", answers, day)
        note(episode, clinician, "clinician_expectancy", {"improvement": 40, "benefit": 80}, 21)
        frame = episode_frame(one(episode))
        assert frame["expectancy"].tolist() == [50]
        assert frame["clinician_expectancy"].tolist() == [40]

    def test_an_imported_expectancy_stands_where_nobody_was_asked(self, episode: TreatmentEpisode) -> None:
        one(episode).update(covariates={"expectancy": 62.5})
        assert episode_frame(one(episode))["expectancy"].tolist() == [62.5]

    def test_alliance_is_that_of_the_first_form(self, episode: TreatmentEpisode, clinician: User) -> None:
        rate(episode, clinician, 30, 55, instrument="wai_sr")
        rate(episode, clinician, 3, 40, instrument="wai_sr")
        assert episode_frame(one(episode))["alliance"].tolist() == [40]

    def test_what_was_not_measured_is_missing(
        self, episode: TreatmentEpisode, team_a: CareTeam, study: Study, clinician: User
    ) -> None:
        another_episode(team_a, clinician, study)
        rate(episode, clinician, 3, 40, instrument="wai_sr")
        frame = episode_frame(TreatmentEpisode.objects.filter(study=study))
        assert frame["alliance"].isna().tolist() == [False, True]
        assert frame["meq30_first"].isna().all()
        assert frame["doses"].tolist() == [0, 0]

    def test_covariates_give_way_to_what_is_measured_here(self, episode: TreatmentEpisode) -> None:
        one(episode).update(covariates={"expectancy": 70, "arm": "an impostor", "doses": 9})
        (row,) = episode_frame(one(episode)).itertuples()
        assert (row.expectancy, row.arm, row.doses) == (70, "psilocybin", 0)
