"""The tool that plants faults: what it changes, what it leaves alone, which tests it asks, what it reports."""

from __future__ import annotations

import ast
import json
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from coverage import CoverageData

from tests.mutants import planting, sample
from tests.mutants.named import NAMED, named_faults
from tests.mutants.planting import NO_END, Copy, Outcome
from tests.mutants.points import point_faults
from tests.mutants.reach import Choice, Reach, digests
from tests.mutants.report import report
from tests.mutants.source import Mutant, Source

ACTION = "tracking/actions/safety.py"
MOVES = "from tracking.actions.moves import move, moved\n"
QUERY = "tracking/queries/alerts.py"


def faults(code: str, path: str = ACTION) -> list[Mutant]:
    source = Source(path, code.encode())
    return [*point_faults(source), *named_faults(source)]


def planted(code: str, kind: str, path: str = ACTION) -> list[str]:
    """The code with each fault of a kind."""
    return [fault.planted_in(code.encode()).decode() for fault in faults(code, path) if fault.kind == kind]


@pytest.mark.parametrize(
    ("kind", "sound", "faulty"),
    [
        ("comparison", "a = b == c", ["a = b != c"]),
        ("comparison", "a = b is  not c", ["a = b is c"]),
        ("comparison", "a = b not in c", ["a = b in c"]),
        ("comparison", "a = 0 <= b < c", ["a = 0 > b < c", "a = 0 <= b >= c"]),
        ("boundary", "a = 0 <= b < c", ["a = 0 < b < c", "a = 0 <= b <= c"]),
        ("boundary", "a = b == c", []),
        ("and-or", "a = b and c and d", ["a = b or c and d", "a = b and c or d"]),
        ("and-or", "a = (b  # and\n or c)", ["a = (b  # and\n and c)"]),
        ("not", "a = not (b or c)", ["a = (b or c)"]),
        ("not", "a = -b", []),
        ("constant", "a = 4", ["a = 5"]),
        ("constant", "a = True", ["a = False"]),
        ("constant", "a = 'open'", ['a = ""']),
        ("constant", "a = csv.reader(b, strict=True)", ["a = csv.reader(b, strict=False)"]),
        ("constant", "a = None, '', ...", []),
        ("arithmetic", "a = (b + c) // d", ["a = (b + c) * d", "a = (b - c) // d"]),
        ("arithmetic", "a -= b", ["a += b"]),
        ("arithmetic", "a = 'b' + c", []),
        ("returned", "def f():\n    return a, b", ["def f():\n    return None"]),
        ("returned", "def f() -> bool:\n    return a or b", ["def f() -> bool:\n    return not (a or b)"]),
        ("returned", "def f():\n    return None", []),
        ("call", "a()\nb = c()", ["pass\nb = c()"]),
        ("keyword", "a.filter(q, b=1, c=2)", ["a.filter(q, c=2)", "a.filter(q, b=1)"]),
        ("keyword", "a.exclude(b=1)", ["a.exclude()"]),
        ("keyword", "a.get(b=1)", []),
        ("if-true", "if a:\n    b = c", ["if True:\n    b = c"]),
        ("if-false", "a = [b for b in c if b]", ["a = [b for b in c if False]"]),
        ("raise", "if a:\n    raise B(\n        c\n    )\n", ["if a:\n    pass\n"]),
        ("decorator", "@only(A)\ndef f(): ...", ["\ndef f(): ..."]),
        ("decorator", "@dataclass(frozen=True)\nclass A: ...", []),
        ("decorator", "@transaction.atomic\ndef f(): ...", []),
        ("call", "audit.record(by=a)", []),
    ],
)
def test_a_point_fault_changes_one_thing(kind: str, sound: str, faulty: list[str]) -> None:
    assert planted(sound, kind) == faulty


