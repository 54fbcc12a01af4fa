"""What every resource passes through, out and in: the R4B models of ``fhir.resources``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from fhir_core.fhirabstractmodel import FHIRAbstractModel
from pydantic import ValidationError

from measures.errors import MeasuresError

Resource = Mapping[str, Any]
R = TypeVar("R", bound=FHIRAbstractModel)

_DEEPEST = 30
_UNDERSTAND_OR_REFUSE = ("modifierExtension", "implicitRules")
_REASONS = {"model_field_validation.missing": "is missing", "extra_forbidden": "is not an element of FHIR R4"}


class FhirError(MeasuresError):
    """A resource cannot be taken. ``path`` says where; ``reason`` never repeats a value that was given."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def checked(model: type[R], data: Resource) -> R:
    """The resource, when FHIR R4 allows it as it stands. Raises ``FhirError``."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"])) or model.get_resource_type()
        raise FhirError(path, _REASONS.get(first["type"], "is not what FHIR R4 allows here")) from None


def received(model: type[FHIRAbstractModel], data: object) -> Resource:
    """A resource from outside, as it was sent, when FHIR R4 allows it. Raises ``FhirError``.

    The models convert as they read: "2" becomes 2, 1 becomes true, null is passed over. Here a value that
    would have to be converted is refused, and what is returned is what was sent.
    """
    name = model.get_resource_type()
    if not isinstance(data, Mapping) or data.get("resourceType") != name:
        raise FhirError("resourceType", f"must be {name}")
    _check_depth(data)
    _check_unchanged(data, as_json(checked(model, data)), "")
    return data


def as_json(resource: FHIRAbstractModel) -> dict[str, Any]:
    """The resource as plain JSON values."""
    plain: dict[str, Any] = json.loads(resource.model_dump_json())
    return plain


def refuse_modifiers(element: Resource, path: str) -> None:
    """Raises ``FhirError`` for what may turn the meaning of an element round, by FHIR's own rule."""
    for name in _UNDERSTAND_OR_REFUSE:
        if name in element:
            raise FhirError(f"{path}{name}", "is not understood here, so the whole is refused")


def extensions(element: Resource, url: str) -> Iterator[Any]:
    """The values of the extensions of this URL."""
    for extension in element.get("extension", ()):
        if extension["url"] == url:
            yield next((value for key, value in extension.items() if key.startswith("value")), None)


def extension(url: str, kind: str, value: object) -> dict[str, object]:
    """One extension: ``extension(UNIT, "Coding", {...})``."""
    return {"url": url, f"value{kind}": value}


def _check_unchanged(sent: object, read: object, path: str) -> None:
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        for name, inner in sent.items():
            _check_unchanged(inner, read.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        for place, pair in enumerate(zip(sent, read, strict=True)):
            _check_unchanged(*pair, f"{path}.{place}")
    elif sent is None or _json_type(sent) is not _json_type(read):
        raise FhirError(path, "is not of the type that FHIR R4 has here")


def _json_type(value: object) -> type:
    """FHIR's JSON knows one kind of number."""
    return float if type(value) is int else type(value)


def _check_depth(data: object) -> None:
    """Models call themselves level by level; nothing that is meant to be a form is nested like this."""
    level: list[object] = [data]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _parts(outer)]
        if not level:
            return
    raise FhirError("(resource)", "is nested too deeply")


def _parts(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
