"""What can go wrong in an instrument file or in a set of answers, named exactly."""

from measures.language import gettext as _


class MeasuresError(Exception):
    """Base of every error that this package raises on purpose."""


class DefinitionError(MeasuresError):
    """An instrument file is not valid. Names the file and the key."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


class UnknownInstrument(MeasuresError):
    """No such instrument, or no such version of it."""


class UnknownNumbering(MeasuresError):
    """The instrument knows no item numbering of that name."""


class UnknownPart(MeasuresError):
    """The instrument has no scale or no outcome of that key."""


class AnswerError(MeasuresError):
    """One answer cannot be accepted. ``item`` is its code; ``reason`` never repeats the given value.

    The value is left out on purpose: exceptions end in logs, answers must not.
    """

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(_("item {code}: {reason}").format(code=item, reason=reason))
        self.item, self.reason = item, reason


class BulkAnswerError(AnswerError):
    """Answers in a frame cannot be accepted. ``row`` is the label of the first such row, ``count`` how many
    answers are refused in all; ``item`` and ``reason`` are those of the first.
    """

    def __init__(self, row: object, item: str, reason: str, count: int) -> None:
        super().__init__(item, reason)
        self.row, self.count = row, count

    def __str__(self) -> str:
        others = f" ({self.count} answers are refused in all)" if self.count > 1 else ""
        return f"row {self.row}, item {self.item}: {self.reason}{others}"
