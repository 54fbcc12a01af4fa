"""The only bridge from the database to the statistics: tidy DataFrames of plain values, and the axis they
lie on."""

from reports.frames.axis import Axis, Episodes, axes, index_day
from reports.frames.patients import episode_frame, experience_column
from reports.frames.scores import ScoreRow, judged_instruments, points, score_frame, score_rows
from reports.frames.treatment import treatment_frame

__all__ = [
    "Axis",
    "Episodes",
    "ScoreRow",
    "axes",
    "episode_frame",
    "experience_column",
    "index_day",
    "judged_instruments",
    "points",
    "score_frame",
    "score_rows",
    "treatment_frame",
]
