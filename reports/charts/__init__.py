"""Pictures of courses and cohorts: records in, SVG and tables out. Knows no Django and no instrument."""

from reports.charts.cohort import cohort_course
from reports.charts.predictor import predictor
from reports.charts.records import (
    Band,
    CohortArm,
    CohortCourse,
    DataTable,
    DoseMark,
    Figure,
    FitPoint,
    FlagMark,
    MeanPoint,
    MedicationBar,
    Predictor,
    PredictorPoint,
    ScorePanel,
    ScorePoint,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
)
from reports.charts.sparkline import sparkline
from reports.charts.timeline import timeline

__all__ = [
    "Band",
    "CohortArm",
    "CohortCourse",
    "DataTable",
    "DoseMark",
    "Figure",
    "FitPoint",
    "FlagMark",
    "MeanPoint",
    "MedicationBar",
    "Predictor",
    "PredictorPoint",
    "ScorePanel",
    "ScorePoint",
    "SessionLane",
    "SessionTick",
    "Source",
    "Timeline",
    "cohort_course",
    "predictor",
    "sparkline",
    "timeline",
]
