"""Which processes there are, what each takes, and that image, unit files and operations say the same."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.celery import app
from config.run import commands, main
from tests.flows.image import COMPOSE
from tracking.rules.lateness import COURSES, MAIL, SAFETY, WORK

# Celery runs all checks when it reads the tasks, and one asks the database.
pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "docker" / "systemd"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
QUICK = {"tracking.escalate_alerts", "reports.sweep", "reports.recompute_episode"}


def queue_of(task: str) -> str:
    return app.amqp.router.route({}, task)["queue"].name


def queues_of(process: str) -> set[str]:
    words = commands()[process]
    return set(words[words.index("--queues") + 1].split(",")) if "--queues" in words else set()


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.startswith(("reports.", "tracking."))}


def test_safety_shares_its_worker_with_nothing_slow() -> None:
    assert {task for task in ours() if queue_of(task) in queues_of("safety")} == QUICK
    assert queue_of("tracking.escalate_alerts") == SAFETY != COURSES


def test_mail_has_a_worker_of_its_own() -> None:
    assert queues_of("mail") == {MAIL}
    assert {task for task in ours() if queue_of(task) == MAIL} == {
        task for task in ours() if task.startswith("tracking.send_")
    }


def test_each_queue_has_one_worker() -> None:
    taken = [queue for process in commands() for queue in queues_of(process)]
    assert sorted(taken) == sorted(app.amqp.queues) == sorted((SAFETY, COURSES, WORK, MAIL))


def test_a_process_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wep"]) == main([]) == 2
    assert "One of: web, safety, worker, mail, beat, all." in capsys.readouterr().err


def test_a_name_becomes_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda program, words: became.append((program, words)))
    monkeypatch.setenv("WORKERS", "3")
    main(["worker"])
    assert became[0][0] == sys.executable
    assert "--concurrency 3" in " ".join(became[0][1])


class TestUnitFiles:
    def unit(self, name: str) -> configparser.ConfigParser:
        read = configparser.ConfigParser(interpolation=None, strict=False)
        read.optionxform = str
        read.read_string((UNITS / name).read_text())
        return read

    def test_they_name_every_process(self) -> None:
        text = (UNITS / "throughline.target").read_text()
        assert re.findall(r"throughline@(\w+)\.service", text) == list(commands())
        assert self.unit("throughline@.service")["Service"]["ExecStart"].endswith("-m config.run %i")

    def test_what_ends_is_started_again_for_ever_and_ever_later(self) -> None:
        unit = self.unit("throughline@.service")
        service = unit["Service"]
        assert (service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
        assert int(service["RestartSec"]) < int(service["RestartMaxDelaySec"]) <= 60
        assert int(service["RestartSteps"]) > 1

    def test_none_is_bound_to_another(self) -> None:
        bonds = ("Requires", "BindsTo", "Requisite", "Upholds", "Conflicts")
        assert not set(bonds) & set(self.unit("throughline@.service")["Unit"])

    def test_systemd_reads_them(self, tmp_path: Path) -> None:
        """Where it is installed; the program and its user are on the server alone."""
        analyse = shutil.which("systemd-analyze")
        if not analyse:
            return
        for file in UNITS.iterdir():
            text = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", file.read_text())
            (tmp_path / file.name).write_text(text.replace("User=throughline\n", ""))
        done = subprocess.run(
            [analyse, "verify", tmp_path / "throughline.target", tmp_path / "throughline@web.service"],
            capture_output=True,
            text=True,
        )
        newer = "Unknown key 'Restart"  # to systemd before 254
        said = [line for line in done.stderr.splitlines() if newer not in line]
        assert (done.returncode, said) == (0, [])


def test_compose_starts_each_again_and_binds_none_to_a_worker() -> None:
    for role in commands():
        service = COMPOSE["services"][role]
        assert service["restart"] == "unless-stopped"
        assert set(service["depends_on"]) <= {"migrate", "postgres", "redis", "web"}


def test_the_page_on_operations_names_every_process() -> None:
    named = re.findall(r"^\| (\w+) \| `python -m config\.run (\w+)` \|", OPERATIONS, flags=re.MULTILINE)
    assert named == [(name, name) for name in commands()]
