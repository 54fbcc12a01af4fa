"""What the request bodies are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from tracking.models import User


class StrictSerializer(serializers.Serializer[None]):
    """A body in which every name is known. An unknown one is refused by its name, never dropped."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise ValidationError({name: [_("This field is not known here.")] for name in unknown})
        known: dict[str, Any] = super().to_internal_value(data)
        return known


class IdField(serializers.UUIDField):
    """A UUID in writing. The framework would take a number for one, too."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class VisibleField(IdField):
    """The id of a row that the sender may see. One that is not to be seen is refused as one that is absent."""

    default_error_messages = {"absent": gettext_lazy("There is no such object.")}

    def __init__(self, rows: Callable[[User], QuerySet[Model]], **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def to_internal_value(self, data: Any) -> Model:  # type: ignore[override]  # an id is sent, its row is meant
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        found = (
            self.rows(self.context["request"].user).filter(public_id=super().to_internal_value(data)).first()
        )
        if found is None:
            self.fail("absent")
        return found


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "oneOf": [{"type": "number"}, {"type": "boolean"}],
            "nullable": True,
        },
    }
)
class AnswersField(serializers.JSONField):
    """Answers by item code, as ``measures`` takes them; ``null`` says that the item was left unanswered."""

    default_error_messages = {"no_object": gettext_lazy("Must be an object of item codes and answers.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("no_object")
        return data
