"""Nothing lost, nothing double, no alert late, memory flat: 50 people send for as long as it takes, while things break.

python -m tests.benchmarks.soak [submissions [minutes]]

PostgreSQL, Redis and all processes of a clinic, as ``config.run`` starts them. Every ten seconds a process of a worker
is killed; Redis is stopped twice and the database is stopped twice, each for some seconds. Whoever gets no answer sends
the same again, as programs do; now and then one is sent twice although it was answered. At the end it is counted, and
every course is computed again from nothing and compared. 20,000 submissions if not said otherwise, which takes more
than an hour; what has not been begun after so many minutes is not begun. Ends with status 1 when something does not
hold.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.utils import timezone

from config.run import commands
from config.supervisor import Supervisor, interruptible
from tests.benchmarks.timing import say
from tests.deployment import CLINIC
from tests.servers import Postgres, free_port, own_postgres, redis, short_folder, wait_for_port

REPOSITORY = Path(__file__).parents[2]
USERS, EPISODES = 50, 20  # of each user
SUBMISSIONS, MINUTES = 20_000, 600
PAUSE = 10.0  # seconds on average between two submissions of one person
DARK, AGAIN = (
    0.05,
    0.02,
)  # share with an endorsed safety item; share that is sent twice although it was answered
KILL_EVERY, LOOK_EVERY = 10.0, 5.0  # seconds
AWAY = 5.0  # seconds for which a server is stopped
REDIS_STOPS, DATABASE_STOPS = (0.25, 0.65), (0.4, 0.8)  # when so much of it has been sent
ALERT_LIMIT = 5.0  # seconds
CATCH_UP = 1200.0  # seconds for which courses that are behind are waited for
FLAT = 1.1  # times the memory of the second fifth, in the last fifth
KILLED = ("safety", "worker", "mail")
SEED = f"""
import json, django
django.setup()
from django.core.management import call_command
for words in (["migrate"], ["createcachetable"], ["collectstatic", "--noinput"]):
    call_command(*words, verbosity=0)
from tests.cast import days_ago, person
from tests.reports.clinic import another_episode
from tracking.actions import care, tokens
from tracking.vocabulary import Role
site = care.create_site(by=None, key="north", name="North", crisis_contacts="Crisis line, 0800 111 0 111")
told = []
for number in range({USERS}):
    team = care.create_team(by=None, site=site, name=f"Team {{number}}")
    user = person(f"Clinician {{number}}", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=user, is_lead=True, starts_on=days_ago(400))
    episodes = [another_episode(team, user) for _ in range({EPISODES})]
    began = max(each.starts_on for each in episodes)
    told.append({{
        "token": tokens.create_token(by=user)[1],
        "episodes": [str(each.public_id) for each in episodes],
        "day": str(began),
    }})
print(json.dumps(told))
"""
STORED = """
    SELECT submission_id::text, raised_at FROM tracking_assessment
    LEFT JOIN tracking_safetyalert ON tracking_safetyalert.assessment_id = tracking_assessment.id
"""
COURSES = """
import hashlib, json, sys, django
django.setup()
from django.core.management import call_command
from reports.models import CourseFlag, EpisodeCourse
if "anew" in sys.argv:
    CourseFlag.objects.all().delete()
    EpisodeCourse.objects.all().delete()
    call_command("sweep", all=True, verbosity=0, stdout=sys.stderr)
rows = EpisodeCourse.objects.order_by("episode", "instrument")
told = [list(row) for row in rows.values_list("episode", "instrument", "inputs_hash", "latest", "details")]
print(len(told), hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest())
"""


@dataclass
class Sent:
    """What a submission has been through, as its sender knows it."""

    dark: bool
    asked_at: list[float] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the last try until it was answered."""
        return self.asked_at[1] - self.asked_at[0]


