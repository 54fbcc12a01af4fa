"""Each process behind the web says once a minute that it lives, and takes that back when it ends as it was told to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from celery.signals import beat_init, worker_ready, worker_shutdown
from django.db import Error, connection
from django.utils import timezone

from tracking.actions import heartbeats
from tracking.rules.lateness import BEAT, BEAT_SECONDS, WORKER

log = logging.getLogger(__name__)
stopped = threading.Event()


@beat_init.connect
def beat_has_begun(**anything: Any) -> None:
    _keep(BEAT)


@worker_ready.connect
def worker_has_begun(sender: Any, **anything: Any) -> None:
    _keep(f"{WORKER}{sender.hostname}")


@worker_shutdown.connect
def worker_ends(sender: Any, **anything: Any) -> None:
    stopped.set()
    _tell(lambda: heartbeats.forget_heartbeat(name=f"{WORKER}{sender.hostname}"))


def _keep(name: str) -> None:
    threading.Thread(target=_beat, args=(name,), daemon=True).start()


def _beat(name: str) -> None:
    while not stopped.is_set():
        _tell(lambda: heartbeats.note_heartbeat(name=name, at=timezone.now()))
        stopped.wait(BEAT_SECONDS)


def _tell(write: Callable[[], None]) -> None:
    """A database that does not answer is for others to tell. No connection stays open for a fork to share."""
    try:
        write()
    except Error as error:
        log.warning("sign of life not stored: %s", type(error).__name__)
    finally:
        connection.close()
