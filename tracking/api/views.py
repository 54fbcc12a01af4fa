"""Patients, episodes, requests, assessments and ratings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.actions import assessments
from tracking.actions.assessments import Submitted
from tracking.api import filters, serializers
from tracking.api.caseload import caseload_assessments, caseload_requests
from tracking.api.doors import PatientData, ReadDoor
from tracking.api.errors import refused
from tracking.api.intake import answer, take_in
from tracking.api.submissions import (
    HEADER,
    AssessmentSubmissionSerializer,
    CorrectionSerializer,
    RatingSubmissionSerializer,
)
from tracking.errors import Conflict
from tracking.models import Assessment, AssessmentRequest, Patient, TreatmentEpisode
from tracking.queries.assessments import latest_of
from tracking.queries.requests import ratings_due
from tracking.tasks import nudge_episode
from tracking.vocabulary import AnswerSource, ReadPage, Role

CLINICIANS = frozenset({Role.CLINICIAN})
RATERS = frozenset({Role.RATER})
KEY = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description="The submission id, as a header.")


class PatientDoor(PatientData[Patient], ReadDoor[Patient]):
    """The patients of the own care teams, by study code."""

    roles = CLINICIANS
    page = ReadPage.API_PATIENTS
    patient_path = ""
    queryset = Patient.objects.none()
    serializer_class = serializers.PatientSerializer
    filterset_class = filters.PatientFilter

    def get_queryset(self) -> QuerySet[Patient]:
        return Patient.objects.visible_to(self.request.user).order_by("study_code")


class EpisodeDoor(PatientData[TreatmentEpisode], ReadDoor[TreatmentEpisode]):
    """Their treatment episodes."""

    roles = CLINICIANS
    page = ReadPage.API_EPISODES
    patient_path = "patient"
    queryset = TreatmentEpisode.objects.none()
    serializer_class = serializers.EpisodeSerializer
    filterset_class = filters.EpisodeFilter

    def get_queryset(self) -> QuerySet[TreatmentEpisode]:
        rows = TreatmentEpisode.objects.visible_to(self.request.user)
        return rows.select_related("patient", "study").order_by("starts_on", "pk")


class RequestDoor(PatientData[AssessmentRequest], ReadDoor[AssessmentRequest]):
    """What is asked of them, and when."""

    roles = CLINICIANS
    page = ReadPage.API_REQUESTS
    patient_path = "episode.patient"
    queryset = AssessmentRequest.objects.none()
    serializer_class = serializers.RequestSerializer
    filterset_class = filters.RequestFilter

    def get_queryset(self) -> QuerySet[AssessmentRequest]:
        return caseload_requests(self.request.user).select_related("episode__patient")


class Corrections(PatientData[Assessment]):
    """The one way in which the API corrects: a new version, with a reason."""

    @extend_schema(
        request=CorrectionSerializer,
        responses={
            409: OpenApiResponse(
                description="Too late: `on_record` is the version now, `sent` what was sent."
            )
        },
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, id: Any) -> Response:
        """All answers anew, with the reason. 409 when somebody else has corrected the same version."""
        assessment = self.get_object()
        body = CorrectionSerializer(data=request.data, context={"request": request, "assessment": assessment})
        body.is_valid(raise_exception=True)
        try:
            submitted = assessments.correct_assessment(
                by=self.request.user, assessment=assessment, **body.validated_data
            )
        except Conflict as error:
            return self.too_late(assessment, body.validated_data, error)
        return self.received(submitted)

    def too_late(self, old: Assessment, sent: Mapping[str, Any], error: Conflict) -> Response:
        """409 with both versions: what is on record now, where the sender may see it, and what was sent."""
        stored = self.get_queryset().filter(pk=latest_of(old).pk).exclude(pk=old.pk).first()
        if stored is None:
            raise error
        self.log_reads([stored])
        both = {"on_record": self.get_serializer(stored).data, "sent": sent}
        return Response(refused(error) | both, status=status.HTTP_409_CONFLICT)

    def received(self, submitted: Submitted) -> Response:
        """What is now stored, after the worker was asked to compute the course again."""
        stored = self.get_queryset().get(pk=submitted.assessment.pk)
        if not submitted.created:
            self.log_reads([stored])
            return Response(self.get_serializer(stored).data)
        nudge_episode(stored.episode_id)
        return Response(self.get_serializer(stored).data, status=status.HTTP_201_CREATED)


class AssessmentDoor(Corrections, ReadDoor[Assessment]):
    """The own patients' assessments: in the list the latest version of each that counts in a course, by its id
    any version, and a second rating, too."""

    roles = CLINICIANS
    page = ReadPage.API_ASSESSMENTS
    patient_path = "episode.patient"
    queryset = Assessment.objects.none()
    serializer_class = serializers.AssessmentSerializer
    filterset_class = filters.AssessmentFilter

    def get_queryset(self) -> QuerySet[Assessment]:
        rows = caseload_assessments(self.request.user)
        return rows.counted() if self.action == "list" else rows

    @extend_schema(
        request=AssessmentSubmissionSerializer,
        responses={201: serializers.AssessmentSerializer, 200: serializers.AssessmentSerializer},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Answers a request, or records an assessment unasked. Sent again it is answered 200 with the first."""
        body = AssessmentSubmissionSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        return self.received(take_in(by=self.request.user, **data))


class RatingDoor(Corrections, ReadDoor[Assessment]):
    """An independent rater's own ratings, under study codes, while they may still be corrected. Nothing here tells
    of treatment, of visits or of others."""

    roles = RATERS
    page = ReadPage.API_RATINGS
    patient_path = "episode.patient"
    queryset = Assessment.objects.none()
    serializer_class = serializers.RatingSerializer
    filterset_class = filters.RatingFilter

    def get_queryset(self) -> QuerySet[Assessment]:
        user = self.request.user
        rows = Assessment.objects.open_to_rater(user)
        rows = rows.current() if self.action == "list" else rows
        related = rows.select_related("episode__patient", "supersedes").order_by("-recorded_at", "-pk")
        return related.prefetch_related("scores", "outcomes")

    @extend_schema(
        request=RatingSubmissionSerializer,
        responses={201: serializers.RatingSerializer, 200: serializers.RatingSerializer},
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Makes an assigned rating. Sent again it is answered 200 with the first."""
        body = RatingSubmissionSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        data = body.validated_data
        return self.received(answer(by=self.request.user, source=AnswerSource.CLINICIAN, **data))


class DueRatingDoor(PatientData[AssessmentRequest]):
    """The ratings that wait for this rater today."""

    roles = RATERS
    page = ReadPage.API_RATINGS
    patient_path = "episode.patient"
    queryset = AssessmentRequest.objects.none()
    serializer_class = serializers.DueRatingSerializer
    filter_backends = ()

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(ratings_due(self.request.user))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
