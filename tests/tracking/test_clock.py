"""One clock, which a simulated clinic sets and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import time_machine

from tracking import clock

REAL = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
THEN = datetime(2024, 2, 29, 23, 59, tzinfo=UTC)


@time_machine.travel(REAL, tick=False)
def test_it_is_now_unless_it_is_simulated() -> None:
    assert clock.now() == REAL
    with clock.simulated(THEN):
        assert (clock.now(), clock.today()) == (THEN, date(2024, 2, 29))
    assert (clock.now(), clock.today()) == (REAL, date(2026, 3, 29))


@time_machine.travel(REAL, tick=False)
def test_moments_nest_and_end_with_an_error_too() -> None:
    with clock.simulated(THEN):
        with pytest.raises(ZeroDivisionError), clock.simulated(datetime(2025, 1, 1, tzinfo=UTC)):
            raise ZeroDivisionError
        assert clock.now() == THEN
    assert clock.now() == REAL


@time_machine.travel(REAL, tick=False)
def test_another_thread_has_its_own_time() -> None:
    with clock.simulated(THEN), ThreadPoolExecutor(1) as pool:
        assert pool.submit(clock.now).result() == REAL
