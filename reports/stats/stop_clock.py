"""The watch after the last dose of a medication: has the illness come back, and how long has one looked? Pure.

Days count from the last day on which the medication was taken, which is day 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from measures.language import gettext as _
from measures.words.phrases import listed
from reports.stats.flags import flag_words

State = Literal["running", "returned", "over"]


@dataclass(frozen=True, slots=True)
class WatchPoint:
    """One time point of the watch, on its due day."""

    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Return:
    """A relapse or recurrence by the rule of a scale: its ``kind`` of flag, the day of the score that first showed
    it, and the scale."""

    kind: str
    day: date
    scale: str


@dataclass(frozen=True, slots=True)
class StopClock:
    """Where the watch stands.

    ``day``: today, counted from the last dose. ``following``: the next time point, with its day. ``until``: the
    day of the last time point, ``None`` where the protocol has none. ``found``: the first return and its day.
    ``seen_until``: the day of the last score by which a return could have been seen, ``None`` without one.
    ``judged`` and ``unjudged``: scales of the watch with a relapse rule, and without.
    """

    state: State
    substance: str
    why: str
    day: int
    following: tuple[str, int] | None
    until: int | None
    found: tuple[Return, int] | None
    seen_until: int | None
    judged: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """ "Day 37 after the last dose of alprazolam (stopped: no longer needed): ..." """
        return " ".join(part for part in (self._finding(), self._outlook(), self._limits()) if part)

    def _finding(self) -> str:
        event, on = self.found or (None, None)
        return self._found().format(
            day=self.day,
            substance=self.substance,
            why=self.why,
            found=flag_words(event.kind) if event else "",
            on=on,
            scale=event.scale if event else "",
            seen=self.seen_until,
        )

    def _found(self) -> str:
        if self.found:
            return _(
                "Day {day} after the last dose of {substance} (stopped: {why}): {found} on day {on} by {scale}."
            )
        if not self.judged:
            return _(
                "Day {day} after the last dose of {substance} (stopped: {why}): no relapse rule for any scale of the "
                "watch, so that none can be shown."
            )
        if self.seen_until is None:
            return _("Day {day} after the last dose of {substance} (stopped: {why}): no score since then.")
        return _(
            "Day {day} after the last dose of {substance} (stopped: {why}): no relapse seen until the last score, "
            "on day {seen}."
        )

    def _outlook(self) -> str:
        if self.until is None:
            return _("The protocol has no time point after the last dose.")
        if self.state == "over":
            return _("The watch ended on day {day}.").format(day=self.until)
        if self.following is None:
            return ""
        name, day = self.following
        words = _("Next: {time_point}, day {day}; watched until day {until}.")
        return words.format(time_point=name, day=day, until=self.until)

    def _limits(self) -> str:
        if not self.judged or not self.unjudged:
            return ""
        return _("No relapse rule for {scales}.").format(scales=listed(self.unjudged))


def stop_clock(
    *,
    last_dose: date,
    substance: str,
    why: str,
    as_of: date,
    points: Sequence[WatchPoint],
    returns: Sequence[Return],
    scores: Sequence[date],
    judged: Sequence[str],
    unjudged: Sequence[str],
) -> StopClock:
    """The clock on ``as_of``. What happened on or before the day of the last dose plays no part.

    ``returns``: relapses and recurrences that stand; the earliest counts, and of several on that day the one
    that was confirmed. ``scores``: the days of usable scores of the ``judged`` scales. A missing score moves
    nothing: the clock says until when one has looked. The watch is over after its last time point.
    """
    after = [row for row in returns if row.day > last_dose]
    first = min(after, key=lambda row: (row.day, "confirmed" not in row.kind), default=None)
    seen = [day for day in scores if last_dose < day <= as_of]
    ahead = sorted((point for point in points if point.due_on >= as_of), key=lambda point: point.due_on)
    last = max((point.due_on for point in points), default=None)
    over = last is not None and as_of > last
    return StopClock(
        state="returned" if first else "over" if over else "running",
        substance=substance,
        why=why,
        day=(as_of - last_dose).days,
        following=(ahead[0].name, (ahead[0].due_on - last_dose).days) if ahead else None,
        until=(last - last_dose).days if last else None,
        found=(first, (first.day - last_dose).days) if first else None,
        seen_until=(max(seen) - last_dose).days if seen else None,
        judged=tuple(judged),
        unjudged=tuple(unjudged),
    )
