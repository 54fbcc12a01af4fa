"""The broker of files: whoever reads meets whole messages, also while others write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from config.brokers.files import Channel

MESSAGES = 2_000


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    options = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    with Connection(
        "localhost", transport="config.brokers.files:Transport", transport_options=options
    ) as found:
        yield found


def whole(number: int) -> dict[str, object]:
    """A message as the worker needs it."""
    where = {"exchange": "celery", "routing_key": "celery"}
    return {"number": number, "properties": {"delivery_tag": number, "delivery_info": where}}


def taken(channel: Channel) -> object:
    try:
        return channel._get("celery")
    except Empty:
        return None


def test_a_message_is_taken_whole_while_others_are_written(connection: Connection) -> None:
    writer, reader = connection.channel(), connection.channel()
    found = []

    def write() -> None:
        for number in range(MESSAGES):
            writer._put("celery", whole(number))

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        found.append(taken(reader))
    thread.join()
    while message := taken(reader):
        found.append(message)
    assert [each["number"] for each in found if each] == list(range(MESSAGES))


def test_processes_that_start_at_once_meet_at_one_table(connection: Connection, tmp_path: Path) -> None:
    """Each tells which queue it knows, and reads it back, when nothing is there yet."""
    problems: list[Exception] = []

    def start(number: int) -> None:
        channel = connection.channel()
        try:
            channel._queue_bind("celery", f"key {number}", "", "celery")
            assert channel.get_table("celery")
        except Exception as problem:  # it is looked at below
            problems.append(problem)

    for turn in range(100):
        (tmp_path / "celery.exchange").unlink(missing_ok=True)
        threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == [], f"in turn {turn}"
        assert len(connection.channel().get_table("celery")) == 4


def test_a_folder_that_is_gone_is_told_and_no_half_message_is_left(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, gone = connection.channel(), tmp_path / "gone"
    monkeypatch.setattr(Channel, "data_folder_out", gone)
    monkeypatch.setattr(Channel, "control_folder", gone)
    with pytest.raises(ChannelError, match=f"cannot write {gone}"):
        channel._put("celery", {"number": 1})
    with pytest.raises(ChannelError, match=f"cannot lock {gone}"):
        channel.get_table("celery")
    assert not gone.exists()


def test_a_folder_that_is_gone_has_no_messages(connection: Connection, tmp_path: Path) -> None:
    channel = connection.channel()
    channel.data_folder_in = str(tmp_path / "gone")
    assert taken(channel) is None


def test_a_disk_that_fails_is_told_and_no_half_message_stays(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = connection.channel()
    channel._put("celery", whole(1))

    def full(self: Path, *anything: object) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        disk.setattr(Path, "read_bytes", full)
        with pytest.raises(ChannelError, match="cannot write"):
            channel._put("celery", whole(2))
        with pytest.raises(ChannelError, match="cannot take"):
            channel._get("celery")
    assert [each.suffix for each in tmp_path.iterdir()] == [".msg"]
