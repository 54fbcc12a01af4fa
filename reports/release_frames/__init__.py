"""From the database to the tables of a release: only declared columns, only of patients who consent.

May import ``frames`` and what is below it.
"""

from reports.release_frames.ahead import HOLD_SCORES, uniqueness_ahead
from reports.release_frames.cohort import consenting, secret_order, told_groups, unreadable
from reports.release_frames.identifiers import identifiers, stored_days
from reports.release_frames.reading import Reading
from reports.release_frames.tables import TABLES, read_tables

__all__ = [
    "HOLD_SCORES",
    "TABLES",
    "Reading",
    "consenting",
    "identifiers",
    "read_tables",
    "secret_order",
    "stored_days",
    "told_groups",
    "uniqueness_ahead",
    "unreadable",
]
