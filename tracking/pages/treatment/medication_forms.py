"""The plan of a medication, step by step, and the reason of a planned stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracking.actions.tapers import LONGEST_PLAN
from tracking.errors import InvalidInput
from tracking.pages.parts import UNCHOSEN, Dated, Rowed, amount_field, day_field
from tracking.rules.tapers import Step, equal_steps, spread_days
from tracking.vocabulary import StopReason

SPARE_ROWS = 2


class SpanForm(Rowed):
    """From which day to which, and in how many steps of equal size: only to fill in the list."""

    first_on = day_field(gettext_lazy("First step on"), future=True)
    last_on = day_field(gettext_lazy("First day without it"), future=True)
    count = forms.IntegerField(
        label=gettext_lazy("Number of steps, the stop among them"), min_value=1, max_value=LONGEST_PLAN
    )
    layout = (("first_on", "last_on", "count"),)

    def steps(self, start: Decimal, tablets: Sequence[Decimal]) -> tuple[Step, ...]:
        """The list, in amounts that ``tablets`` make up; empty while the form is not filled in well."""
        if not self.is_valid():
            return ()
        data = self.cleaned_data
        try:
            days = spread_days(data["first_on"], data["last_on"], data["count"])
            return equal_steps(start, days, tablets)
        except ValueError:
            self.add_error("count", _("There are not so many days from the first to the last."))
            return ()


class TaperForm(Rowed):
    """A list of days and amounts. Rows that are left empty do not count."""

    is_liquid = forms.BooleanField(
        label=gettext_lazy("Amounts that no tablets make up are taken as a liquid"), required=False
    )

    def __init__(self, *args: Any, steps: Sequence[Step], unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posted = sum(1 for key in self.data if key.startswith("day_"))
        self.count = min(posted or len(steps) + SPARE_ROWS, LONGEST_PLAN)
        for number in range(1, self.count + 1):
            self.fields[f"day_{number}"] = day_field(
                _("Step {n}: from").format(n=number), required=False, future=True
            )
            self.fields[f"amount_{number}"] = amount_field(_("{unit} a day; 0 is the stop").format(unit=unit))
            self.fields[f"amount_{number}"].required = False
        for number, step in enumerate(steps[: self.count], start=1):
            self.initial[f"day_{number}"] = step.day
            self.initial[f"amount_{number}"] = f"{step.amount.normalize():f}"
        self.layout = tuple((f"day_{n}", f"amount_{n}") for n in range(1, self.count + 1))
        self.fields["is_liquid"] = self.fields.pop("is_liquid")  # it stands below the list

    def clean(self) -> dict[str, Any]:
        """The filled rows as ``steps``; which rows they were is kept, to put a refusal beside the right one."""
        rows: list[tuple[int, date, Decimal]] = []
        for number in range(1, self.count + 1):
            day, amount = (self.cleaned_data.get(f"{name}_{number}") for name in ("day", "amount"))
            if day is not None and amount is not None:
                rows.append((number, day, amount))
            elif (day is None) != (amount is None) and not self._refused(number):
                missing = "day" if day is None else "amount"
                self.add_error(f"{missing}_{number}", _("Give both, or leave both empty."))
        self.rows_used = [number for number, _day, _amount in rows]
        if not rows and not self.errors:
            self.add_error(None, _("Write down at least one step."))
        steps = [(day, amount) for _number, day, amount in rows]
        return {"steps": steps, "is_liquid": self.cleaned_data.get("is_liquid", False)}

    def placed(self, refusal: InvalidInput) -> InvalidInput:
        """A refusal of the third step is one of the row that the third step stands in."""
        name, _mark, number = refusal.field.partition("_")
        if not number.isdecimal():
            return refusal
        return InvalidInput(f"{name}_{self.rows_used[int(number) - 1]}", refusal.reason)

    def _refused(self, number: int) -> bool:
        return any(f"{name}_{number}" in self.errors for name in ("day", "amount"))


class PlannedStopForm(Rowed):
    """Why a medication is stopped as it was planned."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it stopped?"), choices=[UNCHOSEN, *StopReason.choices]
    )


class CheckForm(Dated):
    """Until when a short questionnaire can be answered that is asked from today on."""

    closes_on = day_field(gettext_lazy("Can be answered until"), future=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"closes_on": today + timedelta(days=3)}, **kwargs)
