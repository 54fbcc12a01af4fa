"""Where a posted resource belongs: its patient, its episode, the request that it answers, its day and its id."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Set
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from measures.fhir.names import EPISODE_OF_CARE, STUDY_CODE, UUID_SYSTEM
from measures.fhir.resource import FhirError, Resource, extensions
from tracking.api.caseload import caseload_requests
from tracking.models import AssessmentRequest, Patient, TreatmentEpisode, User
from tracking.rules.policies.days import local_day

M = TypeVar("M", bound=Model)


def refuse_unread(sent: Resource, taken: Set[str]) -> None:
    """Refuses an element of which nothing would be kept, by its name. Raises ``FhirError``."""
    for name in sent:
        if name not in taken:
            raise FhirError(name, _("is not taken here"))


def request_in(user: User, sent: Resource) -> AssessmentRequest | None:
    """The request that ``basedOn`` names. Raises ``FhirError`` for one that is not the user's to see."""
    references = sent.get("basedOn", ())
    if len(references) > 1:
        raise FhirError("basedOn", _("names more than one request"))
    return next(
        (_seen(caseload_requests(user), "ServiceRequest", each, "basedOn") for each in references), None
    )


def episode_in(user: User, sent: Resource) -> TreatmentEpisode | None:
    """The episode that the extension for the episode of care names; no other extension is taken.

    Raises ``FhirError`` for one that is not the user's to see.
    """
    given = sent.get("extension", ())
    references = list(extensions(sent, EPISODE_OF_CARE))
    if len(given) > len(references) or len(references) > 1:
        raise FhirError("extension", _("must be {extension} alone, once").format(extension=EPISODE_OF_CARE))
    rows = TreatmentEpisode.objects.visible_to(user)
    return next((_seen(rows, "EpisodeOfCare", each, "extension") for each in references), None)


def check_subject(sent: Resource, patient: Patient) -> None:
    """Nothing is filed under somebody else than the sender meant. Raises ``FhirError``."""
    subject = sent.get("subject", {})
    named = []
    if "reference" in subject:
        named.append(subject["reference"] == f"Patient/{patient.public_id}")
    if "identifier" in subject:
        identifier = subject["identifier"]
        named.append((identifier.get("system"), identifier.get("value")) == (STUDY_CODE, patient.study_code))
    if not named:
        raise FhirError(
            "subject", _("is missing: an identifier of the system {system}").format(system=STUDY_CODE)
        )
    if not all(named):
        raise FhirError("subject", _("is not the patient of this episode"))


def day_in(sent: Resource, name: str, patient: Patient) -> date:
    """The day of the assessment: where the patient lives, if a time is given. Raises ``FhirError``."""
    text = sent.get(name, "")
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return local_day(patient, moment)
    except (ValueError, OverflowError):  # the last day of the calendar has no next one
        pass
    raise FhirError(name, _("must be a day, or a time with its time zone"))


def submission_in(identifier: Resource | None) -> uuid.UUID | None:
    """The submission id, as a business identifier: a UUID of the sender's choice. Raises ``FhirError``."""
    if identifier is None:
        return None
    scheme, __, text = identifier.get("value", "").rpartition(":")
    if identifier.get("system") != UUID_SYSTEM or scheme != "urn:uuid":
        said = _("must be of the system {system}, and urn:uuid: with a UUID")
        raise FhirError("identifier", said.format(system=UUID_SYSTEM))
    return _uuid(text, "identifier")


def _seen(rows: QuerySet[M], kind: str, reference: object, path: str) -> M:
    """The row among those that may be seen. Absent and not to be seen are refused alike."""
    given = reference.get("reference", "") if isinstance(reference, Mapping) else ""
    name, __, text = given.partition("/")
    found = rows.filter(public_id=_uuid(text, path)).first() if name == kind else None
    if found is None:
        raise FhirError(
            path, _("names nothing that is there; it must be {kind}/ and an id").format(kind=kind)
        )
    return found


def _uuid(text: str, path: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise FhirError(path, _("must hold a UUID")) from None
