"""How long something takes, and how the benchmarks speak."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

RUNS = 5


def median_seconds(task: Callable[[], object], runs: int = RUNS) -> float:
    """Median wall time of the runs, after one to warm up."""
    task()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
