"""What can go wrong in an instrument file or in a set of answers, named exactly."""


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


class AnswerError(MeasuresError):
    """One answer cannot be accepted. ``item`` is its code; ``reason`` never repeats the given value.

    The value is left out on purpose: exceptions end in logs, answers must not.
    """

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(f"item {item}: {reason}")
        self.item, self.reason = item, reason
