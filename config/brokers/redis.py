"""Redis as a broker: kombu's, in which a message that cannot be read does not end the worker."""

from __future__ import annotations

from functools import partial
from typing import Any

from kombu.transport import redis, virtual
from redis import Redis

from config.brokers import messages

ASIDE = "unreadable"
ASIDE_AT_MOST = 1000  # of them the newest stay: they are there to be looked at, and memory is not
TAKING = frozenset({"BRPOP", "RPOP"})


class Channel(redis.Channel):
    def _get_client(self) -> Any:
        """What kombu makes its client by."""
        return partial(Client, channel=self)

    def unreadable(self) -> int:
        """How many lie aside."""
        with self.conn_or_acquire() as client:
            return int(client.llen(ASIDE))


class Client(Redis):
    def __init__(self, *, channel: virtual.Channel, **options: Any) -> None:
        super().__init__(**options)
        self.channel = channel

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        """The answer of the server; of a message that nobody can read, as if there had been none."""
        answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]  # redis-py's
        if command_name not in TAKING or not answer:
            return answer
        queue, raw = answer if command_name == "BRPOP" else (b"", answer)
        if messages.read(raw, self.channel) is not None:
            return answer
        with self.pipeline() as pipe:
            pipe.lpush(ASIDE, raw)
            pipe.ltrim(ASIDE, 0, ASIDE_AT_MOST - 1)
            pipe.execute()
        messages.tell_set_aside(queue.decode())
        return None


class Transport(redis.Transport):
    Channel = Channel