@pytest.mark.parametrize(
    ("kind", "sound", "faulty"),
    [
        ("atomic", "@transaction.atomic\ndef f(): ...", ["\ndef f(): ..."]),
        (
            "atomic",
            "with transaction.atomic(), a: ...",
            ['with __import__("contextlib").nullcontext(), a: ...'],
        ),
        ("lock", "A.objects.select_for_update(of=1).get(pk=1)", ["A.objects.all().get(pk=1)"]),
        ("audit", "audit.record(by=a)\nb()", ["pass\nb()"]),
        ("audit", "record_reads(by=a)", ["pass"]),
        ("audit", "AuditEvent.objects.bulk_create(a)", ["pass"]),
        ("audit", "rows.add(audit.event(by=a))", ["pass"]),
        (
            "transition",
            MOVES + "moved(a.b, Q(c=1), d=2, **e)",
            [MOVES + "bool(type(a.b)._base_manager.update(d=2, **e))"],
        ),
        (
            "condition",
            MOVES + "move(a, OPEN, b=2, otherwise='c')",
            [MOVES + 'move(a, __import__("django.db.models", fromlist=["Q"]).Q(), b=2, otherwise=\'c\')'],
        ),
        ("condition", MOVES + "moved(a, ANY_STATE, b=2)", []),
        ("transition", "moved(a, b, c)", []),
        ("transition", "def f():\n A.filter(pk=1, b=2).update(b=3)", ["def f():\n A.filter().update(b=3)"]),
        (
            "transition",
            "def f():\n a = A.filter(pk=1)\n a.update()",
            ["def f():\n a = A.filter()\n a.update()"],
        ),
        (
            "transition",
            "def f():\n mine().update()\ndef mine():\n return A.filter(pk=1)",
            ["def f():\n mine().update()\ndef mine():\n return A.filter()"],
        ),
        ("transition", "def f():\n a = A.filter(pk=1)\n return a", []),
        ("scope", "a = A.objects.visible_to(user).first()", ["a = A.objects.all().first()"]),
        ("scope", "a = A.filter(team=1)", []),
    ],
)
def test_a_named_fault_changes_one_thing(kind: str, sound: str, faulty: list[str]) -> None:
    assert planted(sound, kind) == faulty


@pytest.mark.parametrize(
    "path", [QUERY, "reports/models.py", "tracking/models/people.py", "reports/policies.py"]
)
def test_where_rows_are_chosen_every_filter_is_a_scope(path: str) -> None:
    code = "a = A.filter(team=1).exclude(b=2)"
    assert planted(code, "scope", path) == ["a = A.filter(team=1).all()", "a = A.all().exclude(b=2)"]


@pytest.mark.parametrize(
    "code",
    [
        '"""Words."""',
        "def f(a: list['A']) -> 'A': ...",
        "a: Literal['b']",
        "class A:\n    def __str__(self):\n        return 'a' if self.b else 'c'",
        "log.warning('%s', a == b)",
        "a = f'{b + 1}'",
        "a = 'several words'",
        "a = A(help_text='word', max_length=40)",
        "if TYPE_CHECKING:\n    a = 1",
        "if __name__ == '__main__':\n    a = 1",
        "__all__ = ['a']",
        "a = zip(b, c, strict=True)",
        "raise AssertionError(a + b)",
    ],
)
def test_words_types_and_logs_are_left_alone(code: str) -> None:
    assert faults(code) == []


def test_what_a_refusal_says_is_left_alone_but_not_the_refusal() -> None:
    assert [fault.kind for fault in faults("raise InvalidInput('note')")] == ["raise"]


def test_positions_count_in_bytes() -> None:
    assert planted("é = 'ü' ; b = c  < d  # ß", "boundary") == ["é = 'ü' ; b = c  <= d  # ß"]


CODE = """LIMIT = 4
@only(A)
def f(a, b=2):
    if (
        a > 1
    ):
        a = 3
    return a
"""


@pytest.mark.parametrize(
    ("kind", "old", "reached_by"),
    [
        ("constant", "4", range(0)),
        ("constant", "2", range(0)),
        ("decorator", "@only(A)", range(4, 9)),
        ("comparison", ">", range(4, 7)),
        ("constant", "3", range(7, 8)),
    ],
)
def test_a_fault_knows_the_lines_that_reach_it(kind: str, old: str, reached_by: range) -> None:
    (found,) = [fault for fault in faults(CODE) if (fault.kind, fault.old) == (kind, old)]
    assert found.reached_by == reached_by


@pytest.mark.parametrize("path", [ACTION, QUERY, "measures/change.py", "reports/stats/course.py"])
def test_every_fault_of_a_real_file_is_another_program(path: str) -> None:
    content = (sample.ROOT / path).read_bytes()
    sound = ast.dump(ast.parse(content))
    found = faults(content.decode(), path)
    assert found
    assert [fault.id for fault in found if ast.dump(ast.parse(fault.planted_in(content))) == sound] == []
    assert len({fault.id for fault in found}) == len(found)


