"""What a deed has changed, value by value: what its ledger counts, written out.

A row is named by its model and its place among those of its model, random words and hashes by what they are, a
moment by its minutes from when the deed was done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model

from tests.deeds.ledger import Snapshot
from tracking import clock
from tracking.models import Patient
from tracking.tongues import is_said

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MANY_DIGITS = re.compile(r"-?\b\d+\.\d{7,}\b")
CODE = re.compile(r"\b[0-9A-Z]{6}\b")
RANDOM = {
    "key": re.compile(r"(?<=/reset/key/)[\w-]+"),
    "study id": re.compile(r"\bP(\d[A-Z]){5}\b"),
    "hash": re.compile(r"\b[0-9a-f]{15,}\b|argon2\S+|![0-9A-Za-z]{40}"),
    "token": re.compile(r"(?<![\w-])[\w-]{43,}(?![\w-])"),
}
NOTHING = (None, "", {}, [])
NOT_NAMED = {"AuditEvent", "AuthToken", "OutboxMail", "ReleaseMember"}  # by a place: nothing refers to them
LONG = 600  # characters: so much was computed, and has tests of its own


def changes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """A line for each row that came, went or changed, and what it says now, in order of model and row."""
    rows = Rows(before, after)
    for model in sorted(after, key=lambda each: each.__name__):
        lines = [line for key in rows.places[model] if (line := rows.change(model, key))]
        yield from sorted(lines) if model.__name__ in NOT_NAMED else lines


class Rows:
    """All rows of before and after, by their places."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self.before, self.after = before, after
        self.places = {
            model: {key: place for place, key in enumerate(sorted({*before[model], *after[model]}), 1)}
            for model in after
        }
        self.public = {
            str(public_id): f"{model.__name__} {self.places[model][key]}"
            for model in after
            if hasattr(model, "public_id")
            for key, public_id in model._base_manager.values_list("pk", "public_id")
        }
        self.codes = {
            code: f"Patient {self.places[Patient][key]}"
            for key, code in Patient.objects.values_list("pk", "study_code")
        }

    def change(self, model: type[Model], key: Any) -> str:
        old, new = self.before[model].get(key), self.after[model].get(key)
        place = "" if model.__name__ in NOT_NAMED else f" {self.places[model][key]}"
        if new is None:
            return f"-{model.__name__}{place}"
        cells = self.cells(model, key)
        if old is None:
            return (
                f"+{model.__name__}{place}: {in_words({name: cell for name, cell in cells.items() if cell})}"
            )
        fields = zip(model._meta.concrete_fields, old, new, strict=True)
        changed = {field.name: cells[field.name] or "nothing" for field, was, now in fields if was != now}
        return f"~{model.__name__}{place}: {in_words(changed)}" if changed else ""

    def cells(self, model: type[Model], key: Any) -> dict[str, str]:
        row = model._base_manager.get(pk=key)
        return {
            field.name: self.cell(getattr(row, field.attname), field.related_model)
            for field in model._meta.concrete_fields
            if not field.primary_key and field.name != "public_id"
        }

    def cell(self, value: Any, related: type[Model] | None) -> str:
        if value in NOTHING:
            return ""
        if related in self.places and value in self.places[related]:
            return f"{related.__name__} {self.places[related][value]}"
        if isinstance(value, datetime):
            return f"{round((value - clock.now()).total_seconds() / 60):+d} min"
        value = in_one_language(value)
        text = (
            json.dumps(value, sort_keys=True, default=str) if isinstance(value, dict | list) else str(value)
        )
        text = MANY_DIGITS.sub(lambda found: f"{float(found[0]):.6g}", text)
        text = UUID.sub(lambda found: self.public.get(found[0], "<uuid>"), text)
        text = CODE.sub(lambda found: self.codes.get(found[0], found[0]), text)
        for name, pattern in RANDOM.items():
            text = pattern.sub(f"<{name}>", text)
        return text.replace("\n", " ⏎ ") if len(text) <= LONG else "<long>"


def in_one_language(value: Any) -> Any:
    """What is said in every language, however deep it stands, said once."""
    if is_said(value):
        return value[settings.LANGUAGE_CODE]
    if isinstance(value, dict):
        return {key: in_one_language(one) for key, one in value.items()}
    return [in_one_language(one) for one in value] if isinstance(value, list) else value


def in_words(cells: dict[str, str]) -> str:
    return "; ".join(f"{name} {cell}" for name, cell in cells.items())
