"""Invented people are written in bulk, or by all the actions of a year: whole, or not at all, and the log says whose.

Row for row they are held against the real actions in ``tests/tracking/simulation/test_study.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.deeds import ledger
from tests.deeds.ledger import Interrupted, stopped_at
from tests.deeds.stage import Stage
from tests.deeds.test_all_or_nothing import ALL, undone
from tracking import clock
from tracking.models import AuditEvent
from tracking.rules import protocol as protocols
from tracking.simulation.people.cast import cast
from tracking.simulation.study import simulate_study
from tracking.simulation.walk import Staff, simulate
from tracking.vocabulary import AuditAction

pytestmark = pytest.mark.django_db
PLACES = 12  # of hundreds of writes so many are made to fail, from the first to the last


def a_study(stage: Stage) -> Any:
    return simulate_study(
        by=stage.ours.administrator,
        protocol=protocols.get("ssri-psychotherapy"),
        n=2,
        seed=1,
        today=clock.today(),
        key="invented",
    )


def a_person(stage: Stage) -> Any:
    ours = stage.ours
    person = next(each for each in cast(1) if each.plan.protocol == "ssri-psychotherapy")
    staff = Staff(ours.team, ours.lead, ours.colleague, ours.rater, ours.study)
    return simulate(by=ours.lead, person=person, staff=staff, rng=Random(1), today=clock.today())  # noqa: S311


@pytest.mark.parametrize("make", [a_study, a_person])
def test_whole_or_not_at_all(stage: Stage, make: Callable[[Stage], Any]) -> None:
    before = ledger.snapshot()
    with undone(), stopped_at(ALL) as seen:
        make(stage)
    for write in {1 + place * (len(seen) - 1) // (PLACES - 1) for place in range(PLACES)}:
        with pytest.raises(Interrupted), stopped_at(write):
            make(stage)
        assert ledger.entries(before, ledger.snapshot()) == [], (
            f"after write {write} of {len(seen)} had failed"
        )


@pytest.mark.parametrize("make", [a_study, a_person])
def test_nobody_else_is_touched(stage: Stage, make: Callable[[Stage], Any]) -> None:
    before = ledger.snapshot()
    make(stage)
    assert [each for each in ledger.entries(before, ledger.snapshot()) if each[0] != "+"] == []


def test_the_log_says_who_simulated_which_study(stage: Stage) -> None:
    made = a_study(stage)
    row = AuditEvent.objects.get(action=AuditAction.SIMULATE_STUDY)
    assert (row.actor, row.object_type, row.object_id) == (
        stage.ours.administrator.public_id,
        "study",
        made.study.public_id,
    )
    assert row.details == {"protocol": "ssri-psychotherapy", "n": 2, "seed": 1}
