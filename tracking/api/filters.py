"""The filters and orders that lists take. Each is named here; nothing else reaches a query."""

from __future__ import annotations

from django_filters import rest_framework as filters

from tracking.models import Assessment, AssessmentRequest, Patient, TreatmentEpisode
from tracking.vocabulary import AnswerSource, Diagnosis, EpisodeStatus, RequestStatus


class PatientFilter(filters.FilterSet):
    enrolled_from = filters.DateFilter(field_name="enrolled_on", lookup_expr="gte")
    enrolled_to = filters.DateFilter(field_name="enrolled_on", lookup_expr="lte")
    ordering = filters.OrderingFilter(fields=["study_code", "enrolled_on"])

    class Meta:
        model = Patient
        fields: list[str] = []


class EpisodeFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="patient__public_id")
    study = filters.CharFilter(field_name="study__key")
    diagnosis = filters.ChoiceFilter(choices=Diagnosis.choices)
    status = filters.ChoiceFilter(choices=EpisodeStatus.choices)
    ordering = filters.OrderingFilter(fields=["starts_on"])

    class Meta:
        model = TreatmentEpisode
        fields: list[str] = []


class RequestFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="episode__patient__public_id")
    episode = filters.UUIDFilter(field_name="episode__public_id")
    instrument = filters.CharFilter()
    status = filters.ChoiceFilter(choices=RequestStatus.choices)
    due_from = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = filters.DateFilter(field_name="due_on", lookup_expr="lte")
    ordering = filters.OrderingFilter(fields=["due_on"])

    class Meta:
        model = AssessmentRequest
        fields: list[str] = []


class RatingFilter(filters.FilterSet):
    """What a blinded rater may choose by: nothing that tells of treatment or visits."""

    instrument = filters.CharFilter()
    ordering = filters.OrderingFilter(fields=["recorded_at"])

    class Meta:
        model = Assessment
        fields: list[str] = []


class AssessmentFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="episode__patient__public_id")
    episode = filters.UUIDFilter(field_name="episode__public_id")
    instrument = filters.CharFilter()
    source = filters.ChoiceFilter(choices=AnswerSource.choices)
    time_point = filters.CharFilter()
    assessed_from = filters.DateFilter(field_name="assessed_on", lookup_expr="gte")
    assessed_to = filters.DateFilter(field_name="assessed_on", lookup_expr="lte")
    ordering = filters.OrderingFilter(fields=["assessed_on", "recorded_at"])

    class Meta:
        model = Assessment
        fields: list[str] = []
