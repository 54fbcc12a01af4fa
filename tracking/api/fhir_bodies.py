"""A QuestionnaireResponse as it is posted: for whom it is, what it answers, and on which day."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from rest_framework.request import Request

from measures.errors import UnknownInstrument
from measures.fhir.names import EPISODE_OF_CARE, STUDY_CODE, UUID_SYSTEM, key_of_canonical
from measures.fhir.resource import FhirError, Resource, extensions, received
from measures.fhir.response import answers_of
from measures.instrument import Instrument
from tracking.api.caseload import caseload_requests
from tracking.api.submissions import submission_id
from tracking.instruments import instrument_of, offered_instrument
from tracking.models import AssessmentRequest, Patient, TreatmentEpisode, User
from tracking.policies import local_day

M = TypeVar("M", bound=Model)

_TAKEN = {
    "resourceType",
    "id",
    "meta",
    "language",
    "text",
    "extension",
    "identifier",
    "basedOn",
    "questionnaire",
    "status",
    "subject",
    "authored",
    "item",
}
_ABSENT = "There is no such object"


def read_response(request: Request) -> dict[str, Any]:
    """What a posted QuestionnaireResponse hands in, as ``intake.take_in`` takes it.

    ``basedOn`` names the request that it answers, or the extension for the episode of care says where it
    belongs; its subject must be the patient of that episode. An element of which nothing would be kept is
    refused, but for the resource's own id, tags and narrative. Raises ``FhirError`` and ``AnswerError``.
    """
    sent = received(QuestionnaireResponse, request.data)
    for name in sent:
        if name not in _TAKEN:
            raise FhirError(name, "is not taken here")
    asked, episode = _place(request.user, sent)
    _check_subject(sent, episode.patient)
    instrument = _instrument(sent, asked, episode)
    return {
        "instrument": instrument,
        "answers": answers_of(instrument, sent),
        "assessed_on": _day(sent, episode.patient),
        "submission_id": submission_id(request, _identifier(sent)),
        **({"request": asked} if asked else {"episode": episode}),
    }


def _place(user: User, sent: Resource) -> tuple[AssessmentRequest | None, TreatmentEpisode]:
    """The request that is answered, if any, and the episode."""
    references = [each.get("reference", "") for each in sent.get("basedOn", ())]
    episodes = [_reference(each) for each in extensions(sent, EPISODE_OF_CARE)]
    if len(references) > 1 or len(episodes) > 1 or len(sent.get("extension", ())) > len(episodes):
        raise FhirError("extension" if len(references) < 2 else "basedOn", "says more than is taken here")
    episode = None
    if episodes:
        episode = _seen(TreatmentEpisode.objects.visible_to(user), "EpisodeOfCare", episodes[0], "extension")
    if not references:
        if episode is None:
            raise FhirError("basedOn", "names no request, and no extension an episode of care")
        return None, episode
    asked = _seen(caseload_requests(user), "ServiceRequest", references[0], "basedOn")
    if episode not in (None, asked.episode):
        raise FhirError("extension", "is not the episode of the request")
    return asked, asked.episode


def _reference(value: object) -> str:
    return value.get("reference", "") if isinstance(value, Mapping) else ""


def _seen(rows: QuerySet[M], kind: str, reference: str, path: str) -> M:
    """The row among those that may be seen. Absent and not to be seen are refused alike."""
    name, _, text = reference.partition("/")
    found = rows.filter(public_id=_uuid(text, path)).first() if name == kind else None
    if found is None:
        raise FhirError(path, f"{_ABSENT}; a reference here is {kind}/ and an id")
    return found


def _uuid(text: str, path: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise FhirError(path, "must hold a UUID") from None


def _check_subject(sent: Resource, patient: Patient) -> None:
    """Answers are never filed under somebody else than the sender meant."""
    subject = sent.get("subject", {})
    identifier = subject.get("identifier", {})
    named = []
    if "reference" in subject:
        named.append(subject["reference"] == f"Patient/{patient.public_id}")
    if identifier:
        named.append((identifier.get("system"), identifier.get("value")) == (STUDY_CODE, patient.study_code))
    if not named:
        raise FhirError("subject", f"is missing: an identifier of the system {STUDY_CODE}")
    if not all(named):
        raise FhirError("subject", "is not the patient of this episode")


def _instrument(sent: Resource, asked: AssessmentRequest | None, episode: TreatmentEpisode) -> Instrument:
    if asked:
        return instrument_of(asked.instrument, asked.version)
    try:
        return offered_instrument(key_of_canonical(sent.get("questionnaire", "")), episode.patient.team.site)
    except UnknownInstrument:
        raise FhirError("questionnaire", "is none that is offered here") from None


def _day(sent: Resource, patient: Patient) -> date:
    """The day on which the questions were answered: where the patient lives, if a time is given."""
    text = sent.get("authored", "")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return local_day(patient, moment)
    except (ValueError, OverflowError):
        pass
    raise FhirError("authored", "must be a day, or a time with its time zone")


def _identifier(sent: Resource) -> uuid.UUID | None:
    """The id of the submission, as a business identifier: a UUID of the sender's choice."""
    if "identifier" not in sent:
        return None
    identifier = sent["identifier"]
    scheme, _, text = identifier.get("value", "").rpartition(":")
    if identifier.get("system") != UUID_SYSTEM or scheme != "urn:uuid":
        raise FhirError("identifier", f"must be of the system {UUID_SYSTEM}, and urn:uuid: with a UUID")
    return _uuid(text, "identifier")
