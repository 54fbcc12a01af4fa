"""The broker of files, for a clinic without Redis: kombu's, in which nobody reads what is still being written.

kombu makes a file and then fills it. A worker that looks in between takes an empty message, and ends.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: object, **kwargs: object) -> None:  # type: ignore[override]  # two above, two names
        """A message has its name, which readers look for, when it is whole. Raises ``ChannelError``."""
        name = f"{time.monotonic_ns()}_{uuid.uuid4()}"  # they are taken in order of name
        part = Path(self.data_folder_out, f"{name}.part")
        try:
            part.write_text(dumps(payload))
            part.rename(part.with_name(f"{name}.{queue}.msg"))
        except OSError as error:
            raise ChannelError(f"cannot write {part}") from error

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        with self._alone():
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def get_table(self, exchange: str) -> list[Any]:
        with self._alone():
            return super().get_table(exchange)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else reads or writes which queue belongs to which exchange. Raises ``ChannelError``."""
        try:
            with (self.control_folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise ChannelError(f"cannot lock {self.control_folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
