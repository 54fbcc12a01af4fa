"""``manage.py import_scores`` as somebody at a terminal meets it."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from tests.tracking.imports.small import ROWS, SPEC, table, with_cell
from tracking.management.commands import import_scores
from tracking.models import Assessment, CareTeam, ImportBatch, Patient, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, team_a: CareTeam) -> Path:
    (tmp_path / "scores.csv").write_bytes(table(*ROWS))
    (tmp_path / "own.toml").write_text(SPEC + '\n[consent]\nresearch = "given"\nbasis = "Signed."\n')
    return tmp_path


def run(folder: Path, *more: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(
        "import_scores", str(folder / "scores.csv"), "--study", "small",
        "--spec", str(folder / "own.toml"), *more, stdout=out, stderr=err,
    )  # fmt: skip
    return out.getvalue(), err.getvalue()


def test_it_says_what_was_stored(folder: Path, administrator: User) -> None:
    out, err = run(folder, "--by", administrator.email.upper())
    assert out.splitlines()[:5] == [
        "scores.csv: imported into small",
        "  rows        3",
        "  patients    2 new, 0 known",
        "  assessments 6 new, 0 known",
        "  consents    2 recorded",
    ]
    assert "Safety items endorsed: imported answers raise no alert, so look at them: 1" in out
    assert "  line 4, column phq_9: suicide, review" in out
    assert err == ""
    assert ImportBatch.objects.get().imported_by == administrator


def test_the_same_again_says_so(folder: Path) -> None:
    run(folder)
    assert run(folder)[0] == "scores.csv was imported into small before: 0 new.\n"


def test_a_dry_run_says_what_would_be_stored(folder: Path) -> None:
    out, _ = run(folder, "--dry-run")
    assert out.startswith("scores.csv: would be imported into small\n")
    assert not Patient.objects.exists()


def test_consent_without_a_person_is_said_to_be_missing(folder: Path) -> None:
    assert "  consents    0 recorded (no --by: releases leave them out)" in run(folder)[0]


def test_a_refused_file_is_a_report_and_stores_nothing(folder: Path) -> None:
    (folder / "scores.csv").write_bytes(with_cell("hamd", "53", line=3))
    with pytest.raises(CommandError) as refused:
        run(folder)
    assert str(refused.value).splitlines() == [
        "scores.csv was not imported: 1 fault. Nothing was stored.",
        "  line 3, column hamd: must be from 0 to 52",
    ]
    assert refused.value.returncode == 1
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--by", "nobody@example.org"], "names nobody"),
        (["--spec", "no_such_spec"], "no shipped spec"),
        (["--study", "not a key"], "key: may hold letters"),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(folder: Path, more: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(folder, *more)
    assert not Patient.objects.exists()


def test_somebody_who_may_not_is_told_so(folder: Path, outsider: User) -> None:
    with pytest.raises(CommandError, match="only an administrator"):
        run(folder, "--by", outsider.email)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("fault", [OperationalError("disk full"), KeyboardInterrupt()])
def test_a_fault_of_the_database_or_ctrl_c_is_one_sentence_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def broken(**_: object) -> None:
        raise fault

    monkeypatch.setattr("tracking.imports.writing.store.create_assessments", broken)
    with pytest.raises(CommandError, match=f"{type(fault).__name__}. Nothing was stored."):
        run(folder)
    assert not Patient.objects.exists()


def test_what_is_no_file_is_refused(folder: Path) -> None:
    (folder / "scores.csv").unlink()
    with pytest.raises(CommandError, match="is not a file"):
        run(folder)
    (folder / "scores.csv").mkdir()
    with pytest.raises(CommandError, match="is not a file"):
        run(folder)


def test_a_file_that_cannot_be_read_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", locked)
    with pytest.raises(CommandError) as refused:
        run(folder)
    assert str(refused.value) == f"{folder}/scores.csv cannot be read: Permission denied"


def test_a_long_import_says_how_far_it_has_come(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_scores, "QUIET_FOR", 0)
    monkeypatch.setattr(import_scores, "EVERY", 0)
    monkeypatch.setattr(import_scores, "ROWS_AT_ONCE", 1)
    _, err = run(folder)
    assert re.search(r"checked 3 of 4, [\d,]+ a second, 0 s left", err)
    assert re.search(r"stored 6 of 6, [\d,]+ a second, 0 s left", err)
    assert err.endswith("\n")
