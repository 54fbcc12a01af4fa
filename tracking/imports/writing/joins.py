"""What a further file adds to a patient who is known."""

from __future__ import annotations

from collections.abc import Sequence

from tracking.imports.planning.plan import PlannedPatient
from tracking.imports.reading.spec import PatientColumns
from tracking.imports.writing.rows import CHUNK
from tracking.models import Patient, TreatmentEpisode
from tracking.vocabulary import Sex


def join(
    episode: TreatmentEpisode, planned: PlannedPatient, columns: PatientColumns
) -> tuple[bool, list[str]]:
    """Fills what the record does not know yet. Returns whether something was filled, and the columns whose
    value differs from the record: those are left as they are."""
    filled, differing = False, []
    patient = episode.patient
    sex, arm = columns.sex and columns.sex.column, columns.arm and columns.arm.column
    for record, field, value, column, unknown in (
        (patient, "sex", planned.sex, sex, Sex.UNKNOWN),
        (episode, "arm", planned.arm, arm, ""),
        (episode, "age_at_start", planned.age, columns.age, None),
    ):
        stored = getattr(record, field)
        if value is None or value == stored:
            continue
        if stored == unknown:
            setattr(record, field, value)
            filled = True
        else:
            differing.append(column or field)
    for name, covariate in planned.covariates.items():
        filled |= name not in episode.covariates
        if episode.covariates.setdefault(name, covariate) != covariate:
            differing.append(name)
    return filled, differing


def save_joined(episodes: Sequence[TreatmentEpisode]) -> None:
    """Writes what ``join`` filled."""
    fields = ["arm", "age_at_start", "covariates"]
    TreatmentEpisode.objects.bulk_update(episodes, fields, batch_size=CHUNK)
    Patient.objects.bulk_update([episode.patient for episode in episodes], ["sex"], batch_size=CHUNK)
