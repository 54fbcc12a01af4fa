"""The caseload, courses, flags, cohorts and releases."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from reports.actions import release_closing, releases
from reports.api import filters, serializers
from reports.api.cohorts import cohort
from reports.models import CourseFlag, EpisodeCourse, Release
from reports.pages.caseload.cases import caseload
from tracking.api.doors import Door, ListDoor, PatientData, ReadDoor
from tracking.api.permissions import check_shown_again
from tracking.errors import InvalidInput
from tracking.models import Study, TreatmentEpisode
from tracking.tasks import nudge
from tracking.vocabulary import ReadPage, Role

CLINICIANS = frozenset({Role.CLINICIAN})
READERS_OF_FIGURES = frozenset({Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD})
OF_RELEASES = frozenset({Role.RESEARCHER, Role.STEWARD})


class CaseloadDoor(PatientData[TreatmentEpisode], Door[TreatmentEpisode]):
    """Where each of the own patients stands today."""

    roles = CLINICIANS
    page = ReadPage.API_CASELOAD
    patient_path = "episode.patient"
    queryset = TreatmentEpisode.objects.none()
    serializer_class = serializers.CaseSerializer
    filter_backends = ()

    @extend_schema(responses=serializers.CaseSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Everybody once, with exactly one state, the worst first: as on the pages."""
        shown = self.paginate_queryset(caseload(self.request.user, timezone.now()))
        return self.get_paginated_response(self.get_serializer(shown, many=True).data)


class CourseDoor(PatientData[EpisodeCourse], ListDoor[EpisodeCourse]):
    """The course of each scale of the own patients' episodes, by the rules of its instrument."""

    roles = CLINICIANS
    page = ReadPage.API_COURSES
    patient_path = "episode.patient"
    queryset = EpisodeCourse.objects.none()
    serializer_class = serializers.CourseSerializer
    filterset_class = filters.CourseFilter

    def get_queryset(self) -> QuerySet[EpisodeCourse]:
        rows = EpisodeCourse.objects.visible_to(self.request.user)
        return rows.select_related("episode__patient").order_by("episode", "instrument", "scale")


class FlagDoor(PatientData[CourseFlag], ReadDoor[CourseFlag]):
    """Conclusions that ask for attention, with their evidence."""

    roles = CLINICIANS
    page = ReadPage.API_FLAGS
    patient_path = "episode.patient"
    queryset = CourseFlag.objects.none()
    serializer_class = serializers.FlagSerializer
    filterset_class = filters.FlagFilter

    def get_queryset(self) -> QuerySet[CourseFlag]:
        return CourseFlag.objects.visible_to(self.request.user).select_related("episode__patient")


class CohortDoor(ReadDoor[Study]):
    """Studies and their aggregate figures."""

    roles = READERS_OF_FIGURES
    queryset = Study.objects.none()
    serializer_class = serializers.CohortSummarySerializer
    filter_backends = ()
    lookup_field = lookup_url_kwarg = "key"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Study]:
        return Study.objects.visible_to(self.request.user).order_by("key")

    @extend_schema(responses=serializers.CohortSerializer)
    def retrieve(self, request: Request, key: str) -> Response:
        """The figures of one study; groups of few patients are withheld."""
        figures = cohort(self.request.user, self.get_object())
        shown = serializers.CohortSerializer(figures)  # type: ignore[arg-type]  # a dict with the study's names
        return Response(shown.data)


class ReleaseDoor(ReadDoor[Release]):
    """De-identified data sets: asked for, decided about by another person, downloaded once they are built."""

    roles = OF_RELEASES
    queryset = Release.objects.none()
    serializer_class = serializers.ReleaseSerializer
    filterset_class = filters.ReleaseFilter

    def get_queryset(self) -> QuerySet[Release]:
        return Release.objects.visible_to(self.request.user).select_related("study")

    @extend_schema(
        request=serializers.ReleaseRequestSerializer, responses={201: serializers.ReleaseSerializer}
    )
    def create(self, request: Request) -> Response:
        """Asks for a release of one of the own studies."""
        body = serializers.ReleaseRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = releases.request_release(
            by=self.request.user,
            study=self._study(body.validated_data["study"]),
            tables=body.validated_data["tables"],
            purpose=body.validated_data["purpose"],
        )
        return Response(self.get_serializer(asked).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.ReleaseDecisionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, id: Any) -> Response:
        """Approves or declines what somebody else asked for."""
        release = self.get_object()
        body = serializers.ReleaseDecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        approve = body.validated_data["decision"] == "approve"
        if approve:
            check_shown_again(request)
        releases.decide_release(
            by=self.request.user, release=release, approve=approve, note=body.validated_data["note"]
        )
        if approve:
            nudge("reports.build_release", release.pk)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=serializers.ReleaseRevocationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, id: Any) -> Response:
        """Closes a release that is being built or can be fetched: nobody has it from now on."""
        body = serializers.ReleaseRevocationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        release_closing.revoke_release(
            by=self.request.user, release=self.get_object(), note=body.validated_data["note"]
        )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["post"])
    def download(self, request: Request, id: Any) -> FileResponse:
        """Hands the file to the person who asked. A POST, for the handing over is recorded."""
        release = self.get_object()
        path = releases.hand_over(by=self.request.user, release=release)
        name = f"{release.study.key}-{release.sha256[:8]}.zip"
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=name, content_type="application/zip"
        )

    def _study(self, key: str) -> Study:
        found = Study.objects.visible_to(self.request.user).filter(key=key).first()
        if found is None:
            raise InvalidInput("study", _("there is no such study"))
        return found
