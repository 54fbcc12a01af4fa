"""How many patients of a release stand alone: whoever knows that much of one of them could find the row. Pure.

k-anonymity is counted over the descriptive values; scores and days are what the release is for and stay. So it is said
how far they tell people apart: by the sequence of a patient's scores alone, and by start, end and status of treatment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reports.export.tables import STUDY_ID, Table

SCORES, COURSE = "scores", ("start_day", "end_day", "status")
ANSWERS = "answers_"  # how the tables of answers begin


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """Of so many patients how many stand alone; ``None`` where the release holds nothing of the kind."""

    patients: int
    by_scores: int | None
    by_course: int | None


def uniqueness(tables: Sequence[Table]) -> Uniqueness:
    """Counted on the rows that leave. Missing-data policy: a missing score is a value like any other."""
    by_name = {table.name: table.rows for table in tables}
    episodes = by_name.get("episodes")
    people = set[object]().union(*(table.rows[STUDY_ID] for table in tables))
    told = [rows for name, rows in by_name.items() if name == SCORES or name.startswith(ANSWERS)]
    return Uniqueness(
        patients=len(people),
        by_scores=alone(_joined(_scored(rows) for rows in told)) if told else None,
        by_course=alone(_sequences(episodes, COURSE)) if episodes is not None else None,
    )


def alone(known: Mapping[str, Hashable]) -> int:
    """How many have what nobody else has."""
    counts = Counter(known.values())
    return sum(count == 1 for count in counts.values())


def _scored(rows: pd.DataFrame) -> Mapping[str, tuple[Hashable, ...]]:
    """By patient: the scores, or the answers where there are no scores, in the order of time, without their days."""
    known = [name for name in ("instrument", "scale", "value") if name in rows]
    left_out = {STUDY_ID, "episode", "assessment", "day"}
    return _sequences(
        rows, known if "value" in known else [str(each) for each in rows if each not in left_out]
    )


def _sequences(rows: pd.DataFrame, columns: Sequence[str]) -> Mapping[str, tuple[Hashable, ...]]:
    there = [name for name in columns if name in rows]
    lines = rows[there].astype("object").where(rows[there].notna(), None)
    found: dict[str, list[Hashable]] = {}
    for patient, line in zip(rows[STUDY_ID], lines.itertuples(index=False, name=None), strict=True):
        found.setdefault(str(patient), []).append(line)
    return {patient: tuple(line) for patient, line in found.items()}


def _joined(parts: Iterable[Mapping[str, tuple[Hashable, ...]]]) -> Mapping[str, Hashable]:
    found: dict[str, list[Hashable]] = {}
    for number, part in enumerate(parts):
        for patient, line in part.items():
            found.setdefault(patient, []).append((number, line))
    return {patient: tuple(lines) for patient, lines in found.items()}
