"""Nothing dies quietly: whichever process is killed, the doctor names it, and what else stopped with it, and no other.

Real processes, by the commands that the product starts them with. A minute lasts two seconds in them, so that they show
often that they live; what was shown before a kill is then made four minutes older, as if that time had passed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from config.run import commands
from tests.deployment import CLINIC
from tests.flows.test_jobs import MIGRATE, PREPARE, REPOSITORY, Clinic
from tests.servers import own_postgres, redis, short_folder

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

QUICK = """
from tracking.rules import lateness
MINUTE, lateness.BEAT_SECONDS = float(lateness.BEAT_SECONDS), 2
from config.celery import app
for each in app.conf.beat_schedule.values():
    if each["schedule"] == MINUTE:
        each["schedule"] = 2.0
from celery.__main__ import main
main()
"""
FOUR_MINUTES_LATER = """
from django.db.models import F
from tracking.models import Heartbeat
from tracking.rules.lateness import SILENT
Heartbeat.objects.update(at=F("at") - SILENT)
"""
STOPS_WITH = {
    "safety": {"queue safety", "queue courses", "job sweep", "job escalation"},
    "worker": {"queue work"},
    "mail": {"queue mail", "job outbox"},
    "beat": {"beat", "queue safety", "queue courses", "queue work", "queue mail"}
    | {"job sweep", "job escalation", "job outbox"},
}
PATIENCE = 240.0  # seconds; other tests may run on both cores


@dataclass
class Ward:
    """A clinic whose processes are killed one by one."""

    clinic: Clinic
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, name: str) -> None:
        python, _, _, *words = commands()[name]  # python -m celery …
        self.running[name] = subprocess.Popen(
            [python, "-c", QUICK, *words],
            cwd=REPOSITORY,
            env=self.clinic.environment,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        self.clinic.kill(self.running[name])

    def late(self) -> tuple[int, set[str]]:
        """What the doctor ends with, and what it calls late; a worker by its own name, without the machine's."""
        done = subprocess.run(
            [sys.executable, "manage.py", "doctor"],
            cwd=REPOSITORY, env=self.clinic.environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr[-2000:]
        lines = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith("LATE")]
        return done.returncode, {line.split(": ")[0].split("@")[0] for line in lines}

    def until(self, wanted: tuple[int, set[str]]) -> None:
        end = time.monotonic() + PATIENCE
        while (found := self.late()) != wanted:
            assert time.monotonic() < end, (found, wanted)
            time.sleep(0.5)


@pytest.fixture(params=["embedded", "servers"])
def ward(request: pytest.FixtureRequest) -> Iterator[Ward]:
    with ExitStack() as stack:
        clinic = Clinic(stack.enter_context(short_folder("tldeath")))
        if request.param == "servers":
            database = stack.enter_context(own_postgres()).url
            broker = stack.enter_context(redis())
            clinic.environment |= CLINIC | {"DATABASE_URL": database, "REDIS_URL": broker}
        clinic.environment |= {"WORKERS": "1", "MAIL_WORKERS": "1"}
        clinic.run("-c", PREPARE + MIGRATE)
        ward = Ward(clinic)
        for name in STOPS_WITH:
            ward.start(name)
            stack.callback(ward.kill, name)
        yield ward


def test_whichever_process_is_killed_is_named(ward: Ward) -> None:
    """One after the other, and none is started again before the end: at each step all that stand still are named."""
    ward.until((0, set()))
    late: set[str] = set()
    for name, stopped in STOPS_WITH.items():
        ward.kill(name)
        late |= stopped | (set() if name == "beat" else {f"worker {name}"})
        ward.clinic.do(FOUR_MINUTES_LATER)
        ward.until((1, late))
    for name in STOPS_WITH:
        ward.start(name)
    ward.until((0, set()))
