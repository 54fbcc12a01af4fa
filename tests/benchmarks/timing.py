"""How long something takes, and how the benchmarks speak."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

RUNS = 5


def median_seconds(
    task: Callable[[], object], runs: int = RUNS, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Median time of the runs, after one to warm up. By ``clock`` wall time, else that of the processor."""
    task()
    times = []
    for _ in range(runs):
        start = clock()
        task()
        times.append(clock() - start)
    return statistics.median(times)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
