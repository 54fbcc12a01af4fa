"""What every door of the API does before it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from tracking.actions.audit import record_reads
from tracking.api.pagination import Pages
from tracking.api.permissions import HasRole
from tracking.models import Patient, User
from tracking.pages.access import one_or_404
from tracking.vocabulary import ReadPage, Role

M = TypeVar("M", bound=Model)
R = TypeVar("R")


class SignedInRequest(Request):
    """A request behind ``HasRole``, where ``user`` is a person. Names types alone: none is made from this class."""

    user: User


class Door(GenericViewSet[M]):
    """Open to the named ``roles``; knows the parameters it takes and refuses any other by name."""

    request: SignedInRequest
    serializer_class: type[BaseSerializer[Any]] | None  # of a row, or of an instrument

    roles: ClassVar[frozenset[Role]] = frozenset()
    permission_classes = (HasRole,)
    pagination_class = Pages
    lookup_field = "public_id"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self.parameters())
        if unknown:
            raise ValidationError({name: [_("This parameter is not known here.")] for name in unknown})

    def parameters(self) -> set[str]:
        """Paging and the allow-listed filters for a list, nothing for anything else."""
        if self.action != "list":
            return set()
        filters = getattr(self, "filterset_class", None)
        return {"page", "page_size"} | (set(filters.base_filters) if filters else set())

    def get_object(self) -> M:
        """The row among those that may be seen, else the same 404 whether it is absent or not to be seen."""
        return one_or_404(self.get_queryset(), **{self.lookup_field: self.kwargs[self.lookup_url_kwarg]})


class ListDoor(ListModelMixin, Door[M]):
    """A list."""


class ReadDoor(RetrieveModelMixin, ListDoor[M]):
    """A list, and one of it."""


class PatientData(Door[M]):
    """Rows about patients: everybody whose row is about to be shown goes into the read log first."""

    page: ClassVar[ReadPage]
    patient_path: ClassVar[str]  # from a row to its patient: "episode.patient"

    def get_object(self) -> M:
        row = super().get_object()
        self.log_reads([row])
        return row

    def paginate_queryset(self, queryset: QuerySet[M, R] | Sequence[R]) -> list[R]:
        rows = super().paginate_queryset(queryset)
        if rows is None:
            raise ImproperlyConfigured("rows about patients are shown in pages: what is shown is logged here")
        self.log_reads(rows)
        return rows

    def log_reads(self, rows: Iterable[object]) -> None:
        record_reads(by=self.request.user, patients={self.patient_of(row) for row in rows}, page=self.page)

    def patient_of(self, row: Any) -> Patient:
        patient: Patient = attrgetter(self.patient_path)(row) if self.patient_path else row
        return patient
