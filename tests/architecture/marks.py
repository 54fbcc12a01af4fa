"""By what a page tells of whom it speaks: every id, name and code of the world, whose it is and of which kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model
from django.urls import reverse
from knox.models import AuthToken

from tests.architecture.ward import Ward
from tests.architecture.world import DAYS_OF_WASHOUT, MODELS, YEAR_OF_AVAILABILITY, World
from tracking.models import Assessment, AssessmentRequest, Patient, User
from tracking.vocabulary import Role

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Of each table that a page can show rows of: the kind, and the columns that nobody else's row has alike.
MARKED = {
    "site": ("site", "name"),
    "careteam": ("team", "public_id name"),
    "user": ("staff", "public_id name email"),
    "study": ("study", "public_id key title"),
    "release": ("release", "public_id purpose"),
    "importbatch": ("study", "public_id"),
    "settingtemplate": ("room", "public_id name"),
    "wordingpack": ("library", "public_id"),
    "siteinstrument": ("instrument", "public_id key title"),
    "patient": ("patient", "public_id"),
    "patientidentity": ("identity", "family_name record_number email"),
    "treatmentepisode": ("patient", "public_id"),
    "assessmentrequest": ("patient", "public_id"),
    "assessment": ("patient", "public_id submission_id"),
    "safetyalert": ("patient", "public_id"),
    "courseflag": ("patient", "public_id"),
    "treatmentsession": ("patient", "public_id"),
    "dose": ("patient", "public_id"),
    "medicationcourse": ("patient", "public_id"),
    "dosechange": ("patient", "public_id"),
    "planneddosestep": ("patient", "public_id"),
    "runsheetentry": ("patient", "public_id"),
    "unblinding": ("patient", "public_id reason"),
    "recordmove": ("patient", "public_id reason"),
    "erasure": ("patient", "public_id"),
    "entrydraft": ("patient", "public_id submission_id"),
    "sittinglink": ("patient", "public_id"),
    "death": ("patient", "public_id"),
    "ratingcall": ("patient", "public_id"),
    "oddlook": ("odd", "public_id"),
    "breakglass": ("patient", "public_id reason"),
}
ENDED_AT = {
    "rolegrant": "administration-grant-end",
    "membership": "administration-membership-end",
    "studymembership": "administration-study-leave",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """``source``: table and column. ``patient``: whom it tells of, if a patient."""

    ward: str
    kind: str
    source: str
    text: str
    patient: UUID | None = None


class Marks:
    """All of them, to be looked for in what somebody is sent."""

    def __init__(self, world: World) -> None:
        every = [*_of_rows(world), *(mark for ward in world.wards for mark in _typed(ward))]
        self.every = frozenset(every)
        self._ids = {mark.text: mark for mark in every if ID.fullmatch(mark.text)}
        self._texts = [mark for mark in every if mark.text not in self._ids]

    def in_text(self, text: str) -> frozenset[Mark]:
        named = {self._ids[found] for found in ID.findall(text) if found in self._ids}
        return frozenset(named | {mark for mark in self._texts if mark.text in text})


def kind_of(row: Model) -> str:
    """Of which kind a row is: of the blinded ratings and of the people there are two."""
    kind = MARKED[row._meta.model_name][0]
    if isinstance(row, AssessmentRequest) and row.blinded:
        return "rating"
    if isinstance(row, Assessment) and row.request and row.request.blinded:
        return "rating"
    if isinstance(row, User):
        return "identity" if hasattr(row, "patient") else "rater" if row.has_role(Role.RATER) else kind
    return kind


def patient_of(row: Model) -> Patient | None:
    for step in ("session", "course", "episode", "patient"):
        row = getattr(row, step, None) or row
    return row if isinstance(row, Patient) else None


def _of_rows(world: World) -> Iterator[Mark]:
    for model in MODELS:
        name = model._meta.model_name
        for row in model._base_manager.all() if name in {*MARKED, *ENDED_AT} else ():
            ward = world.owners.get((name, row.pk))
            if ward and name in ENDED_AT:
                yield Mark(ward.name, "access", f"{name}.pk", reverse(ENDED_AT[name], args=[row.pk]))
            elif ward:
                yield from _of_row(ward, row)


def _of_row(ward: Ward, row: Model) -> Iterator[Mark]:
    name, patient = row._meta.model_name, patient_of(row)
    whom = patient.public_id if patient else None
    for column in MARKED[name][1].split():
        text = str(getattr(row, column) or "")
        if ID.fullmatch(text) or ward.name.casefold() in text.casefold():
            yield Mark(ward.name, kind_of(row), f"{name}.{column}", text, whom)
    if isinstance(row, Patient):
        yield Mark(ward.name, "code", "patient.study_code", row.study_code, whom)


def _typed(ward: Ward) -> Iterator[Mark]:
    """What was typed into larger texts of this ward."""
    yield Mark(ward.name, "site", "site.crisis_contacts", f"{ward.name} line.")
    yield Mark(ward.name, "library", "wordingpack.content", f"{ward.name}: ")
    yield Mark(ward.name, "instrument", "siteinstrument.definition", f"{ward.name} check-in")
    token = AuthToken.objects.get(user=ward.users["clinician"])
    yield Mark(ward.name, "token", "authtoken.token_key", token.token_key)
    starts = f"17 March {YEAR_OF_AVAILABILITY[ward.name]}"
    yield Mark(ward.name, "availability", "rateravailability.starts_on", starts)
    yield Mark(ward.name, "study", "declaredscale.definition", f"{ward.name} diary")
    patient = ward.users["patient"].patient.public_id
    yield Mark(ward.name, "patient", "assessment.answers", f"{ward.name} peace", patient)
    if ward.name in DAYS_OF_WASHOUT:
        yield Mark(ward.name, "library", "washoutrule.days", f"{DAYS_OF_WASHOUT[ward.name]} days")
