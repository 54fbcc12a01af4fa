"""Whoever may not see the rows of a study is told no exact count of its people, on whatever page or answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from reports.models import StudyPublication
from reports.stats.blinding import bang_index
from reports.stats.cohort import rate_of
from tests.architecture.looks import address_of
from tests.architecture.matrix import MATRIX, Row
from tests.architecture.world import World, build
from tests.reports.release_clinic import kept_for_the_module
from tests.rooms import ROOT

# Counts of people that stand nowhere else, and that no rule but the exact one would print.
ALL, MET, ARM, UNDECIDED, SCORES, RIGHT, WRONG, UNKNOWN = 8003, 4011, 4002, 3987, 9017, 3501, 3253, 3249
EXACT = {ALL, MET, ARM, UNDECIDED, SCORES, RIGHT, WRONG, UNKNOWN, ALL - MET, RIGHT + WRONG + UNKNOWN}
pytestmark = pytest.mark.django_db
ROUNDED = {8000, 8005, 4000, 4010, 3985, 9015, 3500, 3255, 3250}
DOOR = {"reports/pages/study/stored.py", "reports/actions/studies.py", "reports/actions/publishing.py"}


def mean(time: str) -> dict[str, Any]:
    return {"arm": "psilocybin", "time": time, "n": ARM, "mean": 12.5, "sd": 3.0, "low": 12.4, "high": 12.6}


def estimate() -> dict[str, Any]:
    return {"value": -0.5, "se": 0.1, "low": -0.7, "high": -0.3, "p": 0.001, "df": float(ALL), "level": 0.95}


def figures() -> dict[str, Any]:
    """Every analysis of an outcome, as it is stored."""
    fit = {
        "formula": "y ~ week",
        "method": "REML",
        "reference": {"arm": "waiting"},
        "dropped": {"rows": SCORES},
    }
    fit |= {"n_obs": SCORES, "n_groups": ALL, "converged": True, "singular": False, "log_likelihood": -99.5}
    whole = asdict(rate_of(MET, ALL, UNDECIDED))
    guesses = {"right": RIGHT, "wrong": WRONG, "unknown": UNKNOWN, "confidence": 3.2, "confident": RIGHT}
    guessed = {
        "arm": "psilocybin",
        "is_control": False,
        "bang": asdict(bang_index(RIGHT, WRONG, UNKNOWN)),
    } | guesses
    days = [
        {"name": name, "occasion": at, "day": 28.0 * at} for at, name in enumerate(("baseline", "week 4"))
    ]
    free = {"day": 182, "at_risk": ARM, "relapses": RIGHT, "free": 0.6, "low": 0.5, "high": 0.7}
    arm = {
        "arm": "psilocybin",
        "since": "the last dose",
        "n": ALL,
        "relapses": MET,
        "not_in_remission": UNKNOWN,
    }
    arm |= {
        "not_followed": WRONG,
        "at": [free],
        "median": 200.0,
        "median_low": 90.0,
        "median_high": None,
        "refused": "",
    }
    regression = {"formula": "y ~ x", "n": ALL, "r_squared": 0.3, "errors": "HC3", "reference": {}}
    regression |= {"terms": {"meq30_first": estimate()}, "dropped": {"rows": SCORES}}
    line = [{"x": float(x), "y": 20 - x / 10, "low": 10.0, "high": 22.0} for x in range(0, 150, 5)]
    partial = {
        "r": -0.3,
        "low": -0.5,
        "high": -0.1,
        "resamples": 2000,
        "undefined": 0,
        "seed": 1,
        "level": 0.95,
    }
    model = {"predictor": "meq30_first", "regression": regression, "partial": partial, "line": line}
    return {
        "course": {
            "patients": ALL,
            "episodes": ALL,
            "arms": ["psilocybin"],
            "time_points": days,
            "means": [mean("baseline"), mean("week 4")],
            "rates": [
                {"key": "response", "definition": "Response", "all": whole, "by_arm": {"psilocybin": whole}}
            ],
            "significant_change": None,
        },
        "growth": {
            "models": [
                {"random": "intercept", "time_unit": "week", "fit": fit, "slopes": {"all": estimate()}}
            ]
        },
        "contrast": {"fit": fit, "differences": {"psilocybin": estimate()}},
        "predict": {
            "outcome": "endpoint",
            "endpoint": "week 4",
            "covariates": ["baseline"],
            "left_out": {},
            "models": [model],
            "refused": {"meq30_last": f"{ALL} complete cases; more are needed."},
            "absent": [],
        },
        "relapse": {"rule": "hamd17-1", "arms": [arm]},
        "blinding": {
            "endpoint": "week 4",
            "guessers": [{"guesser": "patient", "arms": [guessed], "james": {"refused": "One arm."}}],
            "expectancy": [mean("patient")],
        },
    }


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        world = build()
        outcome = {"instrument": "hamd17", "scale": "total"}
        results = [{"analysis": name, "result": found, **outcome} for name, found in figures().items()]
        people = {f"somebody {number}": ["", ""] for number in range(ALL)}
        StudyPublication.objects.create(study=world.ours.study, people=people, results=results)
        yield world


@pytest.mark.parametrize("role", ["researcher", "steward"])
def test_no_exact_count_is_told(world: World, role: str) -> None:
    """All that the role may open is opened."""
    told = {row.route: counts(world, role, row) for row in MATRIX if row.cell("GET", role) == "+"}
    assert {route: found & EXACT for route, found in told.items() if found & EXACT} == {}
    of_study = {route: told[route] & ROUNDED for route in ("study", "study-agreement", "api-cohort-detail")}
    assert all(of_study.values()), "or the figures were not shown at all"


def counts(world: World, role: str, row: Row) -> set[int]:
    response = world.client(role).get(address_of(row, world.ours))
    text = re.sub(r"(?<=\d)[,\u202f\u00a0](?=\d{3})", "", response.content.decode())
    return {int(number) for number in re.findall(r"(?<![\d.\w-])\d{4}(?![\d\w-])", text)}


def test_stored_figures_are_read_at_one_door() -> None:
    """A page that reads the tables itself would show them as they are."""
    assert {
        str(path.relative_to(ROOT))
        for app in ("reports", "tracking")
        for path in (ROOT / app).rglob("*.py")
        if reads_figures(path)
    } == DOOR


def reads_figures(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and isinstance(node.value, ast.Name)
        and node.value.id in {"StudyResult", "StudyPublication"}
        for node in ast.walk(ast.parse(path.read_text()))
    )
