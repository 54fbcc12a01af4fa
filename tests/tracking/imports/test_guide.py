"""The page docs/import.md: its whole example, saved and run as it stands there."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests import guides
from tracking.models import Assessment, Patient, ScaleScore, Study

pytestmark = pytest.mark.django_db
PAGE = guides.page("import.md")


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the commands of the example report, one after the other."""
    assert guides.save(PAGE, tmp_path) == ["visits.csv", "visits.toml"]
    monkeypatch.chdir(tmp_path)
    example = PAGE.split("## A whole example")[1].split("## All that a spec can say")[0]
    said = []
    for command in guides.commands(example, "manage.py"):
        out = StringIO()
        call_command(*command, stdout=out)
        said.append(out.getvalue())
        assert Study.objects.exists() is ("--dry-run" not in command)
    return said


def test_its_report_is_the_one_that_it_shows(reports: list[str]) -> None:
    (shown,) = guides.blocks(PAGE, "text")
    assert len(reports) == 2
    assert reports[1] == shown.text


def test_what_it_stores_is_what_the_file_holds(reports: list[str]) -> None:
    assert Study.objects.get().key == "our-clinic"
    assert sorted(Patient.objects.values_list("sex", "episodes__age_at_start", "episodes__arm")) == [
        ("female", 41, "combined"),
        ("male", 35, "medication"),
    ]
    scores = ScaleScore.objects.filter(scale="total").order_by("assessment__instrument", "assessment__pk")
    assert [(row.assessment.instrument, row.assessment.time_point, row.value) for row in scores] == [
        ("hamd17", "baseline", 24),
        ("hamd17", "week 6", 10),
        ("hamd17", "baseline", 21),
        ("hamd17", "week 6", 17),
        ("phq9", "baseline", 15),
        ("phq9", "week 6", 5),
        ("phq9", "baseline", 13),
        ("phq9", "week 6", None),
    ]
    gaps = [row for row in Assessment.objects.filter(instrument="phq9") if row.answers["4"] is None]
    assert [row.time_point for row in gaps] == ["week 6"]
