"""The doors that speak FHIR R4: the same rows, roles and actions as the JSON doors, in FHIR's words.

The R4B models take a third of a second to import. Only these doors and what stands behind them do so, and only
the addresses import the doors: a worker or a command that looks at no address starts without them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from measures.errors import UnknownInstrument
from measures.fhir.draft import draft_definition
from measures.fhir.names import key_of
from measures.fhir.observation import observations
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import as_json
from measures.fhir.response import questionnaire_response
from tracking.actions.assessments import Submitted
from tracking.actions.totals import record_total
from tracking.api.caseload import caseload_assessments
from tracking.api.doors import Door, PatientData
from tracking.api.fhir_bodies import read_response, read_total
from tracking.api.fhir_resources import (
    instrument_in,
    occasion_of,
    received_issues,
    result_of,
    searchset,
)
from tracking.api.fhir_wire import MEDIA_TYPE, FhirParser, FhirRenderer, outcome, refusal_as_outcome
from tracking.api.fields import IdField
from tracking.api.intake import amend, take_in
from tracking.api.parsing import StrictJSONParser
from tracking.api.permissions import STAFF
from tracking.api.views import CLINICIANS, KEY
from tracking.models import Assessment
from tracking.pages.access import one_or_404
from tracking.queries.catalogue import entry_of
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage, Role

M = TypeVar("M", bound=Model)
RESOURCE = {(200, MEDIA_TYPE): OpenApiTypes.OBJECT}
STORED = {(code, MEDIA_TYPE): OpenApiTypes.OBJECT for code in (200, 201)}
BODY = {MEDIA_TYPE: OpenApiTypes.OBJECT}


class FhirDoor(Door[M]):
    """Reads and answers ``application/fhir+json``; plain JSON is taken and given, too."""

    parser_classes = (FhirParser, StrictJSONParser)
    renderer_classes = (FhirRenderer, JSONRenderer)
    filter_backends = ()

    def get_exception_handler(self) -> Any:
        return refusal_as_outcome


class QuestionnaireDoor(FhirDoor[Model]):
    """Instruments as Questionnaires. The id is the instrument's key with ``-`` for ``_``."""

    roles = STAFF

    @extend_schema(operation_id="fhir_questionnaire", responses=RESOURCE)
    def retrieve(self, request: Request, id: str) -> Response:
        """The latest version."""
        return self.shown(id, None)

    @extend_schema(operation_id="fhir_questionnaire_version", responses=RESOURCE)
    def version(self, request: Request, id: str, version: str) -> Response:
        """The version that a response names."""
        return self.shown(id, version)

    def shown(self, id: str, version: str | None) -> Response:
        try:
            instrument = entry_of(self.request.user, key_of(id), version).instrument
        except UnknownInstrument as error:
            raise Http404 from error
        if not instrument.items:
            raise Http404
        return Response(as_json(questionnaire(instrument)))


class DraftDoor(FhirDoor[Model]):
    """A foreign Questionnaire as the draft of a definition. Nothing is stored."""

    roles = frozenset({Role.ADMINISTRATOR})

    @extend_schema(
        operation_id="fhir_questionnaire_draft",
        request=BODY,
        responses={(200, "application/toml"): OpenApiTypes.STR},
    )
    def draft(self, request: Request) -> HttpResponse:
        """TOML that is refused as it stands, until somebody has filled in what a Questionnaire cannot tell."""
        text = draft_definition(request.data)
        return HttpResponse(text, content_type="application/toml; charset=utf-8")


class AssessmentData(FhirDoor[Assessment], PatientData[Assessment]):
    """The own patients' assessments, under study codes."""

    roles = CLINICIANS
    patient_path = "episode.patient"
    queryset = Assessment.objects.none()

    def get_queryset(self) -> QuerySet[Assessment]:
        return caseload_assessments(self.request.user).select_related("episode__study")

    def stored(self, submitted: Submitted, address: str) -> Response:
        """That it is stored, and where, after the worker was asked to compute the course again."""
        if submitted.created:
            nudge_episode(submitted.assessment.episode_id)
        else:
            self.log_reads([submitted.assessment])
        return Response(
            outcome(received_issues(submitted)),
            status=status.HTTP_201_CREATED if submitted.created else status.HTTP_200_OK,
            headers={"Location": address},
        )


class ResponseDoor(AssessmentData):
    """Answers as QuestionnaireResponses."""

    page = ReadPage.API_FHIR_RESPONSES

    @extend_schema(operation_id="fhir_questionnaire_response", responses=RESOURCE)
    def retrieve(self, request: Request, id: Any) -> Response:
        """One version of one assessment. Of totals there are no answers: see their Observations."""
        assessment = self.get_object()
        if not assessment.has_answers:
            raise Http404
        instrument, occasion = instrument_in(assessment), occasion_of(assessment)
        return Response(as_json(questionnaire_response(instrument, assessment.answers, occasion)))

    @extend_schema(
        operation_id="fhir_questionnaire_response_create",
        request=BODY,
        parameters=[KEY],
        responses=STORED,
    )
    def create(self, request: Request) -> Response:
        """Hands in answers. The OperationOutcome has a warning for each safety alert that they raised. With status
        ``amended``, under the identifier of what was sent before, they correct it."""
        sent = read_response(self.request)
        first = self.amended(sent)
        submitted = (
            amend(by=self.request.user, first=first, **sent)
            if first
            else take_in(by=self.request.user, **sent)
        )
        return self.stored(submitted, reverse("api-fhir-response", args=[submitted.assessment.public_id]))

    def amended(self, sent: dict[str, Any]) -> Assessment | None:
        """What had arrived under this identifier, where its sender says that this is amended."""
        posted: Any = self.request.data
        if posted["status"] != "amended":
            return None
        known = self.get_queryset().filter(
            submission_id=sent["submission_id"], instrument=sent["instrument"].key
        )
        of_patient = sent["request"].episode if "request" in sent else sent["episode"]
        return known.filter(episode=of_patient).first()


class ObservationDoor(AssessmentData):
    """Scores as Observations."""

    page = ReadPage.API_FHIR_OBSERVATIONS

    def parameters(self) -> set[str]:
        return {"assessment"} if self.action == "list" else set()

    @extend_schema(
        operation_id="fhir_observations",
        parameters=[OpenApiParameter("assessment", OpenApiTypes.UUID, required=True)],
        responses=RESOURCE,
    )
    def list(self, request: Request) -> Response:
        """The scores of one assessment: a searchset with an Observation for each scale."""
        if "assessment" not in request.query_params:
            raise ValidationError({"assessment": [_("Which assessment?")]})
        public_id = IdField().run_validation(request.query_params["assessment"])
        assessment = one_or_404(self.get_queryset(), public_id=public_id)
        self.log_reads([assessment])
        results = {row.scale: result_of(row) for row in assessment.scores.all()}
        found = observations(instrument_in(assessment), results, occasion_of(assessment))
        return Response(searchset([as_json(each) for each in found]))

    @extend_schema(operation_id="fhir_observation_create", request=BODY, parameters=[KEY], responses=STORED)
    def create(self, request: Request) -> Response:
        """Records a total of an instrument that has no items here. It raises no alert: no item was seen."""
        submitted = record_total(by=self.request.user, **read_total(self.request))
        found = reverse("api-fhir-observation-list", query={"assessment": submitted.assessment.public_id})
        return self.stored(submitted, found)
