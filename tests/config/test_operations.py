"""The page on operations says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from config.celery import app

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
EVERY = {60: "minute", 300: "5 minutes", 900: "15 minutes", 3600: "hour"}


def test_it_lists_every_job_of_the_clock_and_how_often_it_runs() -> None:
    listed = dict(re.findall(r"^\| `([\w.]+)` \| ([\w ]+) \|", PAGE, flags=re.MULTILINE))
    wanted = {job["task"]: EVERY[int(job["schedule"])] for job in app.conf.beat_schedule.values()}
    assert wanted.items() <= listed.items()
    assert {name for name in listed if name.startswith(("reports.", "tracking."))} == wanted.keys()
