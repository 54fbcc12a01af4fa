"""What every door of the API does before it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from tracking.actions.audit import record_reads
from tracking.api.pagination import Pages
from tracking.api.permissions import HasRole
from tracking.models import Patient
from tracking.views.access import one_or_404
from tracking.vocabulary import ReadPage, Role


class Door(GenericViewSet):
    """Open to the named ``roles``; knows the parameters it takes and refuses any other by name."""

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
            raise ValidationError({name: ["This parameter is not known here."] for name in unknown})

    def parameters(self) -> set[str]:
        """Paging and the allow-listed filters for a list, nothing for anything else."""
        if self.action != "list":
            return set()
        filters = getattr(self, "filterset_class", None)
        return {"page", "page_size"} | (set(filters.base_filters) if filters else set())

    def get_object(self) -> Model:
        """The row among those that may be seen, else the same 404 whether it is absent or not to be seen."""
        return one_or_404(self.get_queryset(), **{self.lookup_field: self.kwargs[self.lookup_url_kwarg]})


class ListDoor(ListModelMixin, Door):
    """A list."""


class ReadDoor(RetrieveModelMixin, ListDoor):
    """A list, and one of it."""


class PatientData(Door):
    """Rows about patients: everybody whose row is about to be shown goes into the read log first."""

    page: ClassVar[ReadPage]
    patient_path: ClassVar[str]  # from a row to its patient: "episode.patient"

    def get_object(self) -> Model:
        row = super().get_object()
        self.log_reads([row])
        return row

    def paginate_queryset(self, queryset: QuerySet) -> Sequence[Model]:
        rows = super().paginate_queryset(queryset)
        self.log_reads(rows)
        return rows

    def log_reads(self, rows: Iterable[Model]) -> None:
        record_reads(by=self.request.user, patients={self.patient_of(row) for row in rows}, page=self.page)

    def patient_of(self, row: Any) -> Patient:
        for step in filter(None, self.patient_path.split(".")):
            row = getattr(row, step)
        return row
