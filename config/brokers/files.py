"""The broker of files, for a clinic without Redis: kombu's, in which nobody reads what is still being written.

kombu makes a file and then fills it. A worker that looks in between takes an empty message, and ends. It also lists
the whole folder for every message, so that a thousand of them cost a million names; here a list is used up first.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

from config.brokers import messages


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: object, **kwargs: object) -> None:  # type: ignore[override]  # two above, two names
        """A message has its name, which readers look for, when it is whole. Raises ``ChannelError``."""
        name = f"{time.monotonic_ns()}_{uuid.uuid4()}"  # they are taken in order of name
        part = Path(self.data_folder_out, f"{name}.part")
        try:
            part.write_text(dumps(payload))
            part.rename(part.with_name(f"{name}.{queue}.msg"))
        except OSError as error:
            part.unlink(missing_ok=True)  # of a full disk: half a message would stay for good
            raise ChannelError(f"cannot write {part}") from error

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """The oldest message. One that cannot be read is set aside. Raises ``Empty``."""
        while file := self._oldest(queue):
            if message := self._take(file, queue):
                return message
        raise Empty

    def _oldest(self, queue: str) -> Path | None:
        names = self._listed.setdefault(queue, deque())
        if not names:
            names.extend(sorted(self._names(queue)))
        return Path(self.data_folder_in, names.popleft()) if names else None

    @cached_property
    def _listed(self) -> dict[str, deque[str]]:
        """Names by queue, of which others may have taken some meanwhile."""
        return {}

    def _names(self, queue: str) -> list[str]:
        try:
            return [name for name in os.listdir(self.data_folder_in) if name.endswith(f".{queue}.msg")]
        except FileNotFoundError:  # whoever starts next makes the folder again
            return []

    def _take(self, file: Path, queue: str) -> dict[str, Any] | None:
        """The message, if it is still there and ours: of many readers one removes the file. Raises
        ``ChannelError``."""
        try:
            message = messages.read(file.read_bytes(), self)
            if message is None:
                self._set_aside(file, queue)
            else:
                file.unlink()
        except FileNotFoundError:
            return None
        except IsADirectoryError:
            self._set_aside(file, queue)
            return None
        except OSError as error:
            raise ChannelError(f"cannot take {file}") from error
        return message

    def _set_aside(self, file: Path, queue: str) -> None:
        folder = Path(self.transport_options["unreadable_folder"])
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            file.rename(folder / file.name)
        except FileNotFoundError:  # another reader has done it
            return
        messages.tell_set_aside(queue)

    def unreadable(self) -> int:
        """How many lie aside."""
        return sum(1 for _ in Path(self.transport_options["unreadable_folder"]).glob("*.msg"))

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
