"""An import that is killed half way has stored nothing, and the next one stores everything."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENTS, KILL_AT = 700, 500

SPEC = """
study = { title = "Many", outcome_instrument = "hamd17", endpoint = "week 1", provenance = "Made for a test." }
place = { site = "s", site_name = "S", crisis_contacts = "Line, 1, always", team = "T" }
episode = { diagnosis = "mdd", status = "completed" }
patient = { id = "id" }
time = { start = "2020-01-01", points = [{ name = "week 1", day = 7 }] }

[[assessments]]
instrument = "hamd17"
time_point = "week 1"
totals = { total = "hamd" }
"""

# The progress report of the storing transaction itself pulls the plug, with no chance to clean up.
KILLED = f"""
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from tracking.management.commands import import_scores
def show(self, stage, done, total):
    if stage == "stored" and done >= {KILL_AT}:
        os.kill(os.getpid(), signal.SIGKILL)
import_scores.Meter.show = show
call_command("migrate", verbosity=0)
call_command("import_scores", sys.argv[1], study="many", spec=sys.argv[2])
"""


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")
    }
    environment |= {"THROUGHLINE_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )


def stored(folder: Path) -> dict[str, int]:
    tables = ("assessment", "scalescore", "patient", "treatmentepisode", "study", "importbatch", "auditevent")
    with closing(sqlite3.connect(folder / "var" / "data" / "throughline.sqlite3")) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM tracking_{table}").fetchone()[0]  # noqa: S608
            for table in tables
        }


@pytest.mark.slow
def test_killed_half_way_then_again_then_a_third_time(tmp_path: Path) -> None:
    file, spec = tmp_path / "many.csv", tmp_path / "many.toml"
    rows = "".join(f"{patient},{patient % 53}\n" for patient in range(PATIENTS))
    file.write_text("id,hamd\n" + rows)
    spec.write_text(SPEC)

    killed = python(tmp_path, "-c", KILLED, str(file), str(spec))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert set(stored(tmp_path).values()) == {0}

    command = ["manage.py", "import_scores", str(file), "--study", "many", "--spec", str(spec)]
    again = python(tmp_path, *command)
    assert again.returncode == 0, again.stderr
    found = stored(tmp_path)
    assert (found["assessment"], found["scalescore"], found["patient"]) == (PATIENTS,) * 3
    assert (found["study"], found["importbatch"]) == (1, 1)

    third = python(tmp_path, *command)
    assert "0 new" in third.stdout
    assert stored(tmp_path) == found
