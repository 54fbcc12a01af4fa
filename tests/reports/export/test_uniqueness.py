"""Who stands alone in a release, counted by hand on a few rows."""

from __future__ import annotations

import pandas as pd

from reports.export.tables import Table
from reports.export.uniqueness import Uniqueness, alone, uniqueness


def table(name: str, **columns: list[object]) -> Table:
    return Table(name, "", (), pd.DataFrame(columns))


def test_alone_is_who_has_what_nobody_else_has() -> None:
    assert alone({"a": 1, "b": 1, "c": 2}) == 1
    assert alone({}) == 0


def test_a_sequence_of_scores_counts_without_its_days() -> None:
    """A and B have 20, 12 on other days; C has 20, 13; D the two scores of A in the other order."""
    scores = table(
        "scores",
        study_id=list("AABBCCDD"),
        episode=[1] * 8,
        day=[0, 7, 1, 9, 0, 7, 0, 7],
        instrument=["phq9"] * 8,
        scale=["total"] * 8,
        value=[20.0, 12.0, 20.0, 12.0, 20.0, 13.0, 12.0, 20.0],
    )
    assert uniqueness([scores]) == Uniqueness(4, by_scores=2, by_course=None)


def test_a_missing_score_is_a_value_like_any_other() -> None:
    scores = table(
        "scores", study_id=list("ABC"), episode=[1] * 3, scale=["total"] * 3, value=[float("nan")] * 2 + [3.0]
    )
    assert uniqueness([scores]).by_scores == 1


def test_answers_of_several_questionnaires_are_put_together() -> None:
    one = table("answers_a", study_id=list("ABC"), episode=[1] * 3, day=[1, 2, 3], a_1=[1, 1, 1])
    two = table("answers_b", study_id=list("ABC"), episode=[1] * 3, day=[1, 2, 3], b_1=[0, 0, 3])
    assert uniqueness([one]).by_scores == 0
    assert uniqueness([one, two]).by_scores == 1


def test_start_end_and_status() -> None:
    episodes = table(
        "episodes",
        study_id=list("ABCD"),
        episode=[1] * 4,
        start_day=[-7, -7, -7, -7],
        end_day=[84.0, 84.0, float("nan"), 84.0],
        status=["completed", "completed", "active", "discontinued"],
    )
    assert uniqueness([episodes]) == Uniqueness(4, by_scores=None, by_course=2)
