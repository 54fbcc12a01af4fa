"""Whose duty a second step of the sign-in is, and from which day pages are shut to somebody who has none. Pure."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta

# Who reach many people's data, or let others in.
AT_ONCE = frozenset({"administrator", "steward", "researcher"})
NOT_STAFF = "patient"


def due_on(roles: Set[str], since: date, grace_days: int) -> date | None:
    """The first day without access for somebody who has no second step; ``None`` for who needs none.

    ``since``: the day from which the person has been staff. One role without grace is enough to have none.

    >>> due_on({"rater"}, date(2026, 12, 1), 7), due_on({"rater", "steward"}, date(2026, 12, 1), 7)
    (datetime.date(2026, 12, 8), datetime.date(2026, 12, 1))
    """
    if not roles - {NOT_STAFF}:
        return None
    return since if roles & AT_ONCE else since + timedelta(days=grace_days)
