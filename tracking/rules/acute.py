"""Whether a score was taken in the acute state that a dose brings: pure. No Django, no clock.

A scale that asks about the last week or two cannot be judged while a drug is at work, or just after. Such a score
is kept and shown, and counts neither as a baseline nor for treatment response, remission, relapse or deterioration.

Whole days are local days of the patient, so that a window is as long in the night in which the clock changes. Only
on the day of a dose the hour decides: what was surely answered before the first dose of that day is not acute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from measures.language import gettext as _
from measures.language import ngettext

Reason = Literal["window", "day_of_a_dose", "first_day"]
REASONS: dict[Reason, str] = {
    "window": "answered after a dose, within the acute window of the protocol",
    "day_of_a_dose": "answered on the day of a dose at a time that is not known, perhaps after it",
    "first_day": "answered on the day of the first dose, after it: no baseline",
}


@dataclass(frozen=True, slots=True)
class DosingMoment:
    """A day with a dose, and the moment of the first one given on it."""

    day: date
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """When an assessment was taken: the local day, and the latest moment at which it can have been.

    That moment is the one that was stated, else the one at which it was first recorded: nothing is answered after
    it was written down. ``exact``: it is the moment itself, because it was stated or because the patient answered
    that very day.
    """

    on: date
    no_later_than: datetime
    exact: bool


@dataclass(frozen=True, slots=True)
class Acute:
    """Why a score is not judged. ``days_after``: days since the dose, 0 on its own day; ``exact``: whether it is
    known to come after that dose, which only on the day itself can be in doubt; ``window``: how many days after a
    dose the protocol holds scores back."""

    days_after: int
    exact: bool
    window: int
    protocol: str

    @property
    def reason(self) -> Reason:
        if not self.exact:
            return "day_of_a_dose"
        return "window" if self.window else "first_day"

    @property
    def words(self) -> str:
        """The reason in a sentence without its full stop."""
        return f"{self._when}; {self._rule}"

    @property
    def _when(self) -> str:
        if self.days_after:
            return ngettext(
                "answered {n} day after a dose: kept, not used for response or relapse",
                "answered {n} days after a dose: kept, not used for response or relapse",
                self.days_after,
            ).format(n=self.days_after)
        if self.exact:
            return _(
                "answered on the day of a dose, after it: kept, not used for baseline, response or relapse"
            )
        return _(
            "answered on the day of a dose, perhaps after it, for the time is not known: kept, not used for baseline, "
            "response or relapse"
        )

    @property
    def _rule(self) -> str:
        if not self.window:
            return _("a baseline comes before the first dose")
        return ngettext(
            "window {n} day, protocol {protocol}", "window {n} days, protocol {protocol}", self.window
        ).format(n=self.window, protocol=self.protocol)


@dataclass(frozen=True, slots=True)
class AcuteWindow:
    """The acute windows of one episode. ``days``: how long one lasts after the day of the dose; 0, or no protocol
    (``protocol`` ""): there is none. ``doses``: rising by day."""

    days: int
    protocol: str
    doses: tuple[DosingMoment, ...]

    def acute(self, taken: Taken) -> Acute | None:
        """Why a score of that time is not judged; ``None`` where it is.

        On the day of a dose a score that was surely taken before it is judged, and one whose hour is not known is
        not: a score that flatters the treatment does more harm than one that is missing, and whoever knows the hour
        can state it. Without a window a score of the first day of dosing that surely follows the dose is still no
        baseline, and no effect of a treatment can be judged that day.
        """
        last = next((dose for dose in reversed(self.doses) if not _before(taken, dose)), None)
        if last is None:
            return None
        after = (taken.on - last.day).days
        if self.days and after <= self.days:
            return Acute(after, exact=after > 0 or taken.exact, window=self.days, protocol=self.protocol)
        if after == 0 and taken.exact and last == self.doses[0]:
            return Acute(0, exact=True, window=0, protocol=self.protocol)
        return None


def _before(taken: Taken, dose: DosingMoment) -> bool:
    """Whether it was surely taken before the first dose of that day."""
    return taken.on < dose.day or (taken.on == dose.day and taken.no_later_than < dose.first_at)
