"""Reading one TOML table strictly: every key taken once and typed, anything left over refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast, get_args

from measures.errors import DefinitionError
from measures.exact import is_finite_number
from measures.instrument import Confidence, Number, Source
from measures.language import gettext as _

_REQUIRED = object()


class Table:
    """One TOML table of a definition file, at ``path`` within it ("items[3].critical").

    Each method takes one key out. ``finish`` refuses what nobody took, so a misspelt key never passes
    silently.
    """

    def __init__(self, data: Mapping[str, object], file: str, path: str = "") -> None:
        self._data, self.file, self.path = dict(data), file, path

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Raise ``DefinitionError`` for a key of this table."""
        raise DefinitionError(self.file, f"{self.path}.{key}".lstrip("."), reason)

    def names(self) -> list[str]:
        """The keys not taken yet, in the order of the file."""
        return list(self._data)

    def finish(self) -> None:
        """Refuse the first key that was not taken."""
        for key in self._data:
            self.refuse(key, _("is not a known key"))

    def text(self, key: str, default: object = _REQUIRED) -> str:
        """A text with something in it."""
        value: str = self._take(key, str, _("must be a text"), default)
        if not value.strip() and value is not default:
            self.refuse(key, _("must not be empty"))
        return value

    def flag(self, key: str, default: object = _REQUIRED) -> bool:
        """True or false."""
        value: bool = self._take(key, bool, _("must be true or false"), default)
        return value

    def integer(self, key: str, minimum: int, default: object = _REQUIRED) -> int:
        """A whole number of at least ``minimum``."""
        value = self._number(key, default)
        if not isinstance(value, int) or value < minimum:
            self.refuse(key, _("must be a whole number of at least {minimum}").format(minimum=minimum))
        return value

    def number(self, key: str) -> Number:
        """A finite number."""
        return self._number(key, _REQUIRED)

    def optional_number(self, key: str) -> Number | None:
        """A finite number, or ``None`` when the key is absent."""
        return self._number(key, _REQUIRED) if key in self else None

    def numbers(self, key: str, count: int | None = None) -> list[Number]:
        """A list of ``count`` finite numbers; ``None``: of at least one."""
        wanted = (
            _("must be a list of numbers, at least one")
            if count is None
            else _("must be a list of {count} numbers").format(count=count)
        )
        values = self._take(key, list, wanted, _REQUIRED)
        fits = bool(values) if count is None else len(values) == count
        if not fits or not all(is_finite_number(value) for value in values):
            self.refuse(key, wanted)
        return list(values)

    def whole_numbers(self, key: str, minimum: int) -> tuple[int, ...]:
        """A list of whole numbers of at least ``minimum``, at least one of them."""
        values = self._take(key, list, _("must be a list of whole numbers"), _REQUIRED)
        fits = (isinstance(value, int) and is_finite_number(value) and value >= minimum for value in values)
        if not values or not all(fits):
            reason = _("must be a list of whole numbers of at least {minimum}")
            self.refuse(key, reason.format(minimum=minimum))
        return tuple(values)

    def range(self) -> tuple[Number, Number]:
        """The lowest and the highest value: ``range = [0, 27]``."""
        low, high = self.numbers("range", count=2)
        if low >= high:
            self.refuse("range", _("must run from the lower to the higher number"))
        return low, high

    def one_of(self, key: str, literal: object, default: object = _REQUIRED) -> str:
        """One of the values of a ``Literal`` type."""
        value = self.text(key, default)
        allowed = get_args(literal)
        if value not in allowed:
            self.refuse(key, _("must be one of {values}").format(values=", ".join(allowed)))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different texts, at least one."""
        values = self._take(key, list, _("must be a list of texts"), _REQUIRED)
        if not values or not all(isinstance(value, str) for value in values):
            self.refuse(key, _("must be a list of texts, at least one"))
        if len(set(values)) != len(values):
            self.refuse(key, _("names the same thing twice"))
        return tuple(values)

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of texts, each list with at least one, no text twice."""
        rows = self._take(key, list, _("must be a list of lists of texts"), _REQUIRED)
        if not rows or not all(isinstance(row, list) and row for row in rows):
            self.refuse(key, _("must be a list of lists of texts, none of them empty"))
        flat = [text for row in rows for text in row]
        if not all(isinstance(text, str) for text in flat) or len(set(flat)) != len(flat):
            self.refuse(key, _("must be lists of texts, none of them twice"))
        return tuple(tuple(row) for row in rows)

    def texts_by_name(self, key: str, *, may_be_empty: bool = False) -> dict[str, str]:
        """A table whose values are all texts; empty when the key is absent."""
        values: dict[str, str] = self._take(key, dict, _("must be a table of texts"), {})
        for name, value in values.items():
            if not isinstance(value, str) or not (value.strip() or (may_be_empty and not value)):
                self.refuse(f"{key}.{name}", _("must be a text"))
        return values

    def table(self, key: str, default: object = _REQUIRED) -> Table:
        """A table within this one."""
        data = self._take(key, dict, _("must be a table"), default)
        return Table(data, self.file, f"{self.path}.{key}".lstrip("."))

    def tables(self, key: str) -> list[Table]:
        """A list of tables within this one; empty when the key is absent."""
        rows = self._take(key, list, _("must be a list of tables"), [])
        if not all(isinstance(row, dict) for row in rows):
            self.refuse(key, _("must be a list of tables"))
        path = f"{self.path}.{key}".lstrip(".")
        return [Table(row, self.file, f"{path}[{place}]") for place, row in enumerate(rows, start=1)]

    def source(self) -> Source:
        """The ``source`` and ``confidence`` that stand beside every rule."""
        return Source(self.text("source"), cast(Confidence, self.one_of("confidence", Confidence)))

    def rest(self) -> dict[str, object]:
        """Everything not taken yet; the table is then finished."""
        rest, self._data = self._data, {}
        return rest

    def holds(self, key: str, kind: type) -> bool:
        """Whether the key is there with a value of this type."""
        return isinstance(self._data.get(key), kind)

    def _number(self, key: str, default: object) -> Number:
        value: Number = self._take(key, (int, float), _("must be a number"), default)
        if not is_finite_number(value):
            self.refuse(key, _("must be a finite number"))
        return value

    def _take(self, key: str, kind: type | tuple[type, ...], otherwise: str, default: object) -> Any:
        value = self._data.pop(key, default)
        if value is _REQUIRED:
            self.refuse(key, _("is missing"))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, otherwise)
        return value