def test_the_actions_have_faults_of_every_name() -> None:
    found = sample.mutants(sample.POINT, ["tracking/actions"])
    named = [
        fault for kind in NAMED for fault in sample.mutants(kind, ["tracking/actions", "tracking/queries"])
    ]
    assert {fault.kind for fault in named} == set(NAMED)
    assert not {fault.kind for fault in found} & set(NAMED)


def test_a_fault_is_found_again_by_its_id() -> None:
    (first, *_) = sample.mutants("point", [ACTION])
    assert sample.by_id(first.id) == first
    with pytest.raises(SystemExit, match="there is no fault"):
        sample.by_id(f"{ACTION}:1:0:call")


def test_a_sample_is_spread_over_the_parts_and_can_be_drawn_again() -> None:
    found = sample.mutants("point", [])
    drawn = sample.sample(found, 80, 1)
    counts = [sum(sample.part_of(fault.path) == part for fault in drawn) for part in sample.PARTS]
    assert len({fault.id for fault in drawn}) == sum(counts) == 80
    assert min(counts) >= 6
    assert drawn == sample.sample(found, 80, 1) != sample.sample(found, 80, 2)


def test_a_sample_is_never_larger_than_what_there_is() -> None:
    found = sample.mutants("lock", ["tracking/actions"])
    assert sorted(fault.id for fault in sample.sample(found, 1000, 1)) == sorted(fault.id for fault in found)


NEAR = "tests/tracking/actions/test_safety.py::TestTelling::test_nobody"
FAR = "tests/reports/test_tasks.py::test_far"
FAST = "tests/reports/test_frames.py::test_fast"
LAYERS = "tests/architecture/test_layers.py"  # reads the source, reaches no line of it
RACE = "tests/flows/test_races.py::test_one"


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    """A map in which four tests reach line 140 of an action, two of them in what they prepare or start."""
    lines = CoverageData(str(tmp_path / "lines"))
    for context, number in [
        ("", 1),
        (f"{FAR}|run", 140),
        (f"{FAST}|run", 140),
        (f"{NEAR}|setup", 140),
        (f"{RACE} (call)", 140),
        ("tests/flows/test_jobs.py::test_other|run", 10),
        ("tests/architecture/test_access_matrix.py::test_other|run", 10),
        ("tests/gone.py::test_gone|run", 140),
    ]:
        lines.set_context(context)
        lines.add_lines({ACTION: [number]})
    lines.write()
    seconds = {NEAR: 9.0, FAR: 3.0, FAST: 0.5, RACE: 7.0, f"{LAYERS}::test_imports": 1.0}
    (tmp_path / "tests.json").write_text(json.dumps({"seconds": seconds, "digests": digests()}))
    return Reach(tmp_path)


def fault_at(line: int, reached_by: range) -> Mutant:
    return Mutant(ACTION, line, 0, "call", 0, 0, "", "pass", reached_by)


def test_the_tests_that_reach_a_line_are_asked_first_nearest_and_quickest_first(reach: Reach) -> None:
    first, last = reach.choices(fault_at(140, range(140, 141)))
    # Whole: what its fixture ran may serve another of its tests.
    near = "tests/tracking/actions/test_safety.py"
    assert first.run == [near, FAST, FAR, RACE]
    assert first.longest == 9
    assert last.done == sorted(first.run)


def test_before_a_fault_is_said_to_survive_all_that_may_notice_are_asked(reach: Reach) -> None:
    *_, last = reach.choices(fault_at(140, range(140, 141)))
    assert {"tests/flows/test_jobs.py::test_other", "tests/tracking/actions/test_care.py", LAYERS} <= set(
        last.run
    )
    assert "tests/architecture/test_access_matrix.py" not in last.run


def test_a_fault_at_the_import_is_put_before_all_at_once(reach: Reach) -> None:
    (only,) = reach.choices(fault_at(1, range(0)))
    assert {"tests/tracking/actions/test_safety.py", "tests/flows/test_jobs.py::test_other"} <= set(only.run)


def test_a_test_file_changed_since_the_map_is_run_whole(reach: Reach, tmp_path: Path) -> None:
    known = json.loads((tmp_path / "tests.json").read_text())
    known["digests"]["tests/reports/test_tasks.py"] = "as it was"
    (tmp_path / "tests.json").write_text(json.dumps(known))
    first, *_ = Reach(tmp_path).choices(fault_at(140, range(140, 141)))
    assert "tests/reports/test_tasks.py" in first.run
    assert FAR not in first.run


