"""The time axis of an episode.

Zero ("index day") is the day of the first dose that stands, in the patient's own time zone; without a dose
it is the day treatment started. A day is a whole number of days from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from tracking.models import TreatmentEpisode
from tracking.queries.acute import acute_window, dosing_moments
from tracking.rules.acute import AcuteWindow

Episodes = QuerySet[TreatmentEpisode]


@dataclass(frozen=True, slots=True)
class Axis:
    """``zero``: the date of day 0. ``window``: the doses, and for how long after one a scale about the last weeks
    cannot be judged."""

    zero: date
    window: AcuteWindow

    def day(self, on: date) -> int:
        """Whole days from zero; negative before."""
        return (on - self.zero).days

    def date(self, day: int) -> date:
        return self.zero + timedelta(days=day)

    @property
    def dose_days(self) -> tuple[int, ...]:
        """The days with a dose, rising."""
        return tuple(self.day(dose.day) for dose in self.window.doses)

    @property
    def acute_days(self) -> int:
        """How many days after a dose its acute window ends; 0: it has none."""
        return self.window.days


def axes(episodes: Episodes) -> dict[int, Axis]:
    """The axis of each episode, by its key."""
    doses = dosing_moments(episodes)
    rows = episodes.values_list("pk", "starts_on", "protocol", "protocol_version")
    return {
        key: _axis(starts_on, acute_window(followed, version, doses.get(key, ())))
        for key, starts_on, followed, version in rows
    }


def index_day(episode: TreatmentEpisode) -> date:
    """The date of day 0 of this episode."""
    return axes(TreatmentEpisode.objects.filter(pk=episode.pk))[episode.pk].zero


def _axis(starts_on: date, window: AcuteWindow) -> Axis:
    return Axis(window.doses[0].day if window.doses else starts_on, window)
