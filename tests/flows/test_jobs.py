"""Faults: a worker killed in the middle, a broker that is gone, messages delivered again. The courses end right.

A real Celery worker on the file broker, in a clinic of its own: a folder with its own database and keys.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.servers import redis, short_folder

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

PATIENTS = 12
REPOSITORY = Path(__file__).parents[2]
PREPARE = "import django; django.setup()\n"
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
SEED = f"""
from tests.cast import person
from tests.reports.clinic import another_episode, rate
from tracking.actions import care
from tracking.vocabulary import Role
site = care.create_site(by=None, key="north", name="North", crisis_contacts="Crisis line, 0800 111 0 111")
team = care.create_team(by=None, site=site, name="A")
user = person("Clara Clinician", Role.CLINICIAN)
for number in range({PATIENTS}):
    episode = another_episode(team, user)
    for day, total in {{0: 24, 14: 6, 42: 5, 60: 10 + number}}.items():
        rate(episode, user, day, total)
"""
ANOTHER_SCORE = """
from tests.reports.clinic import rate
from tracking.models import TreatmentEpisode, User
from tracking.tasks import nudge_episode
episode = TreatmentEpisode.objects.latest("pk")
rate(episode, User.objects.get(), 75, 3)
nudge_episode(episode.pk)
"""
DELIVER_THREE_TIMES = """
from reports.tasks import recompute_episode
from tracking.models import TreatmentEpisode
for pk in list(TreatmentEpisode.objects.values_list("pk", flat=True)) * 3:
    recompute_episode.delay(pk)
"""
SWEEP = "from reports.tasks import sweep; sweep()"
FROM_NOTHING = """
from django.core.management import call_command
from reports.models import CourseFlag, EpisodeCourse
CourseFlag.objects.all().delete()
EpisodeCourse.objects.all().delete()
call_command("sweep", all=True)
"""
DIE_WHILE_WRITING = """
import os, signal
from reports.actions import courses
courses._store_flags = lambda *anything: os.kill(os.getpid(), signal.SIGKILL)
courses.recompute_episode(episode_id=1)
"""


class Clinic:
    """A folder with a database, keys and a broker, and processes that work in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at_work: subprocess.Popen
        outside = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS")
        kept = {name: value for name, value in os.environ.items() if name not in outside}
        self.environment = kept | {
            "THROUGHLINE_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def run(self, *arguments: str) -> int:
        """Runs Python in the clinic. Fails with what it said, unless it ended well or was killed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
        return done.returncode

    def do(self, code: str) -> int:
        return self.run("-c", PREPARE + code)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen]:
        """Two processes that take messages; the whole group is gone afterwards."""
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "ERROR"]
        process = subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, start_new_session=True)
        self.at_work = process
        try:
            yield process
        finally:
            self.kill(process)

    @staticmethod
    def kill(process: subprocess.Popen) -> None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()

    def rows(self, query: str) -> list[tuple]:
        file = self.folder / "data" / "throughline.sqlite3"
        with closing(sqlite3.connect(file, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def behind(self) -> int:
        return self.rows("SELECT count(*) FROM tracking_episodemark WHERE wanted_rev > done_rev")[0][0]

    def wait_until(self, behind: int, seconds: float = 120) -> None:
        """Waits for at most so many episodes behind, while there is a worker."""
        end = time.monotonic() + seconds
        while self.behind() > behind:
            assert self.at_work.poll() is None, "the worker has ended"
            assert time.monotonic() < end, f"{self.behind()} episodes are still behind"
            time.sleep(0.02)

    def derived(self) -> list[tuple]:
        """All courses, and the flags that are open, without keys and times."""
        courses = self.rows(
            "SELECT episode_id, instrument, inputs_hash, latest, remission, details "
            "FROM reports_episodecourse ORDER BY episode_id, instrument"
        )
        flags = self.rows(
            "SELECT episode_id, kind, day, sentence, evidence_hash FROM reports_courseflag "
            "WHERE state = 'open' ORDER BY episode_id, kind, day"
        )
        return [*((*row[:-1], json.dumps(json.loads(row[-1]), sort_keys=True)) for row in courses), *flags]

    def of_a_clean_run(self) -> list[tuple]:
        """What a fresh computation of the same data gives."""
        self.do(FROM_NOTHING)
        return self.derived()


@pytest.fixture(scope="module")
def seeded() -> Iterator[Path]:
    with short_folder("tljobs") as folder:
        clinic = Clinic(folder)
        clinic.do(MIGRATE + SEED)
        yield folder


@pytest.fixture
def clinic(seeded: Path) -> Iterator[Clinic]:
    """A copy of the seeded clinic: nothing of one test reaches another."""
    with short_folder("tljob") as folder:
        shutil.copytree(seeded, folder, dirs_exist_ok=True)
        yield Clinic(folder)


def test_a_worker_killed_while_it_writes_leaves_nothing_half_done(clinic: Clinic) -> None:
    assert clinic.do(DIE_WHILE_WRITING) == -signal.SIGKILL
    mark = clinic.rows("SELECT attempts, done_rev FROM tracking_episodemark WHERE episode_id = 1")
    assert mark == [(1, 0)]
    assert clinic.derived() == []
    clinic.run("manage.py", "sweep")
    assert clinic.behind() == 0
    assert clinic.derived() == clinic.of_a_clean_run()


def test_messages_delivered_again_and_a_worker_group_killed_between_them(clinic: Clinic) -> None:
    clinic.do(DELIVER_THREE_TIMES)
    with clinic.worker() as first:
        clinic.wait_until(behind=PATIENTS - 2)
        clinic.kill(first)
    clinic.do(SWEEP)
    with clinic.worker():
        clinic.wait_until(behind=0)
    found = clinic.derived()
    assert len([row for row in found if row[1] == "hamd17"]) == PATIENTS
    assert found == clinic.of_a_clean_run()


def test_without_the_broker_directory_a_score_is_stored_and_the_course_follows(clinic: Clinic) -> None:
    with clinic.worker():
        clinic.do(SWEEP)
        clinic.wait_until(behind=0)
        shutil.rmtree(clinic.folder / "broker")
        clinic.do(
            "import shutil\nfrom django.conf import settings\nshutil.rmtree(settings.VAR / 'broker')"
            + ANOTHER_SCORE
        )
    assert clinic.behind() == 1
    with clinic.worker():
        clinic.do(SWEEP)
        clinic.wait_until(behind=0)
    assert clinic.derived() == clinic.of_a_clean_run()


def test_a_nudge_over_redis_brings_the_course_up_to_date(clinic: Clinic) -> None:
    with redis() as url:
        clinic.environment["REDIS_URL"] = url
        with clinic.worker():
            clinic.do(SWEEP)
            clinic.wait_until(behind=0)
            clinic.do(ANOTHER_SCORE)
            clinic.wait_until(behind=0, seconds=30)
    assert clinic.derived() == clinic.of_a_clean_run()


def test_a_dead_redis_fails_no_answer_and_does_not_hold_it_up(clinic: Clinic) -> None:
    with redis() as url:
        clinic.environment["REDIS_URL"] = url
    before = clinic.behind()
    began = time.monotonic()
    clinic.do("import time\nstart = time.monotonic()" + ANOTHER_SCORE + "assert time.monotonic() - start < 5")
    assert time.monotonic() - began < 60
    assert clinic.behind() == before
    assert clinic.rows("SELECT max(wanted_rev) FROM tracking_episodemark")[0][0] >= 5
