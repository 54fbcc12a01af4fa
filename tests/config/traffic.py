"""Processes that write and read messages by the broker of the settings: what ``test_traffic`` starts.

``write FIRST COUNT`` puts the numbers from FIRST; ``read FILE`` takes them until a file of the same name with ``.stop``
is there and nothing is left, and notes each.
"""

from __future__ import annotations

import sys
from pathlib import Path
from queue import Empty

from kombu import Connection
from kombu.simple import SimpleQueue

from config.celery import app

QUEUE = "traffic"


def write(queue: SimpleQueue, first: int, count: int) -> None:
    for number in range(first, first + count):
        queue.put({"number": number})


def read(queue: SimpleQueue, into: Path) -> None:
    stop = into.with_suffix(".stop")
    with into.open("a") as notes:
        while True:
            last = stop.exists()  # before the look: what was written until then is found
            try:
                message = queue.get(timeout=0.5)
            except Empty:
                if last:
                    return
                continue
            notes.write(f"{message.payload['number']}\n")
            message.ack()


def main(what: str, *arguments: str) -> None:
    connection: Connection = app.connection_for_write()
    with connection, connection.SimpleQueue(QUEUE) as queue:
        if what == "write":
            write(queue, *map(int, arguments))
        else:
            read(queue, Path(arguments[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
