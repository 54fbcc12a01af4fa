"""How long a growth model takes, beside statsmodels MixedLM on the same data in the same run.

    python -m tests.benchmarks.growth [EPISODES] [--beside EPISODES]

Prints medians of five runs. MixedLM is run on a smaller cohort, since it takes minutes on a large one.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from reports.stats.design import Design, Dropped, design
from reports.stats.growth import GrowthFit, fit_growth, fit_sums
from reports.stats.sums import episode_sums, merge
from tests.benchmarks.timing import median_seconds, say


def cohort(episodes: int, seed: int = 1) -> pd.DataFrame:
    """Simulated scores at irregular weeks, four to fifteen per episode, as many as the 100,000-episode target has."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 16, episodes)
    group = np.repeat(np.arange(episodes), sizes)
    week = rng.uniform(0, 26, len(group))
    level, slope = rng.normal(0, 4, episodes), rng.normal(0, 0.3, episodes)
    score = 22 + level[group] + (slope[group] - 0.4) * week + rng.normal(0, 3, len(group))
    return pd.DataFrame({"id": group, "week": week, "score": score})


def ours(frame: pd.DataFrame) -> GrowthFit:
    return fit_growth(frame, outcome="score", time="week", group="id", random="slope")


def from_shards(frame: pd.DataFrame, shards: int) -> GrowthFit:
    parts = [frame[frame["id"] % shards == shard] for shard in range(shards)]
    sums = merge(*(episode_sums(part["id"], part["week"], part["score"]) for part in parts))
    empty: Design = design(pd.DataFrame(index=range(len(sums))), [])
    return fit_sums(
        sums,
        empty,
        empty,
        time="week",
        random="slope",
        method="REML",
        formula="score ~ week + (week | id)",
        dropped=Dropped(0, {}),
    )


def theirs(frame: pd.DataFrame) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = smf.mixedlm("score ~ week", frame, groups="id", re_formula="~week")
        return float(model.fit(reml=True).llf)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("episodes", nargs="?", type=int, default=100_000)
    parser.add_argument("--beside", type=int, default=1_000, help="episodes of the cohort for both")
    given = parser.parse_args()
    small, large = cohort(given.beside), cohort(given.episodes)
    us, them = median_seconds(lambda: ours(small)), median_seconds(lambda: theirs(small))
    say(f"{given.beside} episodes: ours {us:.4f} s, MixedLM {them:.2f} s, {them / us:.0f} times")
    say(f"log-likelihood: ours {ours(small).log_likelihood:.6f}, MixedLM {theirs(small):.6f}")
    sums = episode_sums(large["id"], large["week"], large["score"])
    seconds = median_seconds(lambda: ours(large))
    summing = median_seconds(lambda: episode_sums(large["id"], large["week"], large["score"]))
    say(f"{len(sums)} episodes, {sums.n_obs} scores: {seconds:.3f} s in all, summing alone {summing:.3f} s")
    equal = all(ours(large).coef == from_shards(large, shards).coef for shards in (2, 8, 64))
    say(f"fits of 2, 8 and 64 shards bitwise equal to the whole: {equal}")


if __name__ == "__main__":
    main()
