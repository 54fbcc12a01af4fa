"""The filters and orders of the lists. Each is named here; nothing else reaches a query."""

from __future__ import annotations

from django_filters import rest_framework as filters

from reports.models import CourseFlag, EpisodeCourse, FlagState, Release, ReleaseStatus


class CourseFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="episode__patient__public_id")
    episode = filters.UUIDFilter(field_name="episode__public_id")
    study = filters.CharFilter(field_name="episode__study__key")
    instrument = filters.CharFilter()
    scale = filters.CharFilter()

    class Meta:
        model = EpisodeCourse
        fields: list[str] = []


class FlagFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="episode__patient__public_id")
    episode = filters.UUIDFilter(field_name="episode__public_id")
    instrument = filters.CharFilter()
    kind = filters.CharFilter()
    state = filters.ChoiceFilter(choices=FlagState.choices)
    ordering = filters.OrderingFilter(fields=["raised_at", "day"])

    class Meta:
        model = CourseFlag
        fields: list[str] = []


class ReleaseFilter(filters.FilterSet):
    study = filters.CharFilter(field_name="study__key")
    status = filters.ChoiceFilter(choices=ReleaseStatus.choices)

    class Meta:
        model = Release
        fields: list[str] = []
