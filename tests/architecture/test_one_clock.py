"""The suite has one clock: nothing in it reads another one, or counts days without saying where."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from tests.clock import BERLIN, INSTANTS

TESTS = Path(__file__).parents[1]
CLOCK = {TESTS / "clock.py", TESTS / "children" / "sitecustomize.py"}
READS = {
    ("date", "today"),
    ("datetime", "today"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("time", "time"),
}
LOCAL = {"localdate", "localtime"}
MOMENTS = [instant.moment for instant in INSTANTS.values()]


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call of ``owner.name(...)``; ``x.y.now()`` is owned by ``y``, ``now().date()`` by ``now``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner = owner.func if isinstance(owner, ast.Call) else owner
            yield node, getattr(owner, "attr", getattr(owner, "id", "")), node.func.attr


def names_its_zone(call: ast.Call) -> bool:
    return len(call.args) > 1 or any(word.arg == "timezone" for word in call.keywords)


def is_wrong(call: ast.Call, owner: str, name: str) -> bool:
    homeless = name in LOCAL and not names_its_zone(call)
    return (owner, name) in READS or (owner, name) == ("now", "date") or homeless


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("date.today()", True),
        ("datetime.datetime.now(UTC)", True),
        ("time.time()", True),
        ("timezone.now().date()", True),
        ("timezone.localdate()", True),
        ("timezone.localdate(moment)", True),
        ("timezone.localdate(moment, zone)", False),
        ("timezone.localtime(timezone=BERLIN)", False),
        ("timezone.now()", False),
        ("time.monotonic()", False),
    ],
)
def test_what_counts_as_another_clock(code: str, wrong: bool) -> None:
    assert [is_wrong(*call) for call in calls(ast.parse(code))].count(True) == wrong


def test_no_test_reads_another_clock_or_counts_days_without_a_zone() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{call.lineno} {owner}.{name}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in CLOCK
        for call, owner, name in calls(ast.parse(path.read_text()))
        if is_wrong(call, owner, name)
    ]
    assert found == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"])
def test_the_instants_are_on_both_sides_of_midnight(zone: str) -> None:
    hours = {moment.astimezone(ZoneInfo(zone)).hour for moment in MOMENTS}
    assert {23, 0} <= hours


def test_the_instants_are_in_both_nights_of_daylight_saving() -> None:
    assert {turned(moment) for moment in MOMENTS} == {
        timedelta(hours=-1),
        timedelta(0),
        timedelta(hours=1),
    }


def turned(moment: datetime) -> timedelta:
    """By how much the clocks of Berlin were turned in the three hours around the moment."""
    before, after = (moment + timedelta(minutes=90 * side) for side in (-1, 1))
    return after.astimezone(BERLIN).utcoffset() - before.astimezone(BERLIN).utcoffset()


def test_the_instants_hold_the_leap_day_and_the_last_day_of_a_year() -> None:
    days = {(moment.month, moment.day) for moment in MOMENTS}
    assert {(2, 29), (12, 31)} <= days


def test_a_process_that_a_test_starts_lives_at_the_same_instant() -> None:
    code = "import time; print(time.time(), time.monotonic())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    there, monotonic = map(float, said.split())
    here = timezone.now().timestamp()
    assert abs(there - here) < 60
    assert time_machine.escape_hatch.is_travelling()
    assert abs(monotonic - time.monotonic()) < 60
