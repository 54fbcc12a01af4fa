"""Request bodies: JSON of a bounded size that means one thing and can be stored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

DEEPEST = 20


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large.")
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """Refuses what other readers would read in another way: a name given twice, NaN and infinity, half a
    surrogate pair; and what would exhaust the reader: a body too large or nested too deeply."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        return parsed(body)


def parsed(body: bytes) -> Any:
    """The value of a JSON text. Raises ``ParseError`` with a reason that repeats nothing of the text."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except ParseError:
        raise
    except json.JSONDecodeError as error:
        said = _("Not JSON: line {line}, column {column}.").format(line=error.lineno, column=error.colno)
        raise ParseError(said) from None
    except UnicodeDecodeError:
        raise ParseError(_("Not JSON: the body must be UTF-8.")) from None
    except (ValueError, RecursionError):
        raise ParseError(_("Not JSON: a number is too long, or the nesting is too deep.")) from None
    _check(value, DEEPEST)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError(_("Not accepted: a name is given twice in one object."))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ParseError(_("Not JSON: NaN and Infinity are not numbers."))


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ParseError(_("Not accepted: a number is too large."))
    return number


def _check(value: Any, depth: int) -> None:
    """No half surrogate (it cannot be stored or sent), no NUL, no deeper than anything the API takes."""
    if depth < 0:
        raise ParseError(_("Not accepted: the nesting is too deep."))
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ParseError(_("Not accepted: a text contains a character that cannot be stored."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth - 1)
