"""Many processes write while some read, on both brokers: nothing is lost, nothing comes twice, nobody falls over."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kombu import Connection
from redis import Redis

from tests.config.traffic import QUEUE
from tests.servers import redis, short_folder

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

WRITERS, EACH, READERS = 8, 2_500, 2
REPOSITORY = Path(__file__).parents[2]
BROKEN = (
    "",
    "{",
    "[]",
    "{}",
    '{"properties": {}}',
    '{"properties": {"delivery_tag": 1, "delivery_info": {}}}',
)


@contextmanager
def clinic(broker: str) -> Iterator[dict[str, str]]:
    """The environment of a site that has this broker."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with short_folder("tltr") as folder:
        here = kept | {"THROUGHLINE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        if broker == "files":
            yield here
        else:
            with redis() as url:
                yield here | {"REDIS_URL": url}


def started(environment: dict[str, str], *arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.config.traffic", *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen) -> str:
    """What it has complained of."""
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said
    return said


def break_into(environment: dict[str, str]) -> None:
    """Somebody puts what no message is between the others."""
    if url := environment.get("REDIS_URL"):
        with Redis.from_url(url) as server:
            server.rpush(QUEUE, *BROKEN)
        return
    folder = Path(environment["THROUGHLINE_VAR"], "broker", "queue")
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(BROKEN):
        (folder / f"{number}_broken.{QUEUE}.msg").write_text(text)
    (folder / f"a_folder.{QUEUE}.msg").mkdir()


def lying_aside(environment: dict[str, str]) -> int:
    code = (
        "from config.celery import app\n"
        "with app.connection_for_read() as connection: print(connection.default_channel.unreadable())"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )
    return int(asked.stdout)


@pytest.mark.parametrize("broker", ["files", "redis"])
def test_twenty_thousand_messages_of_eight_processes_while_two_read(broker: str, tmp_path: Path) -> None:
    notes = [tmp_path / f"{number}.taken" for number in range(READERS)]
    with clinic(broker) as environment:
        break_into(environment)
        readers = [started(environment, "read", each) for each in notes]
        writers = [started(environment, "write", number * EACH, EACH) for number in range(WRITERS)]
        assert [ended(each) for each in writers] == [""] * WRITERS
        for each in notes:
            each.with_suffix(".stop").touch()
        said = "".join(map(ended, readers))
        aside = lying_aside(environment)
    taken = [int(line) for each in notes for line in each.read_text().split()]
    assert sorted(taken) == list(range(WRITERS * EACH))
    assert all(each.read_text() for each in notes)  # both had a share
    broken = len(BROKEN) + (broker == "files")
    assert (aside, said.count("was set aside")) == (broken, broken)
    assert "Traceback" not in said


def test_a_connection_of_files_counts_what_lies_aside(tmp_path: Path) -> None:
    options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    options["unreadable_folder"] = str(tmp_path / "unreadable")
    with Connection(
        "localhost", transport="config.brokers.files:Transport", transport_options=options
    ) as one:
        assert one.default_channel.unreadable() == 0
