"""Who was erased, kept in a file beside the backups: a backup of before brings them back."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from tracking.actions import audit
from tracking.actions.erasures import erase_holdings
from tracking.models import Erasure, Patient
from tracking.vocabulary import AuditAction, Holding


def erased_path() -> Path:
    return Path(settings.BACKUPS) / "erased.json"


def remember_erased() -> dict[str, list[str]]:
    """Adds to the file whoever stands in the table as erased. Returns all of it: kinds of holdings by public id, which
    names nobody."""
    path = erased_path()
    known = json.loads(path.read_text()) if path.exists() else {}
    for row in Erasure.objects.exclude(erased_at=None).select_related("patient"):
        kept = {part["holding"] for part in row.kept}
        gone = {kind for kind in Holding.values if kind not in kept}
        key = str(row.patient.public_id)
        known[key] = sorted(gone.union(known.get(key, ())))
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(known, indent=1) + "\n")
    draft.rename(path)
    return known


def erase_again() -> int:
    """After a restore: erases whoever is in the file and has come back. Returns of how many people something was."""
    count = 0
    for key, kinds in remember_erased().items():
        patient = Patient.objects.filter(public_id=key, set_aside_at=None).first()
        if patient and erase_holdings(patient=patient, kinds=kinds):
            audit.record(
                by=None, action=AuditAction.ERASE, target=patient, patient=patient, holdings=kinds, again=True
            )
            count += 1
    return count
