"""Mail goes out once, is tried again ever later, and is given up loudly."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

import pytest
from django.core import mail as sent
from django.utils import timezone

from tests.tracking.outgoing import send_all
from tracking.actions import outbox
from tracking.models import OutboxMail
from tracking.tongues import language_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> OutboxMail:
    return outbox.queue_mail(to="petra@example.net", subject="Some questions", body="Open https://x/s/token/")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """SMTP refuses; the list says how often it was tried."""
    tried: list[str] = []

    def fail(subject: str, *args: object) -> None:
        tried.append(subject)
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(outbox, "send_mail", fail)
    return tried


def test_it_goes_out_once_and_keeps_no_link(waiting: OutboxMail) -> None:
    now = timezone.now()
    assert send_all(now) == 1
    assert send_all(now + timedelta(days=1)) == 0
    assert [(one.to, one.subject) for one in sent.outbox] == [(["petra@example.net"], "Some questions")]
    waiting.refresh_from_db()
    assert (waiting.sent_at, waiting.body) == (now, "")


def test_a_claimed_mail_is_left_to_its_worker(waiting: OutboxMail) -> None:
    now = timezone.now()
    OutboxMail.objects.update(claimed_at=now, attempts=1)
    assert send_all(now + timedelta(minutes=1)) == 0
    assert send_all(now + timedelta(minutes=11)) == 1


def test_a_worker_that_comes_second_does_not_send_it_again(waiting: OutboxMail) -> None:
    """Both workers have read the row; the claim decides."""
    now = timezone.now()
    OutboxMail.objects.filter(pk=waiting.pk).update(claimed_at=now)
    assert outbox._send(waiting, now) is False
    assert sent.outbox == []


def test_the_pauses_grow_and_the_last_failure_is_an_error(
    waiting: OutboxMail, refused: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    began = now = timezone.now()
    times: list[datetime] = []
    while now < began + timedelta(days=3):
        before = len(refused)
        send_all(now)
        times += [now] * (len(refused) - before)
        now += timedelta(minutes=5)
    pauses = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert len(times) == outbox.TRIES
    assert all(later > earlier for earlier, later in zip(pauses, pauses[1:], strict=False))
    assert times[-1] - times[0] > timedelta(hours=12)
    assert caplog.records[-1].levelname == "ERROR"
    assert "given up" in caplog.text
    assert "petra" not in caplog.text and "token" not in caplog.text


def test_one_bad_mail_does_not_stop_the_others(waiting: OutboxMail) -> None:
    outbox.queue_mail(to="ok@example.net", subject="bad\nheader", body="")
    outbox.queue_mail(to="ok@example.net", subject="good", body="")
    assert send_all(timezone.now()) == 2
    assert [one.subject for one in sent.outbox] == ["Some questions", "good"]


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        (("de-AT", "es"), "de"),
        (("", "ar"), "ar"),
        (("en", "de"), "en-gb"),
        (("fr-CH", "es-MX"), "es"),
        (("fr", ""), "en-gb"),
        ((), "en-gb"),
    ],
)
def test_somebody_is_written_to_in_the_first_language_that_the_interface_knows(
    wishes: tuple[str, ...], spoken: str
) -> None:
    assert language_of(*wishes) == spoken
