"""The only bridge from the database to the statistics: tidy DataFrames of plain values, and the axis they
lie on.

May import ``export``, ``models``, ``rules``, ``stats`` and ``tracking``.
"""

from reports.frames.axis import Axis, Episodes, axes, index_day
from reports.frames.expectancy import expectancy_frame
from reports.frames.guesses import GUESSES, last_guesses
from reports.frames.pairs import Rating, RatingPair, rating_pairs
from reports.frames.patients import dose_column, dose_column_parts, episode_frame
from reports.frames.scores import ScoreRow, judged_instruments, points, rows_of, score_frame, score_rows
from reports.frames.treatment import treatment_frame

__all__ = [
    "GUESSES",
    "Axis",
    "Episodes",
    "Rating",
    "RatingPair",
    "ScoreRow",
    "axes",
    "dose_column",
    "dose_column_parts",
    "episode_frame",
    "expectancy_frame",
    "index_day",
    "judged_instruments",
    "last_guesses",
    "points",
    "rows_of",
    "rating_pairs",
    "score_frame",
    "score_rows",
    "treatment_frame",
]
