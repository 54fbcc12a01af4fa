"""Moments in the staff's forms, typed by the clock on the wall, which shows an hour twice in the autumn night."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FOLDS = {"first": 0, "second": 1}
WHICH = gettext_lazy("The clocks showed this hour twice that night. Choose which of the two was meant.")


class MomentInput(forms.DateTimeInput):
    """The browser's picker; for an hour that the clocks showed twice, which of the two is asked beside it."""

    template_name = "tracking/moment.html"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed, which = super().value_from_datadict(data, files, name), data.get(f"{name}_which")
        return f"{typed} {which}" if typed and which in FOLDS else typed

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        typed, which = _parted(value) if isinstance(value, str) else (value, "")
        shown = parse_datetime(typed) if isinstance(typed, str) else None
        context = super().get_context(name, typed, attrs)
        return context | {"is_twice": shown is not None and is_shown_twice(shown), "which": which}


class MomentField(forms.DateTimeField):
    """A moment by the clock on the wall. While the clocks show an hour for the first or the second time, what is typed
    is the last such moment: the form proposes "now", and must take it. Afterwards it is asked which was meant."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:
        typed, which = _parted(value) if isinstance(value, str) else (value, "")
        shown = parse_datetime(typed) if isinstance(typed, str) else None
        if shown is None or not is_shown_twice(shown):
            return super().to_python(typed)
        moment = both(shown)[FOLDS[which]] if which else last_shown(shown)
        if moment is None:
            raise ValidationError(WHICH, code="ambiguous_timezone")
        return moment


def moment_field(label: StrOrPromise, help_text: StrOrPromise = "", *, required: bool = True) -> MomentField:
    """A moment to the minute, in the time zone that is active."""
    return MomentField(label=label, help_text=help_text, required=required)


def is_shown_twice(shown: datetime) -> bool:
    """Whether the clocks show this twice, not once or, in the spring night, never."""
    first, second = both(shown)
    return first < second


def last_shown(shown: datetime) -> datetime | None:
    """When the clocks last showed this, if they are showing this hour for the first or the second time."""
    now = timezone.localtime()
    if shown.date() != now.date() or not is_shown_twice(now):
        return None
    return max((moment for moment in both(shown) if moment <= now), default=None)


def both(shown: datetime) -> list[datetime]:
    """The moments at which the clocks show this. In UTC, because Python compares moments of one zone by the clock."""
    zone = timezone.get_current_timezone()
    return [shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


def _parted(value: str) -> tuple[str, str]:
    """What was typed, and which of two such hours was meant, where that was chosen."""
    typed, _, which = value.strip().rpartition(" ")
    return (typed, which) if which in FOLDS else (value.strip(), "")
