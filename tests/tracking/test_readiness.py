"""What is silent is late within five minutes, whatever its process says; and it is told everywhere alike."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError
from django.db.models import F
from django.test import Client
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest

from reports.tasks import clear_expired, recompute_study, refresh_studies, sweep
from tests.cast import CRISIS, person
from tests.flows.image import COMPOSE
from tracking.actions import care
from tracking.actions.heartbeats import note_heartbeat
from tracking.actions.outbox import queue_mail
from tracking.management.commands import metrics
from tracking.models import (
    EpisodeMark,
    Heartbeat,
    OutboxMail,
    Site,
    Study,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.queries import readiness
from tracking.queries.backups import record_path
from tracking.queries.readiness import Finding, findings, late
from tracking.rules import lateness
from tracking.tasks import beat_heart, escalate_alerts, send_outbox
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are called here, not asked for; and the broker of the tests is that of the folder."""
    monkeypatch.setattr("tracking.tasks.ask", lambda *anything: None)
    monkeypatch.setattr("reports.tasks.ask", lambda *anything: None)


@pytest.fixture
def alive(now: datetime) -> None:
    """Everything has just given a sign of life."""
    for name in (*lateness.EXPECTED, "worker mail@north"):
        note_heartbeat(name=name, at=now)


def keys(found: list[Finding]) -> list[str]:
    return [each.key for each in found]


def test_where_all_is_alive_nothing_is_late(alive: None, now: datetime) -> None:
    assert late(now + timedelta(minutes=1)) == []


@pytest.mark.parametrize("name", [*lateness.EXPECTED, "worker mail@north"])
def test_whatever_dies_is_late_within_five_minutes(alive: None, now: datetime, name: str) -> None:
    later = now + timedelta(minutes=5)
    for row in Heartbeat.objects.exclude(name=name):
        note_heartbeat(name=row.name, at=later)
    assert keys(late(later)) == [name]


def test_what_never_ran_is_late(now: datetime) -> None:
    assert keys(late(now)) == list(lateness.EXPECTED)


def test_each_sign_comes_from_what_it_stands_for(now: datetime) -> None:
    for queue in lateness.QUEUES:
        beat_heart(queue)
    for task in (sweep, escalate_alerts, send_outbox):
        task()
    assert keys(late(now)) == [lateness.BEAT]  # which its own process notes


def test_a_sign_that_comes_late_takes_nothing_back(alive: None, now: datetime) -> None:
    note_heartbeat(name=lateness.BEAT, at=now - timedelta(hours=1))
    assert Heartbeat.objects.get(name=lateness.BEAT).at == now


def test_a_worker_that_does_not_come_back_is_forgotten_after_a_day(now: datetime) -> None:
    note_heartbeat(name="worker mail@old", at=now - lateness.GONE - timedelta(minutes=1))
    note_heartbeat(name="worker mail@new", at=now)
    clear_expired()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker mail@new"]


def test_courses_that_wait_without_end(alive: None, episode: TreatmentEpisode, now: datetime) -> None:
    EpisodeMark.objects.all().delete()
    StudyMark.objects.all().delete()
    sweep()  # nothing waits at this moment
    EpisodeMark.objects.create(episode=episode, wanted_rev=1)
    assert keys(late(now + timedelta(minutes=1))) == []
    found = {each.key: each for each in findings(now + timedelta(minutes=5))}
    assert (found["courses"].late, found["courses"].said) == (True, "waiting: 1")


def test_figures_of_studies_that_wait_without_end(alive: None, study: Study, now: datetime) -> None:
    StudyMark.objects.all().delete()
    refresh_studies()  # nothing waits at this moment
    StudyMark.objects.create(study=study, wanted_rev=1)
    assert "figures" not in keys(late(now + timedelta(minutes=29)))
    assert "figures" in keys(late(now + timedelta(minutes=31)))
    recompute_study(study.pk)
    assert Heartbeat.objects.get(name=lateness.FIGURES_CAUGHT_UP).at > now
    assert "figures" not in keys(late(now + timedelta(minutes=31)))


