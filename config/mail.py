"""SMTP that comes to an end, whatever the server does.

A time-out of a socket begins anew with every byte: a server that sends one now and then could hold a mail, and the
thread that sends it, for hours, until the claim on that mail is over and a second sender takes it as well.
"""

from __future__ import annotations

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.mail.backends import smtp


class Bounded(smtplib.SMTP):
    """Cuts the line ``EMAIL_DEADLINE`` seconds after it was made."""

    _end: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # the stubs leave it out
        self._end = Timer(settings.EMAIL_DEADLINE, self._cut)
        self._end.daemon = True
        self._end.start()
        return made

    def _cut(self) -> None:
        """Whoever waits for the server finds the line closed. By the plain socket: TLS would say goodbye first."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        if self._end is not None:
            self._end.cancel()
        super().close()


class BoundedTLS(Bounded, smtplib.SMTP_SSL):
    pass


class Backend(smtp.EmailBackend):
    @property
    def connection_class(self) -> Any:
        return BoundedTLS if self.use_ssl else Bounded
