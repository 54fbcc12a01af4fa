"""What a dosing session asks for, and what its record says: protocol + record + moment in, plain values out.

No Django and no clock here. Every limit, window and interval comes from the protocol's file; the few figures
that no protocol states stand in ``records.py`` and are policies of this platform.
"""

from tracking.rules.run_sheet.doses import Notice, SupplementWindow, Total, notices, supplement_window, totals
from tracking.rules.run_sheet.leaving import before_leaving
from tracking.rules.run_sheet.records import (
    LATE_MINUTES,
    Check,
    Given,
    Plan,
    Reading,
    Record,
    minutes_between,
    plan_of,
)
from tracking.rules.run_sheet.tasks import (
    STANDARD,
    Task,
    beyond_limits,
    in_the_way,
    missing,
    tasks,
    topics,
)
from tracking.rules.run_sheet.watching import Breach, breaches, standing

__all__ = [
    "LATE_MINUTES",
    "STANDARD",
    "Breach",
    "Check",
    "Given",
    "Notice",
    "Plan",
    "Reading",
    "Record",
    "SupplementWindow",
    "Task",
    "Total",
    "before_leaving",
    "beyond_limits",
    "breaches",
    "in_the_way",
    "minutes_between",
    "missing",
    "notices",
    "plan_of",
    "standing",
    "supplement_window",
    "tasks",
    "topics",
    "totals",
]