class Sender:
    """One person's program. Sends until all have sent what they are to send together."""

    def __init__(self, port: int, facts: dict[str, Any], number: int, left: Iterator[int]) -> None:
        self.port, self.facts, self.left = port, facts, left
        self.random = random.Random(number)  # noqa: S311 (who sends what, the same in each run)
        self.sent: dict[str, Sent] = {}
        self.tries, self.refused = 0, ""

    def run(self) -> None:
        for _ in self.left:
            time.sleep(self.random.expovariate(1 / PAUSE))
            name = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            dark = self.random.random() < DARK
            body = json.dumps(self._body(name, dark))
            one = self.sent[name] = Sent(dark)
            for _ in range(2 if self.random.random() < AGAIN else 1):
                while not self._answered(body, one):
                    time.sleep(1)

    def _body(self, name: str, dark: bool) -> dict[str, Any]:
        answers = {str(item): self.random.randint(0, 3) for item in range(1, 9)}
        return {
            "episode": self.random.choice(self.facts["episodes"]),
            "instrument": "phq9",
            "answers": answers | {"9": self.random.randint(1, 3) if dark else 0},
            "assessed_on": self.facts["day"],
            "submission_id": name,
            "two_sheets": True,
        }

    def _answered(self, body: str, one: Sent) -> bool:
        self.tries += 1
        began = timezone.now().timestamp()
        headers = {
            "Host": CLINIC["ALLOWED_HOSTS"],
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "198.51.100.7",
            "Authorization": f"Token {self.facts['token']}",
            "Content-Type": "application/json",
        }
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("POST", "/api/v1/assessments/", body, headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        if answer.status in (429, 503):
            return False
        if answer.status not in (200, 201):
            self.refused = f"{answer.status} {said[:300].decode()}"
            raise SystemExit
        one.asked_at = one.asked_at or [began, timezone.now().timestamp()]
        one.answered.append(answer.status)
        return True


class Breaking:
    """What goes wrong, and when; and how much memory each process has, in between."""

    def __init__(self, processes: Supervisor, server: Postgres, broker: int, stack: ExitStack) -> None:
        self.processes, self.server, self.port, self.stack = processes, server, broker, stack
        self.random = random.Random(7)  # noqa: S311 (what is killed, the same in each run)
        self.redis = stack.enter_context(ExitStack())
        self.redis.enter_context(redis(broker))
        self.kills = 0
        self.next_kill = self.next_look = time.monotonic() + KILL_EVERY
        self.back: list[tuple[float, Callable[[], object]]] = []
        self.due = sorted(
            [(at, self.stop_redis) for at in REDIS_STOPS]
            + [(at, self.stop_database) for at in DATABASE_STOPS],
            key=lambda each: each[0],
        )
        self.memory: list[dict[str, float]] = []

    def look(self, share: float) -> None:
        """At each turn, when such a share has been sent."""
        now = time.monotonic()
        while self.due and share >= self.due[0][0]:
            self.due.pop(0)[1]()
        while self.back and now >= self.back[0][0]:
            self.back.pop(0)[1]()
        if now >= self.next_kill:
            self.kill()
            self.next_kill = now + KILL_EVERY
        if now >= self.next_look:
            self.memory.append({each.name: megabytes(each) for each in self.processes.kept})
            self.next_look = now + LOOK_EVERY

    def stop_redis(self) -> None:
        self.redis.close()
        self.back.append((time.monotonic() + AWAY, lambda: self.redis.enter_context(redis(self.port))))

    def stop_database(self) -> None:
        self.server.stop()
        self.back.append((time.monotonic() + AWAY, self.server.start))

    def kill(self) -> None:
        """A process of a worker: its parent, or one of those that compute for it."""
        parents = [each.process.pid for each in self.processes.kept if each.name in KILLED and each.process]
        alive = [one for parent in parents for one in (parent, *children(parent))]
        if alive:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(self.random.choice(alive), signal.SIGKILL)
                self.kills += 1


def children(parent: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


def megabytes(kept: Any) -> float:
    """Of its own, that is not shared with others, of the process and its children."""
    if kept.process is None:
        return 0.0
    total = 0
    for one in (kept.process.pid, *children(kept.process.pid)):
        with suppress(OSError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))
    return total / 1024


def clinic(folder: Path, database: str, broker: int, port: int) -> dict[str, str]:
    return os.environ | CLINIC | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{broker}/0",
        "BIND": f"127.0.0.1:{port}",
        "THROUGHLINE_VAR": str(folder),
        "LOG_LEVEL": "ERROR",
    }  # fmt: skip


