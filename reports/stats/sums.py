"""Six numbers per episode that carry all a linear growth model needs from its scores.

For times t and scores y of one episode: n, Σt, Σt², Σy, Σty, Σy². They add up, so shards of a cohort can be
summed by different workers and merged by one: when each episode lies in one shard the merged numbers are
bitwise equal to those of a single pass.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EpisodeSums:
    """Sums over the scores of each episode, in ascending order of ``episodes``."""

    episodes: npt.NDArray[np.generic]
    n: Floats
    t: Floats
    tt: Floats
    y: Floats
    ty: Floats
    yy: Floats

    def __len__(self) -> int:
        return len(self.episodes)

    @property
    def n_obs(self) -> int:
        return int(self.n.sum())


def episode_sums(group: pd.Series, time: pd.Series, outcome: pd.Series) -> EpisodeSums:
    """Sum up complete rows (no missing value in any of the three; the caller drops and counts them)."""
    codes, episodes = number_episodes(group)
    t, y = time.to_numpy(float), outcome.to_numpy(float)

    def total(values: Floats | None = None) -> Floats:
        return np.bincount(codes, values, len(episodes)).astype(float)

    return EpisodeSums(episodes, total(), total(t), total(t * t), total(y), total(t * y), total(y * y))


def number_episodes(group: pd.Series) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.generic]]:
    """The place of each row's episode among the episodes in ascending order, and those episodes."""
    codes, episodes = pd.factorize(group, sort=True)
    return codes, np.asarray(episodes)


def merge(*shards: EpisodeSums) -> EpisodeSums:
    """The sums of several shards as one. An episode met in more than one shard is added up."""
    keys = np.concatenate([shard.episodes for shard in shards])
    episodes, codes = np.unique(keys, return_inverse=True)

    def total(name: str) -> Floats:
        parts = np.concatenate([getattr(shard, name) for shard in shards])
        return np.bincount(codes, parts, len(episodes)).astype(float)

    return EpisodeSums(episodes, *(total(field.name) for field in fields(EpisodeSums)[1:]))
