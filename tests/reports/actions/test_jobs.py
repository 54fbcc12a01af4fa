"""Revision marks: counted before the work, parked after three, never overtaken by older data."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from reports.actions import courses, jobs
from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse
from tests.reports.clinic import another_episode, rate
from tracking.actions.marks import want_episode
from tracking.models import AuditEvent, CareTeam, EpisodeMark, Study, StudyMark, TreatmentEpisode, User

pytestmark = pytest.mark.django_db


def mark(episode: TreatmentEpisode) -> EpisodeMark:
    return EpisodeMark.objects.get(episode=episode)


def attempt(episode: TreatmentEpisode, prepare: object) -> None:
    jobs.attempt(marks=EpisodeMark.objects.filter(episode=episode), prepare=prepare)


def fail() -> jobs.Write:
    raise RuntimeError("PHQ-9 of 27")


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch, team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    """An episode whose computation always fails."""
    sick = another_episode(team_a, clinician)
    judge = courses._judge

    def judge_all_but_one(episode: TreatmentEpisode, *rest: object) -> object:
        return fail() if episode == sick else judge(episode, *rest)

    monkeypatch.setattr(courses, "_judge", judge_all_but_one)
    rate(sick, clinician, 0, 20)
    return sick


def test_nothing_wanted_is_no_work(episode: TreatmentEpisode) -> None:
    attempt(episode, lambda: lambda: None)
    calls = []
    attempt(episode, lambda: calls.append)
    assert calls == []


def test_the_try_is_counted_before_the_work(episode: TreatmentEpisode) -> None:
    seen = []

    def look() -> jobs.Write:
        seen.append(mark(episode).attempts)
        return lambda: None

    attempt(episode, look)
    assert seen == [1]


def test_a_failure_is_kept_by_its_kind_and_place_alone(
    poison: TreatmentEpisode, caplog: pytest.LogCaptureFixture
) -> None:
    recompute_episode(episode_id=poison.pk)
    found = mark(poison)
    assert found.failure.startswith("RuntimeError in test_jobs.py, line ")
    assert "27" not in found.failure and "PHQ-9" not in caplog.text
    assert (found.attempts, found.parked_at, found.done_rev) == (1, None, 0)


def test_a_failure_over_older_data_says_nothing_of_the_newer(episode: TreatmentEpisode) -> None:
    def overtaken() -> jobs.Write:
        want_episode(episode=episode)
        return fail()

    wanted = mark(episode).wanted_rev
    attempt(episode, overtaken)
    found = mark(episode)
    assert (found.wanted_rev, found.attempts, found.failure, found.parked_at) == (wanted + 1, 0, "", None)


def test_a_try_that_meets_newer_data_leaves_it_to_whoever_was_nudged(
    monkeypatch: pytest.MonkeyPatch, episode: TreatmentEpisode
) -> None:
    """Between reading the mark and claiming it something newer is stored."""

    def read_too_early(marks: jobs.Marks) -> object:
        found = marks.first()
        want_episode(episode=episode)
        return SimpleNamespace(first=lambda: found)

    monkeypatch.setattr(jobs, "pending", read_too_early)
    wanted, calls = mark(episode).wanted_rev, []
    attempt(episode, lambda: calls.append)
    found = mark(episode)
    assert (found.wanted_rev, found.attempts, calls) == (wanted + 1, 0, [])
    assert found.done_rev < wanted


def test_of_two_workers_who_read_one_mark_the_first_does_the_work(
    monkeypatch: pytest.MonkeyPatch, episode: TreatmentEpisode
) -> None:
    """Between reading the mark and claiming it another worker has claimed it."""

    def read_too_early(marks: jobs.Marks) -> object:
        found = marks.first()
        marks.update(attempts=found.attempts + 1)
        return SimpleNamespace(first=lambda: found)

    monkeypatch.setattr(jobs, "pending", read_too_early)
    tries, calls = mark(episode).attempts, []
    attempt(episode, lambda: calls.append("twice"))
    assert (mark(episode).attempts, calls) == (tries + 1, [])


def test_poison_is_parked_after_three_and_the_others_finish(
    poison: TreatmentEpisode, episode: TreatmentEpisode, clinician: User
) -> None:
    rate(episode, clinician, 0, 20)
    for _ in range(5):
        for each in jobs.pending(EpisodeMark.objects.order_by("pk")).values_list("episode_id", flat=True):
            recompute_episode(episode_id=each)
    assert mark(poison).parked_at is not None
    assert mark(poison).attempts == jobs.TRIES
    assert mark(episode).done_rev == mark(episode).wanted_rev
    assert not jobs.pending(EpisodeMark.objects.all()).exists()
    assert jobs.behind(EpisodeMark.objects.all()).get().episode == poison


def test_new_data_gives_a_parked_job_fresh_tries(
    poison: TreatmentEpisode, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        recompute_episode(episode_id=poison.pk)
    monkeypatch.undo()
    recompute_episode(episode_id=poison.pk)
    assert not EpisodeCourse.objects.exists()
    rate(poison, clinician, 20, 10)
    recompute_episode(episode_id=poison.pk)
    assert (mark(poison).parked_at, mark(poison).failure) == (None, "")
    assert EpisodeCourse.objects.get().latest == 10


def test_an_administrator_releases_what_is_parked(
    poison: TreatmentEpisode, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        recompute_episode(episode_id=poison.pk)
    monkeypatch.undo()
    assert jobs.release_parked(by=administrator, marks=[EpisodeMark.objects.all()]) == 1
    recompute_episode(episode_id=poison.pk)
    assert EpisodeCourse.objects.filter(episode=poison).exists()
    assert AuditEvent.objects.get(action="release_parked").actor == administrator.public_id


def test_a_job_that_killed_three_workers_is_parked_by_the_sweep(episode: TreatmentEpisode) -> None:
    EpisodeMark.objects.filter(episode=episode).update(attempts=3)
    recompute_episode(episode_id=episode.pk)
    assert mark(episode).done_rev == 0
    assert jobs.park_lost(now=timezone.now()) == 1
    assert (mark(episode).failure, mark(episode).parked_at is None) == (jobs.WORKER_LOST, False)


def test_a_slow_job_that_comes_back_after_all_is_not_left_parked(episode: TreatmentEpisode) -> None:
    def slow() -> jobs.Write:
        EpisodeMark.objects.filter(episode=episode).update(attempts=3)
        jobs.park_lost(now=timezone.now() + timedelta(minutes=1))
        return lambda: None

    attempt(episode, slow)
    assert mark(episode).parked_at is None
    assert mark(episode).done_rev == mark(episode).wanted_rev


def test_what_was_computed_from_older_data_never_overwrites(
    episode: TreatmentEpisode, clinician: User
) -> None:
    rate(episode, clinician, 0, 22)

    def overtaken() -> jobs.Write:
        write = courses._prepare(episode.pk)  # read before the next score
        rate(episode, clinician, 20, 10)
        recompute_episode(episode_id=episode.pk)
        return write

    attempt(episode, overtaken)
    assert EpisodeCourse.objects.get().latest == 10
    assert mark(episode).done_rev == mark(episode).wanted_rev


def test_data_that_comes_during_the_work_stays_wanted(episode: TreatmentEpisode, clinician: User) -> None:
    rate(episode, clinician, 0, 22)

    def interrupted() -> jobs.Write:
        write = courses._prepare(episode.pk)
        rate(episode, clinician, 20, 10)
        return write

    attempt(episode, interrupted)
    assert jobs.pending(EpisodeMark.objects.all()).get().episode == episode


def test_of_two_workers_that_look_at_once_one_works(
    episode: TreatmentEpisode, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = jobs.pending
    worked = []

    def work(name: str) -> jobs.Write:
        worked.append(name)
        return lambda: None

    def look_and_be_overtaken(marks: jobs.Marks) -> SimpleNamespace:
        seen = look(marks).first()
        monkeypatch.setattr(jobs, "pending", look)
        attempt(episode, lambda: work("the other"))
        return SimpleNamespace(first=lambda: seen)

    monkeypatch.setattr(jobs, "pending", look_and_be_overtaken)
    attempt(episode, lambda: work("this one"))
    assert worked == ["the other"]


def test_a_failing_write_leaves_nothing_and_stays_wanted(episode: TreatmentEpisode) -> None:
    attempt(episode, lambda: fail)
    assert mark(episode).done_rev == 0
    assert "RuntimeError" in mark(episode).failure


def test_wanting_everything_marks_every_episode_and_study(
    episode: TreatmentEpisode, study: Study, administrator: User
) -> None:
    EpisodeMark.objects.all().delete()
    jobs.want_everything(by=administrator)
    assert mark(episode).wanted_rev == 1
    assert StudyMark.objects.get(study=study).wanted_rev > 1
    want_episode(episode=episode)
    jobs.want_everything(by=administrator)
    assert mark(episode).wanted_rev == 3
