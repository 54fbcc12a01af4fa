"""The page on operations says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from config.celery import app

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
EVERY = {60: "minute", 300: "5 minutes", 900: "15 minutes", 3600: "hour", 86_400: "day"}


READ = re.compile(r'(?:env\.\w+|environ\.get|count|listed|key|word)\(\s*"([A-Z_]+)"')
OF_DEMO = {"PORT"}  # said by ``make demo`` itself


def test_it_lists_every_variable_that_is_read_and_no_other() -> None:
    sources = (Path(__file__).parents[2] / "config").glob("*.py")
    read = {name for source in sources for name in READ.findall(source.read_text())} - OF_DEMO
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", PAGE, flags=re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"[A-Z_]+", row)}
    assert listed == read


def test_it_lists_every_job_of_the_clock_and_how_often_it_runs() -> None:
    listed = dict(re.findall(r"^\| `([\w.]+)` \| ([\w ]+) \|", PAGE, flags=re.MULTILINE))
    wanted = {job["task"]: EVERY[int(job["schedule"])] for job in app.conf.beat_schedule.values()}
    assert wanted.items() <= listed.items()
    assert {name for name in listed if name.startswith(("reports.", "tracking."))} == wanted.keys()