def told(environment: dict[str, str], *arguments: str) -> str:
    """The last line that Python prints in the clinic."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


def main(count: int = SUBMISSIONS, minutes: int = MINUTES) -> int:
    with interruptible(), short_folder("tlsoak") as folder, ExitStack() as stack:
        server = stack.enter_context(own_postgres(switched_off=()))
        port, broker = free_port(), free_port()
        environment = clinic(folder, server.url, broker, port)
        facts = json.loads(told(environment, "-c", SEED))
        say(f"{USERS} people with {EPISODES} patients each; {count} submissions, or {minutes} minutes")
        processes = Supervisor(commands(), environment)
        stack.callback(processes.stop)
        breaking = Breaking(processes, server, broker, stack)
        processes.tend()
        wait_for_port(port, 240)
        numbers = Numbers(count, minutes)
        senders, seconds = send(processes, breaking, facts, port, numbers)
        say(f"{numbers.given} sent within {seconds:.0f} s; {breaking.kills} processes killed")
        waited = until_caught_up(processes, server)
        return report(senders, breaking, environment, waited)


class Numbers:
    """As many as are to be sent together: each once, whoever asks."""

    def __init__(self, count: int, minutes: float) -> None:
        self.count, self.given, self.lock = count, 0, threading.Lock()
        self.seconds = 60 * minutes
        self.end = time.monotonic() + self.seconds

    @property
    def share(self) -> float:
        """Of what is to be sent or of the time, whichever is further."""
        gone = 1 - (self.end - time.monotonic()) / self.seconds
        return max(self.given / self.count, gone)

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self.lock:
            if self.given == self.count or time.monotonic() > self.end:
                raise StopIteration
            self.given += 1
            return self.given


def send(
    processes: Supervisor, breaking: Breaking, facts: list[dict[str, Any]], port: int, numbers: Numbers
) -> tuple[list[Sender], float]:
    """Until all is sent and what was stopped is there again. Returns who has sent it, and the seconds it took."""
    senders = [Sender(port, each, number, numbers) for number, each in enumerate(facts)]
    threads = [threading.Thread(target=each.run, daemon=True) for each in senders]
    began = time.monotonic()
    for each in threads:
        each.start()
    while breaking.back or any(each.is_alive() for each in threads):
        processes.tend()
        breaking.look(numbers.share)
        time.sleep(0.1)
    return senders, time.monotonic() - began


def asked(server: Postgres, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url) as line:
        return line.execute(statement.encode()).fetchall()


def until_caught_up(processes: Supervisor, server: Postgres) -> float:
    """Seconds from the last submission until every course is up to date; no longer than it is waited for."""
    began = time.monotonic()
    behind = "SELECT count(*) FROM tracking_episodemark WHERE wanted_rev > done_rev"
    while asked(server, behind) != [(0,)]:
        if time.monotonic() - began > CATCH_UP:
            break
        processes.tend()
        time.sleep(0.5)
    return time.monotonic() - began


def report(senders: list[Sender], breaking: Breaking, environment: dict[str, str], waited: float) -> int:
    """Says what was found. Returns 1 when something does not hold."""
    sent = {name: one for sender in senders for name, one in sender.sent.items()}
    seconds = sorted(one.seconds for one in sent.values() if one.asked_at)
    tries = sum(sender.tries for sender in senders)
    say(f"{tries} tries; from the try that was answered to its answer:")
    p95 = seconds[int(0.95 * len(seconds))]
    say(f"p50 {statistics.median(seconds):.2f} s, p95 {p95:.2f} s, longest {seconds[-1]:.2f} s")
    checks = (
        {f"refused: {len(refused)} {refused[:1]}": not refused}
        if (refused := [s.refused for s in senders if s.refused])
        else {}
    )
    checks |= {f"every course is up to date {waited:.0f} s after the last submission": waited < CATCH_UP}
    checks |= counted(sent, asked(breaking.server, STORED))
    now, anew = told(environment, "-c", COURSES), told(environment, "-c", COURSES, "anew")
    checks |= {f"courses as they are computed from nothing: {now.split()[0]}": now == anew}
    checks |= memory(breaking.memory)
    for what, holds in checks.items():
        say(f"{'ok' if holds else 'NOT':3}  {what}")
    return int(not all(checks.values()))


def counted(sent: dict[str, Sent], stored: list[tuple[Any, ...]]) -> dict[str, bool]:
    """What was stored, with its alert, against what was sent."""
    names = [name for name, _ in stored]
    alerts = {name: raised_at for name, raised_at in stored if raised_at}
    dark = {name for name, one in sent.items() if one.dark}
    twice = sum(one.answered.count(201) > 1 for one in sent.values())
    late = max(
        (raised_at.timestamp() - sent[name].asked_at[0] for name, raised_at in alerts.items()), default=0
    )
    lost = len(set(sent) - set(names))
    return {
        f"lost: {lost} of {len(sent)}": lost == 0,
        f"double: {len(names) - len(set(names))}": len(names) == len(set(names)),
        f"called new twice: {twice}": twice == 0,
        f"alerts: {len(alerts)} of {len(dark)}": set(alerts) == dark,
        f"the latest alert was raised {late:.2f} s after its answers were sent": late <= ALERT_LIMIT,
    }


def memory(looks: list[dict[str, float]]) -> dict[str, bool]:
    """Of the web, which nobody kills: what it has at the end against what it had when it was warm."""
    own = [look["web"] for look in looks if look["web"]]
    fifth = max(1, len(own) // 5)
    early, last = statistics.median(own[fifth : 2 * fifth] or own), statistics.median(own[-fifth:])
    others = {name: max(look[name] for look in looks) for name in looks[0] if name != "web"}
    most = ", ".join(f"{name} {value:.0f}" for name, value in others.items())
    return {f"memory of the web: {early:.0f}, at the end {last:.0f} MB; at most {most}": last <= FLAT * early}


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
