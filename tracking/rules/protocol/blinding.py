"""Whether the days of blinded ratings are the same in every arm: else the calendar tells a rater which it is. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from tracking.rules.protocol.records import THERAPY, Anchor, Protocol, Repeat, TimePoint


def told_by_its_days(protocol: Protocol) -> TimePoint | None:
    """The first blinded time point that another arm does not have just so; ``None`` where no day tells an arm.

    Just so: as many days from the same event, which is planned on the same days in both arms, with the same window,
    the same instruments and the same repeats. Equal days from different events would not do: one event is late while
    the other is not. Nor would a condition: whom it leaves out is part of what a rater sees.
    """
    points = [point for point in protocol.time_points if point.blinded]
    for arm in protocol.arm_keys:
        rated = [(point, _slot(protocol, arm, point)) for point in points if arm in point.arms]
        for other in protocol.arm_keys:
            known = {_slot(protocol, other, point) for point in points if other in point.arms}
            alone = (point for point, slot in rated if slot not in known or point.condition)
            if len(protocol.arms) > 1 and (found := next(alone, None)):
                return found
    return None


def _slot(protocol: Protocol, arm: str, point: TimePoint) -> Hashable:
    """Everything of a time point that shows in the list of a rater."""
    return (
        _event(protocol, arm, point.anchor),
        (point.day, point.before, point.after, point.reminders),
        tuple(sorted(point.instruments)),
        _repeat(protocol, arm, point.repeat),
    )


def _event(protocol: Protocol, arm: str, anchor: Anchor) -> Hashable:
    return anchor, tuple(_planned(protocol, arm, anchor))


def _planned(protocol: Protocol, arm: str, anchor: Anchor) -> Iterable[Hashable]:
    """What an arm plans of the events of a kind: their days, or the course of its medication."""
    if anchor.kind == "start":
        return ()
    if anchor.kind in ("taper", "stop"):
        return [(drug.day, drug.taper, drug.stop) for drug in protocol.medications if arm in drug.arms]
    kinds = THERAPY if anchor.kind == "end" else ("dosing" if anchor.kind == "dose" else anchor.session,)
    return [row.days for row in protocol.sessions if row.kind in kinds and arm in row.arms]


def _repeat(protocol: Protocol, arm: str, repeat: Repeat | None) -> Hashable:
    if repeat is None or isinstance(repeat.until, int):
        return repeat
    if isinstance(repeat.until, Anchor):
        return repeat, _event(protocol, arm, repeat.until)
    ends = [point for point in protocol.time_points if point.name == repeat.until and arm in point.arms]
    return repeat, tuple((_event(protocol, arm, point.anchor), point.day) for point in ends)
