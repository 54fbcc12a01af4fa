"""The doors of the worker: what they ask for, and that a broken broker is not their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.utils import timezone
from kombu.exceptions import OperationalError

from config.celery import app
from reports import tasks
from reports.actions import jobs
from reports.actions.housekeeping import clear_expired
from reports.models import EpisodeCourse, StudyResult
from tests.cast import days_ago
from tests.reports.clinic import another_episode, rate
from tracking.actions import links, scheduling
from tracking.actions.assessments import save_draft
from tracking.models import (
    AssessmentRequest,
    CareTeam,
    DraftAnswers,
    EpisodeMark,
    SittingLink,
    StudyMark,
    TreatmentEpisode,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple, float]]:
    """What was put on the broker: task, arguments, seconds until worthless."""
    messages: list[tuple[str, tuple, float]] = []

    def keep(task: object, args: tuple, expires: float, retry: bool) -> None:
        messages.append((task.name, args, expires))

    monkeypatch.setattr("celery.Task.apply_async", keep)
    return messages


def test_the_sweep_asks_for_every_episode_that_is_behind(
    episode: TreatmentEpisode, team_a: CareTeam, clinician: User, sent: list
) -> None:
    done = another_episode(team_a, clinician)
    parked = another_episode(team_a, clinician)
    tasks.recompute_episode(done.pk)
    EpisodeMark.objects.filter(episode=parked).update(parked_at=timezone.now())
    tasks.sweep()
    assert sent == [("reports.recompute_episode", (episode.pk,), tasks.SWEEP_SECONDS)]


def test_studies_are_asked_for_apart(episode: TreatmentEpisode, sent: list) -> None:
    tasks.refresh_studies()
    assert sent == [("reports.recompute_study", (episode.study.pk,), tasks.REFRESH_SECONDS)]


def test_a_broken_broker_is_met_again_by_the_next_sweep(
    episode: TreatmentEpisode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.Task.apply_async", refuse)
    tasks.sweep()
    assert "not sent: OperationalError" in caplog.text
    assert jobs.pending(EpisodeMark.objects.all()).exists()


def test_delivered_twice_is_harmless(episode: TreatmentEpisode, clinician: User) -> None:
    rate(episode, clinician, 0, 20)
    for _ in range(2):
        assert tasks.recompute_episode(episode.pk) is None
        assert tasks.recompute_study(episode.study.pk) is None
    assert EpisodeCourse.objects.count() == 1
    assert StudyResult.objects.filter(analysis="course").count() == 1


def test_an_episode_that_is_gone_is_no_error() -> None:
    tasks.recompute_episode(987_654)
    tasks.recompute_study(987_654)


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_tasks_are_acknowledged_after_the_work_and_keep_no_result() -> None:
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert all(task.ignore_result for name, task in app.tasks.items() if name.startswith("reports."))


def test_sweeping_by_hand_needs_no_broker(
    episode: TreatmentEpisode, clinician: User, capsys: pytest.CaptureFixture[str]
) -> None:
    rate(episode, clinician, 0, 20)
    call_command("sweep")
    assert "episodes 1, studies 1, still behind 0" in capsys.readouterr().out
    EpisodeCourse.objects.all().delete()
    call_command("sweep", "--all")
    assert EpisodeCourse.objects.get().baseline == 20


def test_sweeping_by_hand_tries_parked_jobs_when_asked(
    episode: TreatmentEpisode, capsys: pytest.CaptureFixture[str]
) -> None:
    for model in (EpisodeMark, StudyMark):
        model.objects.update(attempts=jobs.TRIES, parked_at=timezone.now(), failure="ValueError")
    call_command("sweep")
    assert "still behind 2" in capsys.readouterr().out
    call_command("sweep", "--parked")
    assert "released 2" in (out := capsys.readouterr().out)
    assert "still behind 0" in out


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    request = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    save_draft(request=request, item="1", value=2)
    return request


def test_a_draft_is_kept_while_its_request_is_open(asked: AssessmentRequest) -> None:
    tasks.clear_expired()
    assert DraftAnswers.objects.filter(request=asked).exists()


def test_a_draft_goes_with_a_cancelled_request(asked: AssessmentRequest, clinician: User) -> None:
    scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
    tasks.clear_expired()
    assert not DraftAnswers.objects.exists()


def test_a_session_goes_at_once_when_it_is_over() -> None:
    over, running = SessionStore(), SessionStore()
    for session, seconds in ((over, -1), (running, 60)):
        session.set_expiry(seconds)
        session.create()
    clear_expired(now=timezone.now())
    assert (over.exists(over.session_key), running.exists(running.session_key)) == (False, True)


def test_a_link_goes_a_month_after_its_end(
    asked: AssessmentRequest, episode: TreatmentEpisode, clinician: User
) -> None:
    link, _ = links.issue_link(by=clinician, episode=episode, requests=[asked])
    clear_expired(now=link.expires_at + timedelta(days=30))
    assert SittingLink.objects.exists()
    clear_expired(now=link.expires_at + timedelta(days=30, seconds=1))
    assert not SittingLink.objects.exists()
