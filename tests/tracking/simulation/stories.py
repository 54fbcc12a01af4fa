"""What is on record of an invented person, in short: a line for each table. A seed stays the same person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from django.db import models

from tests.tracking.simulation.replay import TABLES, UNLIKE
from tracking.models import AuditEvent, PatientIdentity, RunSheetEntry, TreatmentEpisode

MORE = ((PatientIdentity, "patient", ["pk"]), (RunSheetEntry, "session__episode__patient", ["pk"]))


def in_short(told: Mapping[str, TreatmentEpisode]) -> str:
    """Each story by table: how many rows, and a digest of all that they say besides who else they name."""
    return "".join(f"{story}, {line}\n" for story, episode in told.items() for line in _lines(episode))


def _lines(episode: TreatmentEpisode) -> Iterator[str]:
    for model, path, order in (*TABLES, *MORE):
        said = [
            _said(row) for row in model._default_manager.filter(**{path: episode.patient_id}).order_by(*order)
        ]
        if said and model is not AuditEvent:  # that names everything by random ids
            digest = sha256("\n".join(said).encode()).hexdigest()[:12]
            yield f"{model._meta.verbose_name}: {len(said)} {digest}"


def _said(row: models.Model) -> str:
    columns = [c for c in row._meta.concrete_fields if not c.is_relation and c.name not in UNLIKE]
    return json.dumps(
        {column.name: getattr(row, column.name) for column in columns}, sort_keys=True, default=str
    )
