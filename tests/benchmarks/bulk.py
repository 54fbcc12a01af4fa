"""Scoring a frame of answers beside scoring its rows one by one, in the same run.

    python -m tests.benchmarks.bulk

Prints medians of five runs, in processor time since both run on one core: rows per second, the ratio to one
by one (measured on a sample of the same rows), the memory that was needed at most beyond the frame of answers,
and how time grows with the number of rows.
"""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from measures import registry
from measures.bulk import score_frame, total_frame
from measures.instrument import Instrument, Item
from measures.scoring import score
from tests.benchmarks.timing import median_seconds, say

SAMPLE = 2_000
GAPS = 0.02


def column(item: Item, rows: int, rng: np.random.Generator) -> pd.Series:
    """Random answers to one item, one in fifty missing, in the type that a file is read into."""
    missing = rng.random(rows) < GAPS
    if item.kind == "boolean":
        return pd.Series(rng.random(rows) < 0.5, dtype="boolean").mask(missing)
    if item.kind == "number":
        return pd.Series(rng.integers(math.ceil(item.minimum), int(item.maximum), rows)).mask(missing)
    options = np.array([option.value for option in item.options], float)
    return pd.Series(rng.choice(options, rows)).mask(missing)


def random_answers(instrument: Instrument, rows: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({item.code: column(item, rows, rng) for item in instrument.items})


def sample_of(answers: pd.DataFrame) -> list[dict[str, object]]:
    few = answers.head(SAMPLE).astype(object)
    return few.where(few.notna(), None).to_dict("records")


def seconds(task: Callable[[], object]) -> float:
    return median_seconds(task, clock=time.process_time)


def peak_bytes(task: Callable[[], object]) -> int:
    tracemalloc.start()
    kept = task()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return peak


def growth_exponent(instrument: Instrument, answers: pd.DataFrame) -> float:
    """Slope of log time over log rows, from a hundredth of the rows to all of them: 1 is proportional."""
    sizes = [len(answers) // 100, len(answers) // 10, len(answers)]
    times = [seconds(lambda size=size: score_frame(instrument, answers.head(size))) for size in sizes]
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def measure(key: str, rows: int) -> None:
    instrument = registry.get(key)
    answers = random_answers(instrument, rows)
    sample = sample_of(answers)
    single = len(sample) / seconds(lambda: [score(instrument, row) for row in sample])
    say(f"{instrument.short_title}: {rows:,} rows, {GAPS:.0%} of the answers missing")
    say(f"  one by one: {single:,.0f} rows a second")
    tasks = {"totals alone": total_frame, "everything": score_frame}
    for name, task in tasks.items():
        rate = rows / seconds(lambda task=task: task(instrument, answers))
        memory = peak_bytes(lambda task=task: task(instrument, answers)) / answers.memory_usage().sum()
        say(
            f"  {name}: {rate:,.0f} rows a second, {rate / single:,.0f} times one by one, "
            f"at most {memory:.1f} times the memory of the answers"
        )
    say(f"  time grows with the rows to the power of {growth_exponent(instrument, answers):.2f}")


def main() -> None:
    measure("phq9", 1_000_000)
    measure("caps5", 200_000)


if __name__ == "__main__":
    main()
