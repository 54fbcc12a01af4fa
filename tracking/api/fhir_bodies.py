"""What is posted in FHIR: answers, and totals whose items are nowhere here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from measures.errors import AnswerError, UnknownInstrument
from measures.fhir.names import key_of_canonical, scores_system
from measures.fhir.observation import totals_of
from measures.fhir.resource import FhirError, Resource, received
from measures.fhir.response import answers_of
from measures.instrument import Instrument
from tracking.api.doors import SignedInRequest
from tracking.api.fhir_filing import (
    check_subject,
    day_in,
    episode_in,
    refuse_unread,
    request_in,
    submission_in,
)
from tracking.api.submissions import submission_id
from tracking.models import AssessmentRequest, TreatmentEpisode
from tracking.queries.requests import totals_to_record
from tracking.rules.policies.instruments import instrument_of, offered_instrument

# The id, the tags and the narrative are the sender's own; a band is read from the total anew.
_OF_ANY = {"resourceType", "id", "meta", "language", "text", "extension", "identifier", "status", "subject"}
_OF_RESPONSE = _OF_ANY | {"basedOn", "questionnaire", "authored", "item"}
_OF_TOTAL = _OF_ANY | {"category", "code", "effectiveDateTime", "valueQuantity", "interpretation", "method"}


def read_response(request: SignedInRequest) -> dict[str, Any]:
    """What a posted QuestionnaireResponse hands in, as ``intake.take_in`` takes it.

    ``basedOn`` names the request that it answers, or the extension for the episode of care says where it
    belongs; its subject must be the patient of that episode. Raises ``FhirError`` and ``AnswerError``.
    """
    sent = received(QuestionnaireResponse, request.data)
    refuse_unread(sent, _OF_RESPONSE)
    asked, named = request_in(request.user, sent), episode_in(request.user, sent)
    episode = asked.episode if asked else named
    if episode is None:
        raise FhirError("basedOn", _("names no request, and no extension an episode of care"))
    if named not in (None, episode):
        raise FhirError("extension", _("is not the episode of the request"))
    check_subject(sent, episode.patient)
    instrument = _asked_with(sent, asked, episode)
    return {
        "instrument": instrument,
        "answers": answers_of(instrument, sent),
        "assessed_on": day_in(sent, "authored", episode.patient),
        "submission_id": submission_id(request, submission_in(sent.get("identifier"))),
        **({"request": asked} if asked else {"episode": episode}),
    }


def read_total(request: SignedInRequest) -> dict[str, Any]:
    """What a posted Observation hands in, as ``record_total`` takes it: one total of an instrument that has no
    items here. Where items are asked, the answers are wanted. Raises ``FhirError``.
    """
    sent = received(Observation, request.data)
    refuse_unread(sent, _OF_TOTAL)
    episode = episode_in(request.user, sent)
    if episode is None:
        raise FhirError("extension", _("names no episode of care"))
    check_subject(sent, episode.patient)
    identifiers = sent.get("identifier", [])
    if len(identifiers) > 1:
        raise FhirError("identifier", _("stands more than once"))
    instrument = _totalled(sent, episode)
    return {
        "episode": episode,
        "instrument": instrument,
        "totals": _total(instrument, sent),
        "assessed_on": day_in(sent, "effectiveDateTime", episode.patient),
        "submission_id": submission_id(request, submission_in(next(iter(identifiers), None))),
    }


def _asked_with(sent: Resource, asked: AssessmentRequest | None, episode: TreatmentEpisode) -> Instrument:
    if asked:
        return instrument_of(asked.instrument, asked.version)
    try:
        return offered_instrument(key_of_canonical(sent.get("questionnaire", "")), episode.patient.team.site)
    except UnknownInstrument:
        raise FhirError("questionnaire", _("is none that is offered here")) from None


def _totalled(sent: Resource, episode: TreatmentEpisode) -> Instrument:
    systems = {coding.get("system") for coding in sent["code"].get("coding", ())}
    for instrument in totals_to_record(episode):
        if scores_system(instrument) in systems:
            return instrument
    raise FhirError("code", _("names no instrument of which totals are recorded here"))


def _total(instrument: Instrument, sent: Resource) -> dict[str, Any]:
    if "valueQuantity" not in sent:
        raise FhirError("valueQuantity", _("is missing: what is not known is not recorded"))
    try:
        return dict(totals_of(instrument, [sent]))
    except AnswerError as error:
        raise FhirError("valueQuantity", error.reason) from None
