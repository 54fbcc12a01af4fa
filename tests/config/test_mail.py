"""A mail comes to an end, whatever the server does, long before a second sender may take it."""

from __future__ import annotations

import smtplib
import time

import pytest
from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.test import override_settings

from config.mail import Backend, BoundedTLS
from tests.smtp import Manner, Server, mail_server
from tracking.actions.outbox import CLAIM_FOR


def sent_by(server: Server) -> int:
    host, port = server.server_address
    line = get_connection("config.mail.Backend", host=host, port=port)
    return send_mail(
        "Some questions", "Open it", "clinic@example.net", ["petra@example.net"], connection=line
    )


def test_a_mail_goes_out() -> None:
    with mail_server(Manner.TAKES) as server:
        assert sent_by(server) == 1
        assert "Subject: Some questions" in server.taken[0]


@override_settings(EMAIL_DEADLINE=1, EMAIL_TIMEOUT=30)
@pytest.mark.parametrize("manner", [Manner.SILENT, Manner.DRIPS])
def test_a_server_that_says_nothing_or_a_letter_now_and_then_is_left(
    manner: Manner,
) -> None:
    began = time.monotonic()
    with mail_server(manner) as server, pytest.raises(smtplib.SMTPException):
        sent_by(server)
    assert time.monotonic() - began < 5


def test_the_end_comes_long_before_the_claim_is_over() -> None:
    assert settings.EMAIL_TIMEOUT < settings.EMAIL_DEADLINE < CLAIM_FOR.total_seconds() / 4


def test_a_server_with_tls_from_the_start_is_bounded_as_well() -> None:
    assert Backend(use_ssl=True).connection_class is BoundedTLS