class TestBackup:
    """That the last one is of the last night, where they are made here."""

    @pytest.fixture(autouse=True)
    def folder(self, settings: LazySettings, tmp_path: Path) -> None:
        settings.BACKUPS, settings.BACKUP_RECIPIENTS = tmp_path, ["age1…"]

    def said(self, now: datetime) -> tuple[str, bool]:
        (found,) = [each for each in findings(now) if each.key == "backup"]
        return found.said, found.late

    def test_of_the_last_night(self, now: datetime) -> None:
        made = {"made_at": now.isoformat(), "file": "x.age", "size": 1, "sha256": "0", "rows": 1}
        record_path().write_text(json.dumps(made))
        assert self.said(now + timedelta(hours=30)) == ("the last was made 30 h ago", False)
        assert self.said(now + timedelta(hours=37)) == ("the last was made 37 h ago", True)

    def test_none_at_all(self, now: datetime) -> None:
        assert self.said(now) == ("none was ever made", True)

    def test_where_they_are_made_by_other_means(self, now: datetime, settings: LazySettings) -> None:
        settings.BACKUP_RECIPIENTS = []
        assert self.said(now) == ("none is made here: BACKUP_RECIPIENTS is not set", False)


class TestMail:
    def test_that_nobody_tries(self, alive: None, now: datetime) -> None:
        queue_mail(to="petra@example.net", subject="Some questions", body="Open it")
        assert "mail" not in keys(late(now + timedelta(minutes=1)))
        assert "mail" in keys(late(now + timedelta(minutes=6)))

    def test_that_all_comes_back(self, alive: None, now: datetime) -> None:
        queue_mail(to="petra@example.net", subject="Some questions", body="Open it")
        OutboxMail.objects.update(attempts=1)
        assert "mail server" in keys(late(now + timedelta(minutes=6)))

    def test_of_one_address_that_refuses(self, alive: None, now: datetime) -> None:
        for _ in range(2):
            queue_mail(to="petra@example.net", subject="Some questions", body="Open it")
        first, last = OutboxMail.objects.order_by("pk")
        OutboxMail.objects.filter(pk=first.pk).update(attempts=1)
        OutboxMail.objects.filter(pk=last.pk).update(sent_at=now + timedelta(minutes=1))
        found = {each.key: each for each in findings(now + timedelta(minutes=6))}
        assert not found["mail"].late and not found["mail server"].late
        assert found["mail server"].said == "mails that came back: 1"


