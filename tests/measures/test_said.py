"""What is written of an instrument is what it was: a change shows word for word in ``tests/data/said``."""

from __future__ import annotations

import pytest

from measures import registry
from measures.instrument import Instrument
from tests.measures.said import FOLDER, said

ALL = registry.all_latest()


@pytest.mark.parametrize("instrument", ALL, ids=lambda one: one.key)
def test_it_is_written_as_before(instrument: Instrument) -> None:
    assert said(instrument) == (FOLDER / f"{instrument.key}.txt").read_text(encoding="utf-8")


def test_no_file_is_left_of_what_there_is_no_more() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {one.key for one in ALL}
