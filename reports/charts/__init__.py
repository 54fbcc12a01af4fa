"""Pictures of courses and cohorts: records in, SVG and tables out. Knows no Django and no instrument.

Imports no other room.
"""

from reports.charts.cohort import cohort_course
from reports.charts.intervals import intervals
from reports.charts.predictor import predictor
from reports.charts.records import (
    AskLane,
    AskMark,
    Band,
    CohortArm,
    CohortCourse,
    DataTable,
    DoseMark,
    Figure,
    FitPoint,
    FlagMark,
    IntervalRow,
    Intervals,
    LastDoseMark,
    MeanPoint,
    MedicationBar,
    PhaseBar,
    Predictor,
    PredictorPoint,
    Schedule,
    ScorePanel,
    ScorePoint,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
    Trend,
    TrendEvent,
    TrendLine,
    TrendPanel,
    TrendPoint,
)
from reports.charts.schedule import schedule
from reports.charts.sparkline import sparkline
from reports.charts.timeline import timeline
from reports.charts.trend import trend

__all__ = [
    "AskLane",
    "AskMark",
    "Band",
    "CohortArm",
    "CohortCourse",
    "DataTable",
    "DoseMark",
    "Figure",
    "FitPoint",
    "FlagMark",
    "IntervalRow",
    "Intervals",
    "MeanPoint",
    "LastDoseMark",
    "MedicationBar",
    "PhaseBar",
    "Predictor",
    "PredictorPoint",
    "Schedule",
    "ScorePanel",
    "ScorePoint",
    "SessionLane",
    "SessionTick",
    "Source",
    "Timeline",
    "Trend",
    "TrendEvent",
    "TrendLine",
    "TrendPanel",
    "TrendPoint",
    "cohort_course",
    "intervals",
    "predictor",
    "schedule",
    "sparkline",
    "timeline",
    "trend",
]
