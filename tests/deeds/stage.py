"""The scene of a deed, with its bystanders, and what is done on it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Deed, Note
from tests.deeds.ledger import Snapshot
from tracking.models import AuditEvent

Told = tuple[str, Any, str, Any, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """``ours`` is where the deed is done; ``beside`` is another patient of the same clinic, ``theirs`` another
    clinic."""

    ours: Clinic
    beside: Clinic
    theirs: Clinic

    def arrange(self, deed: Deed) -> Arguments:
        """The same scene for everybody, so that a deed that reaches too far finds something to spoil. Returns the
        arguments for ours."""
        scene = deed.others or deed.arrange
        if not deed.of_site:
            scene(self.beside)
        scene(self.theirs)
        return deed.arrange(self.ours)


def do(deed: Deed, arguments: Arguments) -> Any:
    return perform(deed.action, arguments)


def perform(action: Callable[..., Any], arguments: Arguments) -> Any:
    """As a second browser tab would: with rows as they were read before, not as another has left them."""
    return action(**copy.deepcopy(dict(arguments)))


def told(before: Snapshot) -> list[Told]:
    """The rows of the audit log that are new since: what, who, which kind of row, which row, which patient."""
    new = AuditEvent.objects.exclude(pk__in=before[AuditEvent]).order_by("pk")
    return [(row.action, row.actor, row.object_type, row.object_id, row.patient) for row in new]


def meant(deed: Deed, arguments: Arguments, result: Any) -> list[Told]:
    """The same, as the table has it."""
    known = {"by": None, **arguments, "result": result}
    return [each for note in deed.notes for each in _of(note, known)]


def _of(note: Note, known: Arguments) -> Iterator[Told]:
    actor = _public(_follow(note.by, known))
    found = note.of(known) if callable(note.of) else _follow(note.of, known)
    for row in _several(found):
        patient = _follow(note.patient, known | {"row": row})
        yield note.action, actor, row._meta.model_name, _public(row), _public(patient)


def _several(found: Any) -> Iterable[Model]:
    return found if isinstance(found, list | tuple | QuerySet) else (found,)


def _follow(path: str, known: Arguments) -> Any:
    """``result.0.episode`` from the names that are known; nothing for an empty path."""
    if not path:
        return None
    name, *rest = path.split(".")
    found = known[name]
    for part in rest:
        found = found[int(part)] if part.isdigit() else getattr(found, part)
    return found


def _public(row: Model | None) -> Any:
    return getattr(row, "public_id", None)
