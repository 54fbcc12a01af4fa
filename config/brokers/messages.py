"""What both brokers do with a message that nobody can read: it is set aside, counted and logged, and stops nobody.

kombu raises out of the loop of the worker, which ends, and so does every worker that is started after it.
"""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import loads

log = logging.getLogger(__name__)


def read(raw: str | bytes, channel: virtual.Channel) -> dict[str, Any] | None:
    """The message, when the worker will be able to make one of it; else ``None``."""
    try:
        payload: dict[str, Any] = loads(raw.decode() if isinstance(raw, bytes) else raw)
        virtual.Message(payload, channel=channel)
        where = payload["properties"]["delivery_info"]
        return payload if {"exchange", "routing_key"} <= where.keys() else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def tell_set_aside(queue: str) -> None:
    """Says that there was one and never what it held."""
    log.error("an unreadable message of the queue %s was set aside", queue)