class TestTheRest:
    def test_a_full_disk(self, alive: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        disk = type("Disk", (), {"free": 4, "total": 100})
        monkeypatch.setattr(readiness.shutil, "disk_usage", lambda folder: disk)
        assert keys(late(now)) == ["disk"]

    def test_a_broker_that_does_not_answer(
        self, alive: None, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused() -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(current_app, "connection_for_read", refused)
        assert keys(late(now)) == ["broker"]

    def test_a_migration_that_waits(
        self, alive: None, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readiness, "_last_migrations", lambda: frozenset({("tracking", "9999_next")}))
        assert keys(late(now)) == ["migrations"]

    def test_keys_of_another_database(
        self, alive: None, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readiness, "fault_of_keys", lambda: "FIELD_KEYS lacks one")
        assert keys(late(now)) == ["field keys"]


class TestDoors:
    def test_readyz(self, alive: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"late": {}})
        Heartbeat.objects.filter(name="queue mail").delete()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"late": {"queue mail": "never ran"}})

        def down(now: datetime) -> None:
            raise OperationalError("connection to server at 10.0.0.7")

        monkeypatch.setattr("config.health.late", down)
        answer = client.get("/readyz")
        assert (answer.status_code, json.loads(answer.content)) == (503, {"late": {"database": "down"}})

    def test_the_doctor(self, alive: None) -> None:
        said = StringIO()
        call_command("doctor", stdout=said)
        assert (
            "LATE" not in said.getvalue()
            and "ok    queue mail: last sign of life 0 min ago" in said.getvalue()
        )
        Heartbeat.objects.filter(name="queue mail").delete()
        call_command("doctor", only="beat", stdout=said)
        for only in (None, "queue mail", "worker nobody"):
            with pytest.raises(SystemExit) as ended:
                call_command("doctor", only=only, stdout=said)
            assert ended.value.code == 1
        assert "LATE  queue mail: never ran" in said.getvalue()

    def test_the_administrator_sees_the_same(self, alive: None, client: Client, administrator: User) -> None:
        client.force_login(administrator)
        assert "Everything behind the pages is running" in client.get("/administration/").content.decode()
        Heartbeat.objects.filter(name="queue mail").delete()
        page = client.get("/administration/").content.decode()
        assert "late" in page and "queue mail</bdi>: never ran" in page

    def test_figures_name_parts_and_nothing_else(self, alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
        queue_mail(to="petra@example.net", subject="Some questions", body="Open it")
        monkeypatch.setattr(metrics, "connection", type("None", (), {"close": staticmethod(lambda: None)}))
        registry = CollectorRegistry()
        registry.register(metrics.Readiness())
        text = generate_latest(registry).decode()
        labels = set(re.findall(r'part="([^"]+)"', text))
        known = {
            *lateness.EXPECTED,
            "worker mail",
            "courses",
            "figures",
            "backup",
            "mail",
            "mail server",
            "broker",
            "disk",
        }
        assert labels == known | {"migrations", "field keys", "database"}
        assert "north" not in text and "petra" not in text
        assert 'throughline_late{part="database"} 0.0' in text
        monkeypatch.setattr(metrics, "findings", broken)
        assert 'throughline_late{part="database"} 1.0' in generate_latest(registry).decode()

    def test_they_are_served_on_loopback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: dict[str, Any] = {}

        class Thread:
            def join(self) -> None:
                raise KeyboardInterrupt

        class Server:
            def shutdown(self) -> None:
                asked["stopped"] = True

        def start(port: int, addr: str, registry: CollectorRegistry) -> tuple[Server, Thread]:
            asked.update(port=port, addr=addr)
            return Server(), Thread()

        monkeypatch.setattr(metrics, "start_http_server", start)
        monkeypatch.setattr(metrics.Readiness, "collect", lambda self: iter(()))
        call_command("metrics")
        assert asked == {"port": 9464, "addr": "127.0.0.1", "stopped": True}


def broken(now: datetime) -> None:
    raise OperationalError("gone")


def test_every_container_has_a_health_check() -> None:
    stay = {name: each for name, each in COMPOSE["services"].items() if each["restart"] != "no"}
    assert [name for name, each in stay.items() if "healthcheck" not in each] == []


def test_an_administrator_of_a_site_counts_nothing_of_another(
    alive: None, episode: TreatmentEpisode, study: Study, site: Site, now: datetime
) -> None:
    """Before, the page said how much waits of all sites together."""
    other = care.create_site(
        by=None, key="other", name="Other", timezone="Europe/Berlin", crisis_contacts=CRISIS
    )
    EpisodeMark.objects.update(wanted_rev=F("wanted_rev") + 1)
    queue_mail(to="a@example.org", subject="Hello", body="Hello")
    OutboxMail.objects.update(attempts=1)
    waiting = {}
    for where in (site, other, None):
        admin = person(f"Ada {where}", Role.ADMINISTRATOR, site=where)
        waiting[where] = {each.key: each.said for each in findings(now, admin)}
    assert waiting[site]["courses"] == waiting[None]["courses"] == "waiting: 1"
    assert waiting[other]["courses"] == "nothing waits"
    assert (waiting[other]["mail server"], waiting[None]["mail server"]) == (
        "mails came back",
        "mails that came back: 1",
    )
