"""Does the calendar tell a blind rater the arm? A whole simulated study of every protocol that says its raters are
blind, seen day by day through the queries of the rater's own list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.calendar_of_raters import Code, Flags, auc, features, seen_by_the_rater, told_apart
from tracking.models import TreatmentEpisode
from tracking.rules import protocol as protocols
from tracking.rules.protocol import Protocol
from tracking.simulation.study import simulate_study

PEOPLE, BELOW = 200, 0.60
THE_SAME_DAY = date(
    2027, 6, 1
)  # the same study at each instant of the suite: an area of chance varies by 0.04
BLIND = [
    known.key
    for known in protocols.all_protocols()
    if any(point.blinded for point in known.time_points) and not known.raters_not_blind
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.one_engine("what a list holds on a day is found by comparing dates, which engines do alike"),
]


def simulated(protocol: Protocol, seed: int = 1) -> tuple[dict[str, Code], Flags]:
    """What the rater sees of a whole study by code, and which of them are in the first arm."""
    key = f"calendar-{seed}"
    study = simulate_study(by=None, protocol=protocol, n=PEOPLE, seed=seed, today=THE_SAME_DAY, key=key).study
    codes = seen_by_the_rater(study)
    arms = dict(TreatmentEpisode.objects.filter(study=study).values_list("patient__study_code", "arm"))
    assert len(codes) == PEOPLE
    return codes, np.array([arms[name] == protocol.arm_keys[0] for name in codes], dtype=bool)


def told(protocol: Protocol, seeds: Sequence[int] = (1,)) -> dict[str, float]:
    """The area of each classifier at this size, the mean of so many studies: that of one varies by 0.04."""
    found = [
        told_apart(features(codes), truth) for codes, truth in (simulated(protocol, one) for one in seeds)
    ]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def test_these_protocols_say_that_their_raters_are_blind() -> None:
    assert BLIND == ["mdma-ptsd", "psilocybin-mdd"]


@pytest.mark.parametrize("key", BLIND)
def test_nothing_on_the_list_of_a_whole_study_tells_the_arm(key: str) -> None:
    found = told(protocols.get(key), seeds=(1, 2, 3))
    assert max(found.values()) < BELOW, found


def days_between(codes: dict[str, Code], truth: Flags) -> tuple[np.ndarray, Flags]:
    """From the first to the second rating of everybody who came up twice, and which of them are in the first arm."""
    days = [sorted(one.first for one in code.listed.values()) for code in codes.values()]
    apart = np.array([(each[1] - each[0]).days for each in days if len(each) > 1])
    return apart, truth[[len(each) > 1 for each in days]]


def test_the_version_before_told_it_by_its_days() -> None:
    """So the classifiers can see what there is to be seen."""
    before = protocols.find("psilocybin-mdd", "1")
    assert before and before.raters_not_blind
    codes, truth = simulated(before)
    assert min(told_apart(features(codes), truth).values()) > 0.95  # some leave before they are rated again
    assert auc(*days_between(codes, truth)) == 1


def test_in_the_version_now_nobody_has_days_of_their_own() -> None:
    apart, _ = days_between(*simulated(protocols.get("psilocybin-mdd")))
    assert len(set(apart)) == 1


def test_equal_days_from_unequal_events_would_tell_it_too() -> None:
    """A dose is late and the start is not: as planned the days are equal, as lived they are not, and whoever is late
    was dosed. The reader of definitions refuses this."""
    now = protocols.get("psilocybin-mdd")
    dose = next(point.anchor for point in now.time_points if point.anchor.which == "last")
    points = [
        twin
        for point in now.time_points
        for twin in (
            [
                replace(point, arms=("waiting",)),
                replace(point, arms=("psilocybin",), anchor=dose, day=point.day - 28),
            ]
            if point.blinded and point.day
            else [point]
        )
    ]
    apart, dosed = days_between(*simulated(replace(now, time_points=tuple(points))))
    late = apart > np.min(apart)
    assert np.sum(late) >= 10 and dosed[late].all()


def test_the_area_is_that_of_pairs_in_order() -> None:
    truth = np.array([True, True, False, False])
    assert auc([4, 3, 2, 1], truth) == 1
    assert auc([1, 2, 3, 4], truth) == 0
    assert auc([1, 1, 1, 1], truth) == 0.5
    assert auc([4, 1, 2, 3], truth) == 0.5
