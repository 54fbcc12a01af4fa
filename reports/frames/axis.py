"""The time axis of an episode.

Zero ("index day") is the day of the first dose that stands, in the patient's own time zone; without a dose
it is the day treatment started. A day is a whole number of days from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from tracking import protocol
from tracking.models import Dose, TreatmentEpisode

Episodes = QuerySet[TreatmentEpisode]


@dataclass(frozen=True, slots=True)
class Axis:
    """``zero``: the date of day 0. ``dose_days``: days with a dose, rising. ``acute_days``: for how many
    days after a dose the protocol holds that a scale about the last weeks cannot be judged."""

    zero: date
    dose_days: tuple[int, ...]
    acute_days: int

    def day(self, on: date) -> int:
        """Whole days from zero; negative before."""
        return (on - self.zero).days

    def date(self, day: int) -> date:
        return self.zero + timedelta(days=day)

    def acute(self, day: int) -> bool:
        """Whether ``day`` lies in the acute window of a dose. Day 0 does not: its scores are the baseline,
        taken before the first dose."""
        return day > 0 and any(
            0 <= day - dose <= self.acute_days for dose in self.dose_days if self.acute_days
        )


def axes(episodes: Episodes) -> dict[int, Axis]:
    """The axis of each episode, by its key."""
    given = _dose_dates(episodes)
    return {
        key: _axis(sorted(given.get(key, ())), starts_on, protocol.find(followed, version))
        for key, starts_on, followed, version in episodes.values_list(
            "pk", "starts_on", "protocol", "protocol_version"
        )
    }


def index_day(episode: TreatmentEpisode) -> date:
    """The date of day 0 of this episode."""
    return axes(TreatmentEpisode.objects.filter(pk=episode.pk))[episode.pk].zero


def standing_doses(episodes: Episodes) -> QuerySet[Dose]:
    """The doses that were not taken back, in sessions that were not."""
    return Dose.objects.standing().filter(session__episode__in=episodes, session__voided_at__isnull=True)


def local_date(at: datetime, zone: str) -> date:
    """The day that it was in the patient's time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def _axis(given: list[date], starts_on: date, known: protocol.Protocol | None) -> Axis:
    """Without a known protocol (an imported episode) there is no acute window: every score may be judged."""
    zero = given[0] if given else starts_on
    return Axis(zero, tuple((day - zero).days for day in given), known.acute_days if known else 0)


def _dose_dates(episodes: Episodes) -> dict[int, set[date]]:
    found: dict[int, set[date]] = {}
    rows = standing_doses(episodes).values_list(
        "session__episode_id", "given_at", "session__episode__patient__timezone"
    )
    for episode, at, zone in rows:
        found.setdefault(episode, set()).add(local_date(at, zone))
    return found
