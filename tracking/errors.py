"""What an action refuses, in words that may be shown. No message repeats an answer, a score or a name."""


class TrackingError(Exception):
    """Base of every refusal. ``str`` of it is fit for the screen and for a log."""


class InvalidInput(TrackingError):
    """The input cannot be taken. ``field`` says where: an item code, a form field, a column."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class Conflict(TrackingError):
    """Somebody else was quicker, or the record is past the state in which this may be done."""


class NotPermitted(TrackingError):
    """The person may see this but not do this."""


class CommandRefused(TrackingError):
    """Whoever runs the site asked for what cannot be done. Said at the command line alone, so in English."""
