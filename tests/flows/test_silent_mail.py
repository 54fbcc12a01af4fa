"""A mail server that is silent holds up other mail alone; and of two senders at once each mail is sent by one."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from config.run import commands
from tests.flows.test_jobs import MIGRATE, REPOSITORY, Clinic
from tests.servers import short_folder
from tests.smtp import Manner, Server, mail_server

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

MAILS = 60
MAIL = f"""
from tracking.actions.outbox import queue_mail
for number in range({MAILS}):
    queue_mail(to="petra@example.net", subject=f"Mail {{number}}.", body="Open it")
"""
AN_ALERT_OF_YESTERDAY = """
from datetime import timedelta
import time_machine
from django.utils import timezone
from tests.cast import person
from tests.reports.clinic import another_episode
from tests.tracking.actions.test_endings import DARK
from tests.tracking.answers import recorded
from tracking.actions import care
from tracking.vocabulary import Role
with time_machine.travel(timezone.now() - timedelta(days=1)):
    site = care.create_site(by=None, key="north", name="North", crisis_contacts="Crisis line, 0800 111 0 111")
    team = care.create_team(by=None, site=site, name="A")
    user = person("Clara Clinician", Role.CLINICIAN)
    recorded(another_episode(team, user), None, "phq9", DARK)
"""
ASK = "from tracking.tasks import {0}; {0}.delay()"


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    with short_folder("tlmail") as folder:
        yield Clinic(folder)


@contextmanager
def running(clinic: Clinic, *names: str) -> Iterator[None]:
    """These processes, by the commands that the product starts them with."""
    with ExitStack() as stack:
        for name in names:
            process = subprocess.Popen(
                commands()[name], cwd=REPOSITORY, env=clinic.environment, start_new_session=True
            )
            stack.callback(clinic.kill, process)
        yield


def until(true: Callable[[], object], seconds: float = 120) -> float:
    """Waits, and returns for how long."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def escalated(clinic: Clinic) -> bool:
    return clinic.rows("SELECT escalated_at FROM tracking_safetyalert") != [(None,)]


def sent(clinic: Clinic) -> int:
    return clinic.rows("SELECT count(*) FROM tracking_outboxmail WHERE sent_at IS NOT NULL")[0][0]


def of_server(clinic: Clinic, server: Server, code: str) -> None:
    clinic.environment["EMAIL_URL"] = server.url
    clinic.do(MIGRATE + code)


def test_an_alert_does_not_wait_behind_sixty_mails_to_a_silent_server(clinic: Clinic) -> None:
    with mail_server(Manner.SILENT) as server:
        of_server(clinic, server, AN_ALERT_OF_YESTERDAY + MAIL)
        with running(clinic, "safety", "mail"):
            clinic.do(ASK.format("send_outbox"))
            until(lambda: server.met >= 8)  # side by side: each sender has met it
            assert clinic.behind() == 1
            clinic.do(ASK.format("escalate_alerts") + "\nfrom reports.tasks import sweep; sweep.delay()")
            waited = until(lambda: escalated(clinic) and not clinic.behind())
            print(f"escalated and computed {waited:.1f} s after {MAILS} mails were asked for")
    assert waited < 5
    assert sent(clinic) == 0


def test_of_two_senders_that_run_at_once_each_mail_is_sent_by_one(clinic: Clinic) -> None:
    with mail_server(Manner.TAKES) as server:
        of_server(clinic, server, MAIL)
        with running(clinic, "mail"), running(clinic, "mail"):
            for _ in range(3):
                clinic.do(ASK.format("send_outbox"))
            until(lambda: sent(clinic) == MAILS)
            time.sleep(2)
        taken = [letter.split("Subject: ")[1].splitlines()[0] for letter in server.taken]
    assert sorted(taken) == sorted(f"Mail {number}." for number in range(MAILS))
