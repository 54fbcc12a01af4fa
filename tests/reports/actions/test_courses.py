"""Scores become courses and flags, whatever the order in which they came."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.actions.courses import close_flag, recompute_episode
from reports.models import CourseFlag, EpisodeCourse, FlagState
from tests.reports.clinic import another_episode, answers_for, give_dose, rate
from tracking.actions import treatment
from tracking.actions.assessments import correct_assessment
from tracking.actions.marks import want_episode
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    EpisodeMark,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.instruments import instrument_of
from tracking.tongues import heard

pytestmark = pytest.mark.django_db

# HAM-D17 after Frank 1991 and ACNP 2006: remission at 7 or less over 21 days and 2 scores, relapse from 15.
REMITTED = {0: 24, 14: 6, 42: 5}
RELAPSED = REMITTED | {60: 16}
CONFIRMED = RELAPSED | {74: 18}


def course(episode: TreatmentEpisode, instrument: str = "hamd17") -> EpisodeCourse:
    return EpisodeCourse.objects.get(episode=episode, instrument=instrument)


def after(episode: TreatmentEpisode, by: User, totals: dict[int, int]) -> dict[int, Assessment]:
    """The assessments of a series, by day, with the course computed."""
    made = {day: rate(episode, by, day, total) for day, total in totals.items()}
    recompute_episode(episode_id=episode.pk)
    return made


def correct(assessment: Assessment, by: User, total: int, reason: str = "misread the sheet") -> Assessment:
    answers = answers_for(instrument_of(assessment.instrument), "total", total)
    return correct_assessment(by=by, assessment=assessment, answers=answers, reason=reason).assessment


def flags(episode: TreatmentEpisode) -> dict[str, str]:
    return dict(CourseFlag.objects.filter(episode=episode).values_list("kind", "state"))


class TestTheCourse:
    def test_days_are_counted_from_the_first_dose(self, episode: TreatmentEpisode, clinician: User) -> None:
        give_dose(episode, clinician, 10)
        after(episode, clinician, {0: 22, 24: 10})
        found = course(episode)
        assert (found.baseline, found.baseline_day, found.latest, found.latest_day) == (22, -10, 10, 14)
        assert (found.change, found.percent_change) == (-12, pytest.approx(-100 * 12 / 22))
        assert found.treatment_response is True
        assert found.details["zero"] == "dose"

    def test_the_band_is_that_of_the_latest_score(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, {0: 22, 24: 10})
        assert course(episode).latest_band == "mild"

    def test_slope_is_in_points_per_week(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, {0: 20, 7: 18, 14: 16})
        assert course(episode).slope_per_week == pytest.approx(-2)

    def test_a_form_without_answers_is_missing_not_zero(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        rate(episode, clinician, 0, 22)
        rate(episode, clinician, 20, None)
        recompute_episode(episode_id=episode.pk)
        found = course(episode)
        assert (found.n, found.latest, found.treatment_response) == (1, None, None)
        assert found.details["missing"] == 1

    def test_a_score_in_the_acute_window_is_not_judged(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 0)
        give_dose(episode, clinician, 21)
        rate(episode, clinician, 0, 22, at=time(7))
        after(episode, clinician, {22: 2})
        found = course(episode)
        assert (found.baseline, found.latest) == (22, None)
        assert found.details["acute"] == 1

    def test_a_baseline_of_nothing(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, {0: 0, 20: 9})
        found = course(episode)
        assert (found.baseline, found.change, found.percent_change) == (0, 9, None)
        assert found.treatment_response is None
        assert flags(episode) == {"deterioration": "open"}

    def test_no_score_before_treatment_is_no_baseline(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        after(episode, clinician, {5: 22, 20: 9})
        found = course(episode)
        assert (found.baseline, found.change, found.treatment_response) == (None, None, None)
        assert "day 5" in found.details["reason"]

    def test_a_scale_without_rules_has_a_course_without_conclusions(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        rate(episode, clinician, 0, 40, instrument="wai_sr")
        rate(episode, clinician, 20, 50, instrument="wai_sr")
        recompute_episode(episode_id=episode.pk)
        found = course(episode, "wai_sr")
        assert (found.change, found.remission, found.treatment_response) == (10, "no_rule", None)

    def test_a_state_has_no_course(self, episode: TreatmentEpisode, clinician: User) -> None:
        rate(episode, clinician, 1, 60, instrument="meq30")
        recompute_episode(episode_id=episode.pk)
        assert not EpisodeCourse.objects.exists()

    def test_details_hold_no_key_of_a_record_and_no_date(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        made = after(episode, clinician, CONFIRMED)
        assert set(course(episode).details) == {
            "algorithm", "zero", "reason", "missing", "acute", "baseline", "latest", "treatment_response", "remission",
            "deterioration", "trajectory", "flags",
        }  # fmt: skip
        stored = str(course(episode).details)
        for assessment in made.values():
            assert str(assessment.public_id) not in stored
            assert assessment.assessed_on.isoformat() not in stored


class TestWriting:
    def test_the_mark_is_done(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, {0: 22})
        mark = EpisodeMark.objects.get(episode=episode)
        assert mark.done_rev == mark.wanted_rev > 0
        assert (mark.attempts, mark.failure) == (0, "")

    def test_equal_inputs_are_not_written_again(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, REMITTED)
        before = course(episode).computed_at
        want_episode(episode=episode)
        recompute_episode(episode_id=episode.pk)
        assert course(episode).computed_at == before

    def test_a_dose_on_the_first_day_changes_what_zero_is(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        after(episode, clinician, REMITTED)
        assert course(episode).details["zero"] == "start"
        give_dose(episode, clinician, 0)
        recompute_episode(episode_id=episode.pk)
        assert course(episode).details["zero"] == "dose"

    def test_what_was_deleted_is_built_again(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, RELAPSED)
        CourseFlag.objects.all().delete()
        EpisodeCourse.objects.all().delete()
        want_episode(episode=episode)
        recompute_episode(episode_id=episode.pk)
        assert course(episode).latest == 16
        assert flags(episode) == {"relapse_suspected": "open"}

    def test_a_sentence_of_before_there_were_languages_is_said_in_all(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        after(episode, clinician, RELAPSED)
        said = CourseFlag.objects.get().sentence
        CourseFlag.objects.update(sentence={"en-gb": said["en-gb"]})
        with translation.override("de"):
            assert heard(CourseFlag.objects.get().sentence) == said["en-gb"]
        want_episode(episode=episode)
        recompute_episode(episode_id=episode.pk)
        assert CourseFlag.objects.get().sentence == said

    def test_the_study_is_to_be_computed_again(self, episode: TreatmentEpisode, clinician: User) -> None:
        before = StudyMark.objects.get(study=episode.study).wanted_rev
        after(episode, clinician, {0: 22})
        assert StudyMark.objects.get(study=episode.study).wanted_rev > before


class TestFlags:
    def test_a_first_score_at_the_threshold_is_suspected(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        made = after(episode, clinician, RELAPSED)
        flag = CourseFlag.objects.get(episode=episode)
        assert (flag.kind, flag.state, flag.day) == ("relapse_suspected", "open", 60)
        assert flag.rule_version == "hamd17-1"
        assert flag.evidence["scores"] == [
            {"assessment": str(made[60].public_id), "day": 60, "value": 16, "estimated": False}
        ]
        assert flag.sentence.keys() == {"en-gb", "de", "es", "ar"}
        assert "16 on day 60" in flag.sentence["en-gb"]
        assert AuditEvent.objects.filter(action="raise_flag", object_id=flag.public_id).exists()

    def test_a_second_score_confirms_and_supersedes(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, RELAPSED)
        after(episode, clinician, {74: 18})
        assert flags(episode) == {"relapse_suspected": "superseded", "relapse_confirmed": "open"}

    def test_of_one_worsening_the_flag_that_tells_most_is_open(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        """24, down to 4: 12 is worse by more than error and half of 24; 14 is no response any more."""
        after(episode, clinician, {0: 24, 14: 4, 28: 12})
        assert flags(episode) == {"deterioration": "open"}
        after(episode, clinician, {42: 14})
        assert flags(episode) == {"deterioration": "superseded", "response_lost": "open"}
        after(episode, clinician, {56: 5})
        assert flags(episode) == {"deterioration": "superseded", "response_lost": "withdrawn"}

    def test_a_relapse_takes_the_place_of_the_worsening_that_it_is(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        after(episode, clinician, REMITTED | {50: 13})
        assert flags(episode) == {"response_lost": "open"}
        after(episode, clinician, {60: 16})
        assert flags(episode) == {"response_lost": "superseded", "relapse_suspected": "open"}
        after(episode, clinician, {70: 13})
        assert flags(episode) == {"response_lost": "open", "relapse_suspected": "withdrawn"}

    def test_a_lower_score_withdraws(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, RELAPSED)
        after(episode, clinician, {70: 8})
        assert flags(episode) == {"relapse_suspected": "withdrawn"}

    def test_a_correction_withdraws_and_its_reversal_raises_again(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        made = after(episode, clinician, RELAPSED)
        corrected = correct(made[60], clinician, 6)
        recompute_episode(episode_id=episode.pk)
        assert flags(episode) == {"relapse_suspected": "withdrawn"}
        correct(corrected, clinician, 16, "it was right at first")
        recompute_episode(episode_id=episode.pk)
        assert flags(episode) == {"relapse_suspected": "open"}

    def test_closed_it_stays_closed_until_new_evidence(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        after(episode, clinician, RELAPSED)
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="called, seen tomorrow")
        want_episode(episode=episode)
        recompute_episode(episode_id=episode.pk)
        assert flags(episode) == {"relapse_suspected": "closed"}
        after(episode, clinician, {74: 18})
        assert flags(episode) == {"relapse_suspected": "closed", "relapse_confirmed": "open"}

    def test_a_correction_to_the_same_total_is_no_new_evidence(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        made = after(episode, clinician, RELAPSED)
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="called")
        correct(made[60], clinician, 16, "two items exchanged")
        recompute_episode(episode_id=episode.pk)
        assert flags(episode) == {"relapse_suspected": "closed"}

    def test_moving_day_zero_is_no_new_evidence(self, episode: TreatmentEpisode, clinician: User) -> None:
        session = give_dose(episode, clinician, 2)
        after(episode, clinician, RELAPSED)
        close_flag(by=clinician, flag=CourseFlag.objects.get(), note="called")
        treatment.void(by=clinician, record=session, reason="another patient's")
        recompute_episode(episode_id=episode.pk)
        flag = CourseFlag.objects.get()
        assert (flag.state, flag.day) == ("closed", 60)

    def test_closing_needs_a_note_and_an_open_flag(self, episode: TreatmentEpisode, clinician: User) -> None:
        after(episode, clinician, RELAPSED)
        flag = CourseFlag.objects.get()
        with pytest.raises(InvalidInput, match="note"):
            close_flag(by=clinician, flag=flag, note="  ")
        close_flag(by=clinician, flag=flag, note="called")
        with pytest.raises(Conflict, match="no longer open"):
            close_flag(by=clinician, flag=flag, note="again")
        flag.refresh_from_db()
        assert (flag.state, flag.closed_by, flag.closed_note) == (FlagState.CLOSED, clinician, "called")
        event = AuditEvent.objects.get(action="close_flag")
        assert (event.actor, event.patient) == (clinician.public_id, episode.patient.public_id)


SERIES = {0: 24, 14: 6, 42: 5, 60: 16, 74: 18, 88: 6, 95: 7}


def standing(episode: TreatmentEpisode) -> tuple:
    columns = ("n", "baseline", "latest", "latest_day", "change", "slope_per_week", "remission", "details")
    open_flags = CourseFlag.objects.filter(episode=episode, state=FlagState.OPEN)
    return (
        EpisodeCourse.objects.filter(episode=episode).values_list(*columns).get(),
        sorted(open_flags.values_list("kind", "day", "sentence"), key=str),
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([*SERIES.items(), ("dose", 3), ("dose", 80)]))
def test_any_order_of_arrival_gives_the_course_of_a_fresh_database(
    order: list[tuple[int | str, int]], team_a: CareTeam, clinician: User
) -> None:
    late, fresh = another_episode(team_a, clinician), another_episode(team_a, clinician)
    for day, value in order:
        if day == "dose":
            give_dose(late, clinician, value)
        else:
            rate(late, clinician, day, value)
        recompute_episode(episode_id=late.pk)
    for day in (3, 80):
        give_dose(fresh, clinician, day)
    after(fresh, clinician, SERIES)
    assert standing(late) == standing(fresh)


def test_a_correction_keeps_its_place_among_the_scores_of_a_day(
    episode: TreatmentEpisode, clinician: User
) -> None:
    rate(episode, clinician, 0, 22)
    morning = rate(episode, clinician, 20, 15)
    rate(episode, clinician, 20, 9)
    correct(morning, clinician, 16)
    recompute_episode(episode_id=episode.pk)
    assert course(episode).latest == 9


def test_an_episode_of_long_ago_is_told_by_its_days(team_a: CareTeam, clinician: User) -> None:
    old = another_episode(team_a, clinician, began=400)
    after(old, clinician, {0: 24, 14: 6, 42: 5, 170: 16})
    assert flags(old) == {"recurrence_suspected": "open"}
    assert old.starts_on + timedelta(days=170) == Assessment.objects.latest("assessed_on").assessed_on
