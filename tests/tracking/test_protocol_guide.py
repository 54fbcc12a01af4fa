"""The page docs/protocols.md says what is so: its whole example, saved in a copy of the folders, and what it names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from measures.errors import DefinitionError
from tests import guides
from tests.cast import days_ago
from tracking.actions import care, scheduling
from tracking.models import Patient, Study, User
from tracking.rules import protocol as protocols
from tracking.rules.due_dates import wanted_requests
from tracking.rules.planned import planned_events
from tracking.rules.protocol import library
from tracking.simulation.people import parameters

PAGE = guides.page("protocols.md")
KEY = "weekly-therapy"
PROTOCOLS, PARAMETERS = Path("tracking/protocols"), Path("tracking/simulation/parameters")


def start_anew() -> None:
    """What a process that was just started has not read yet."""
    for read in (library.keys, library.superseded, library._load, parameters.parameters_of):
        read.cache_clear()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folders of protocols and figures as a reader has them, with what the page has saved there. The process
    that runs has read them before."""
    for folder in (PROTOCOLS, PARAMETERS):
        shutil.copytree(guides.ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(library, "FOLDER", tmp_path / PROTOCOLS)
    monkeypatch.setattr(library, "SUPERSEDED", tmp_path / PROTOCOLS / "superseded")
    monkeypatch.setattr(parameters, "FOLDER", tmp_path / PARAMETERS)
    protocols.keys()
    saved = [str(folder / f"{KEY}.toml") for folder in (PROTOCOLS, PARAMETERS)]
    assert guides.save(PAGE, tmp_path) == saved
    yield tmp_path
    start_anew()


def simulate() -> str:
    (command,) = guides.commands(PAGE, "manage.py")
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_its_check_reads_the_file_and_names_what_is_wrong(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (check,) = guides.commands(PAGE, "python")
    exec(check[1], {})  # noqa: S102
    assert capsys.readouterr().out == "Weekly psychotherapy with the PHQ-9\n"
    file = clone / PROTOCOLS / f"{KEY}.toml"
    file.write_text(file.read_text().replace('endpoint = "week 8"', 'endpoint = "week 9"'))
    with pytest.raises(DefinitionError, match="outcome.endpoint"):
        exec(check[1], {})  # noqa: S102


def test_it_asks_what_the_table_says(clone: Path) -> None:
    start_anew()
    day_0 = date(2026, 1, 5)
    found = protocols.get(KEY)
    wanted = wanted_requests(found, "therapy", planned_events(found, "therapy", day_0), date.min)
    told = {
        (row["time point"], int(row["day"]), key)
        for row in guides.table(PAGE, "time point")
        for key in row["instruments"].split(", ")
    }
    assert {(row.time_point, (row.due_on - day_0).days, row.instrument) for row in wanted} == told


@pytest.mark.django_db
def test_it_is_not_served_before_the_process_starts_anew(
    clone: Path, desk: Client, clinician: User, patient: Patient
) -> None:
    address = reverse("protocol", args=[KEY])
    assert desk.get(address).status_code == 404
    assert protocols.find(KEY) is None
    start_anew()
    shown = desk.get(address)
    assert shown.status_code == 200
    assert "Weekly psychotherapy with the PHQ-9" in shown.content.decode()
    assert f'value="{KEY}' in desk.get(reverse("patient-new")).content.decode()
    episode = care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol=KEY,
        arm="therapy",
        starts_on=days_ago(0),
    )
    asked = scheduling.schedule_episode(by=clinician, episode=episode, as_of=days_ago(0))
    assert {(row.time_point, row.instrument) for row in asked} >= {("baseline", "phq9")}


@pytest.mark.django_db
def test_people_are_simulated_by_its_figures(clone: Path) -> None:
    with pytest.raises(CommandError, match=f"no protocol {KEY}"):
        simulate()
    start_anew()
    assert simulate().startswith("Weekly psychotherapy with the PHQ-9 (simulated): 4 simulated people")
    assert Study.objects.get().endpoint == "week 8"


@pytest.mark.django_db
def test_without_figures_the_simulation_names_the_file_and_makes_nothing(clone: Path) -> None:
    start_anew()
    missing = clone / PARAMETERS / f"{KEY}.toml"
    missing.unlink()
    with pytest.raises(CommandError, match=re.escape(f"{missing}: (file): cannot be read")):
        simulate()
    assert not Study.objects.exists()


@pytest.mark.django_db
def test_a_protocol_that_is_refused_stops_the_simulation_in_words(clone: Path) -> None:
    start_anew()
    file = clone / PROTOCOLS / f"{KEY}.toml"
    file.write_text(file.read_text().replace('rater = "self"', 'rater = "nobody"'))
    with pytest.raises(CommandError, match=r"time_points\[1\].rater: must be one of"):
        simulate()


def test_it_names_every_part_of_a_file_of_figures() -> None:
    parts = [row["part"] for row in guides.table(PAGE.split("## Figures for simulated people")[1], "part")]
    named = {re.findall(r"`\[\[(\w+)\]\]`", part)[0] for part in parts}
    own = {field.name for field in fields(parameters.Parameters)} - {"conduct"}
    assert named == {"course" if name == "courses" else name for name in own}