def test_lines_of_a_file_changed_since_the_map_are_not_trusted(reach: Reach, tmp_path: Path) -> None:
    known = json.loads((tmp_path / "tests.json").read_text())
    known["digests"][ACTION] = "as it was"
    (tmp_path / "tests.json").write_text(json.dumps(known))
    (only,) = Reach(tmp_path).choices(fault_at(140, range(140, 141)))
    assert "tests/tracking/actions/test_safety.py" in only.run


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """A copy of a tree of one file."""
    (tmp_path / "sound" / "var").mkdir(parents=True)
    (tmp_path / "sound" / "one.py").write_text("a = 1\n")
    monkeypatch.setattr(planting, "ROOT", tmp_path / "sound")
    (tmp_path / "copies").mkdir()
    return Copy(tmp_path / "copies", {}, [])


def test_a_fault_is_planted_in_the_copy_alone_and_taken_out_again(copy: Copy, tmp_path: Path) -> None:
    fault = Mutant("one.py", 1, 4, "constant", 4, 5, "1", "2", range(0))
    compiled = Path(cache_from_source(str(copy.tree / "one.py")))
    compiled.parent.mkdir()
    compiled.write_text("of the file without the fault")
    with copy.holding(fault):
        assert (copy.tree / "one.py").read_text() == "a = 2\n"
        assert (tmp_path / "sound" / "one.py").read_text() == "a = 1\n"
        assert not compiled.exists()
    assert (copy.tree / "one.py").read_text() == "a = 1\n"
    assert not (copy.tree / "var").exists()


def notices(copy: Copy, monkeypatch: pytest.MonkeyPatch, *runs: list[str]) -> Outcome:
    """The outcome of a fault when these are the failures of one run of tests after the other."""
    said = iter(runs)
    monkeypatch.setattr(copy, "failures", lambda *_: next(said))
    fault = Mutant("one.py", 1, 4, "constant", 4, 5, "1", "2", range(0))
    outcome = copy.outcome(fault, [Choice([NEAR], 1), Choice([FAR], 1)])
    assert list(said) == []
    return outcome


def test_a_fault_survives_when_no_choice_of_tests_fails(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    assert notices(copy, monkeypatch, [], []).by is None


def test_a_test_that_notices_is_asked_again(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = notices(copy, monkeypatch, [], [FAR], [FAR])
    assert (outcome.by, outcome.again) == (FAR, True)
    outcome = notices(copy, monkeypatch, [NEAR], [])
    assert (outcome.by, outcome.again) == (NEAR, False)


def test_what_found_no_end_is_not_waited_for_again(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = notices(copy, monkeypatch, [NO_END])
    assert (outcome.by, outcome.again) == (NO_END, True)


def test_what_finds_no_end_is_stopped(copy: Copy) -> None:
    assert copy._run([sys.executable, "-c", "while True: pass"], 0.2) is None
    assert copy._run([sys.executable, "-c", "raise SystemExit(3)"], 60) == 3


def test_what_is_given_up_is_stopped(copy: Copy) -> None:
    copy.given_up.set()
    assert copy._run([sys.executable, "-c", "while True: pass"], 600) is None


def test_what_takes_long_is_left_alone_while_its_tests_end(copy: Copy) -> None:
    steps = (
        "import pathlib, time\nfor _ in range(6):\n    time.sleep(0.3)\n    pathlib.Path('../alive').touch()"
    )
    assert copy._run([sys.executable, "-c", steps], 1.5) == 0


def test_the_report_counts_by_part_and_kind_and_lists_what_survived() -> None:
    seen, missed, doubted, once, endless = (fault_at(line, range(0)) for line in range(1, 6))
    ends = [(seen, NEAR), (missed, None), (doubted, FAR), (once, FAST), (endless, NO_END)]
    outcomes = [Outcome(fault, by, fault != once, 1) for fault, by in ends]
    lines = report(outcomes, {FAR}).splitlines()
    assert {"| tracking/actions | 5 | 4 | 1 |", "| call | 5 | 4 | 1 |", "| **all** | 5 | 4 | 1 |"} <= set(
        lines
    )
    assert f"* `{missed.id}`: `(nothing)` → `pass`" in lines
    assert f"* `{doubted.id}`: {FAR}" in lines
    assert f"* `{once.id}`: {FAST}" in lines
    assert f"* `{endless.id}`: {NO_END}" in lines
    assert not any(seen.id in line for line in lines)
