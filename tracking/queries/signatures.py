"""The digest of a run-sheet, and which signatures still hold.

The digest is SHA-256 over all that the run-sheet says, written as JSON with sorted keys, no blanks, UTF-8, moments
in UTC and amounts without idle zeros: who was present, every dose and line with what was taken back and why, and
every version of every assessment. Anybody who has the rows can compute it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Model

from tracking.models import Assessment, Dose, RunSheetEntry, SessionSignature, TreatmentSession
from tracking.queries.dosing import forms_on_sheet
from tracking.rules.run_sheet import Plan

WANTED = 2
PRESENCE = ("role",)
VOIDED = ("voided_at", "void_reason")
DOSE = ("part", "substance", "amount", "unit", "weight_kg", "route", "given_at", "recorded_at", *VOIDED)
LINE = ("kind", "topic", "met", "text", "happened_at", "recorded_at", *VOIDED)
FORM = (
    "instrument",
    "version",
    "wording",
    "answers",
    "source",
    "assessed_at",
    "recorded_at",
    "correction_reason",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature, and whether the run-sheet still reads as it was signed."""

    signature: SessionSignature
    holds: bool


def content_of(session: TreatmentSession, plan: Plan) -> dict[str, object]:
    """All that a run-sheet says, as plain values."""
    present = session.people_present.select_related("user").order_by("pk")
    doses = session.doses.select_related("recorded_by", "voided_by").order_by("pk")
    lines = session.entries.select_related("recorded_by", "voided_by").order_by("pk")
    forms = forms_on_sheet(session, plan).order_by("pk")
    return {
        "session": str(session.public_id),
        "starts_at": _plain(session.starts_at),
        "note": session.note,
        "present": [{"user": str(row.user.public_id)} | _fields(row, PRESENCE) for row in present],
        "doses": [_row(row, DOSE) for row in doses],
        "lines": [_row(row, LINE) for row in lines],
        "forms": [_form(row) for row in forms],
    }


def digest_of(session: TreatmentSession, plan: Plan) -> str:
    """SHA-256 of the content, in hexadecimal."""
    text = json.dumps(content_of(session, plan), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def signatures_of(session: TreatmentSession, plan: Plan) -> list[Signed]:
    """The latest signature of each person, in the order of signing."""
    rows = list(session.signatures.select_related("signed_by").order_by("signed_at", "pk"))
    if not rows:
        return []
    now = digest_of(session, plan)
    latest = {row.signed_by_id: row for row in rows}
    holding = {row.signed_by_id: row for row in rows if row.digest == now}
    return [Signed(holding.get(who, row), who in holding) for who, row in latest.items()]


def _row(row: Dose | RunSheetEntry, names: tuple[str, ...]) -> dict[str, object]:
    people = {name: getattr(row, name) for name in ("recorded_by", "voided_by")}
    return {
        "id": str(row.public_id),
        **_fields(row, names),
        **{name: str(user.public_id) if user else None for name, user in people.items()},
    }


def _form(row: Assessment) -> dict[str, object]:
    return {
        "id": str(row.public_id),
        "recorded_by": str(row.recorded_by.public_id) if row.recorded_by else None,
        "supersedes": str(row.supersedes.public_id) if row.supersedes else None,
        **_fields(row, FORM),
    }


def _fields(row: Model, names: tuple[str, ...]) -> dict[str, object]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
