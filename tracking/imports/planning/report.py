"""What an import found, in lines for a person. Names lines and columns; repeats no answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measures.instrument import Number
from tracking.imports.planning.plan import Mismatch, Note, Plan
from tracking.imports.reading.problems import MOST_LISTED, FileRefused


def refusal(name: str, refused: FileRefused) -> Iterator[str]:
    """Why nothing was stored."""
    faults = "1 fault" if refused.count == 1 else f"{refused.count} faults"
    yield f"{name} was not imported: {faults}. Nothing was stored."
    yield from (f"  {problem}" for problem in refused.problems)
    if refused.count > len(refused.problems):
        yield f"  … and {refused.count - len(refused.problems)} more"


def findings(plan: Plan) -> Iterator[str]:
    """What a person should look at, although everything could be stored."""
    yield from _section(
        "Entered totals that differ from their item sums, which are used; both are kept",
        [_mismatch(found) for found in plan.mismatches],
    )
    yield from _notes("Entered totals that could not be compared", plan.uncompared)
    yield from _notes("Answers taken as unanswered: known errors of the source", plan.unanswered)
    yield from _section(
        "Answer sheets that are identical under two patients",
        [f"line {line} repeats the answers of line {first}" for line, first in plan.twins],
    )
    for doubt in plan.doubts:
        yield from _section(doubt.question, doubt.places)
    yield from _notes("Forms left out: the file says that they were not completed", plan.incomplete)
    yield from _notes(
        "Safety items endorsed: imported answers raise no alert, so look at them", plan.endorsed
    )
    yield from _notes("Safety items left unanswered, which is no denial", plan.left_out)


def _mismatch(found: Mismatch) -> str:
    assessment = found.assessment
    scale = assessment.instrument.scale(found.scale).title
    return (
        f"line {assessment.line}: id {assessment.source_id}, {assessment.when.key}, "
        f"{assessment.instrument.short_title}, {scale}: "
        f"entered {_plain(found.entered)}, items {_plain(found.score)}"
    )


def _notes(title: str, notes: Sequence[Note]) -> Iterator[str]:
    return _section(title, [f"line {note.line}, column {note.column}: {note.text}" for note in notes])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"{title}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:MOST_LISTED])
    if len(lines) > MOST_LISTED:
        yield f"  … and {len(lines) - MOST_LISTED} more"


def _plain(value: Number) -> str:
    return f"{value:g}"
