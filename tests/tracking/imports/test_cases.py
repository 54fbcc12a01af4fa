"""Files as clinics send them, each of which once went wrong in silence (``tests/data/cases``)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from measures.errors import DefinitionError
from tests.tracking.imports.small import plan, refused
from tracking.errors import InvalidInput
from tracking.imports.planning import report
from tracking.imports.planning.plan import Plan
from tracking.imports.reading.problems import FileRefused
from tracking.imports.reading.spec import Spec
from tracking.imports.reading.spec_loader import load
from tracking.imports.writing.store import Imported, Source, import_scores
from tracking.models import Assessment, Patient, Site

CASES = Path(__file__).parents[2] / "data" / "cases"


def file(case: str, name: str = "input.csv") -> bytes:
    return (CASES / case / name).read_bytes()


def spec_of(case: str, name: str = "spec.toml") -> Spec:
    return load(CASES / case / name)


def changed(case: str, folder: Path, *words: tuple[str, str], name: str = "spec.toml") -> Spec:
    """The spec of a case with some of its words changed."""
    text = (CASES / case / name).read_text()
    for before, after in words:
        assert before in text
        text = text.replace(before, after)
    path = folder / "spec.toml"
    path.write_text(text)
    return load(path)


def planned(case: str, spec: Spec | None = None) -> Plan:
    return plan(file(case), spec or spec_of(case))


def told(case: str, spec: Spec | None = None) -> str:
    return "\n".join(report.findings(planned(case, spec)))


def reasons(case: str) -> list[tuple[int, str, str]]:
    return refused(file(case), spec_of(case))


def test_shortened_identifiers_are_nobody() -> None:
    found = reasons("import-excel-ids")
    assert [(line, column) for line, column, _ in found] == [(2, "record_id"), (3, "record_id")]
    assert "a spreadsheet has shortened" in found[0][2]


def test_identifiers_that_may_be_one_person_are_asked_about() -> None:
    assert "are they two people?: 2\n  line 3 and line 2\n  line 5 and line 4" in told("import-id-variants")


def test_an_age_at_each_visit_is_that_at_the_first() -> None:
    assert planned("import-age-grows").patients["A1"].age == 39


def test_a_time_of_day_is_told_how_to_be_cut_off() -> None:
    ((line, column, reason),) = reasons("import-datetime")
    assert (line, column) == (2, "visit_date")
    assert "cut off the time of day behind it" in reason


def test_the_day_number_of_a_spreadsheet_is_known() -> None:
    ((line, column, reason),) = reasons("import-excel-serial-date")
    assert (line, column) == (2, "visit_date")
    assert "a spreadsheet's number of a day" in reason


def test_items_that_count_from_one_are_asked_about(tmp_path: Path) -> None:
    assert "does the file count from 1? Then say shift = -1: 1\n  PHQ-9, line 2" in told(
        "import-one-based-items"
    )
    shifted = changed("import-one-based-items", tmp_path, ("totals =", "shift = -1\ntotals ="))
    found = planned("import-one-based-items", shifted)
    assert (found.assessments[0].scored.scales["total"].value, found.doubts, found.mismatches) == (5, (), ())


def test_a_lone_visit_is_asked_about() -> None:
    assert (
        "more than 20 years from the next of the same person: is the day right?: 1\n  line 2 and line 3"
        in told("import-year-1900")
    )


def test_a_form_that_was_never_completed_is_none(tmp_path: Path) -> None:
    complete = changed("redcap-not-complete", tmp_path, ("where =", "complete ="), name="spec-where.toml")
    found = planned("redcap-not-complete", complete)
    assert [one.source_id for one in found.assessments] == ["A1"]
    assert "not completed: 1\n  line 3, column phq9_complete: PHQ-9" in told("redcap-not-complete", complete)


def test_a_repeated_form_has_its_instance(tmp_path: Path) -> None:
    repeats = changed(
        "redcap-repeats",
        tmp_path,
        ('"session_note", "redcap_repeat_instance"', '"session_note"'),
        ("[[assessments]]", '[time.repeats]\ncolumn = "redcap_repeat_instance"\ndays = 7\n[[assessments]]'),
    )
    found = planned("redcap-repeats", repeats)
    assert [(one.when.name, one.when.day) for one in found.assessments] == [("v1", 0), ("v1 (2)", 7)]
    for number in (b"0", b"1001"):
        beyond = file("redcap-repeats").replace(b"phq9,2,", b"phq9,%s," % number)
        ((line, column, reason),) = refused(beyond, repeats)
        assert (line, column, reason) == (3, "redcap_repeat_instance", "must be a number from 1 to 1000")


def test_an_empty_text_can_be_asked_for(tmp_path: Path) -> None:
    empty = changed(
        "redcap-repeats-other",
        tmp_path,
        (',"redcap_repeat_instrument"', ""),
        ("items =", 'where = { redcap_repeat_instrument = "" }\nitems ='),
    )
    ((line, column, reason),) = refused(file("redcap-repeats-other"), empty)
    assert (line, column, reason) == (3, "redcap_repeat_instrument", "is none of (empty)")


def test_rows_of_another_form_are_passed_over() -> None:
    found = planned("redcap-repeats-other")
    assert (len(found.patients), len(found.assessments)) == (1, 2)
    assert [(note.line, note.column) for note in found.endorsed] == [(4, "phq9_9")]


def test_the_events_of_two_arms_are_one_time_point() -> None:
    found = planned("redcap-two-arms")
    assert [(one.source_id, one.when.name) for one in found.assessments] == [("1", "v1"), ("2", "v1")]


@pytest.mark.parametrize(
    ("case", "words", "reason"),
    [
        (
            "import-one-based-items",
            ("totals =", "shift = 0.5\ntotals ="),
            "must be a whole number, such as -1",
        ),
        (
            "redcap-repeats",
            ("[[assessments]]", '[time.repeats]\ncolumn = "session_note"\ndays = 0.5\n[[assessments]]'),
            "must be a whole number of days",
        ),
        (
            "import-age-grows",
            ("[[assessments]]", '[time.repeats]\ncolumn = "nr"\n[[assessments]]'),
            "counts the forms of one time point",
        ),
    ],
)
def test_what_a_spec_cannot_mean_is_refused(
    tmp_path: Path, case: str, words: tuple[str, str], reason: str
) -> None:
    with pytest.raises(DefinitionError, match=reason):
        changed(case, tmp_path, words)


@pytest.mark.django_db
class TestStored:
    def stored(self, case: str, name: str) -> Imported:
        data, spec = file(case, name), spec_of(case)
        source = Source(name, hashlib.sha256(data).hexdigest())
        return import_scores(by=None, study="case", spec=spec, plan=plan(data, spec), source=source)

    def test_a_delivery_without_its_zeros_is_refused(self) -> None:
        self.stored("import-after-spreadsheet", "first.csv")
        with pytest.raises(FileRefused) as refusal:
            self.stored("import-after-spreadsheet", "second.csv")
        found = [(one.line, one.column) for one in refusal.value.problems]
        assert found == [(2, "record_id"), (3, "record_id")]
        assert (Patient.objects.count(), Assessment.objects.count()) == (2, 2)

    def test_a_site_without_anybody_to_call_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="name at least one contact"):
            self.stored("site-contacts-none", "input.csv")
        assert not Site.objects.exists()
