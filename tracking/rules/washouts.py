"""Whether a medication has been stopped for long enough before a dose: pure. No Django, no clock.

Days are the patient's calendar days. A medication counts as stopped from the first day without it, so that
one not taken from 1 March on has been stopped for 14 days on 15 March. A lower dose is not a stop. Nothing is
satisfied because something is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from measures.language import gettext as _
from measures.language import marked
from tracking.rules.medication_classes import is_among
from tracking.rules.protocol.records import Washout

Verdict = Literal["satisfied", "not satisfied", "cannot be said"]
WORST: tuple[Verdict, ...] = ("not satisfied", "cannot be said", "satisfied")
VERDICTS: dict[Verdict, str] = {
    "satisfied": marked("satisfied"),
    "not satisfied": marked("not satisfied"),
    "cannot be said": marked("cannot be said"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One medication from its first day to the first day without it (``None``: still taken). ``classes``:
    those that it belongs to; empty: not known."""

    substance: str
    classes: frozenset[str]
    first: date
    stopped: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one medication means for one rule. ``days``: for how many days it has been stopped, ``None`` while
    it is taken. ``known``: whether it is known to fall under the rule."""

    substance: str
    stopped: date | None
    days: int | None
    known: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class WashoutState:
    """One rule on one day. ``asked``: for how many days it wants a medication stopped, ``None`` when neither
    the protocol nor the site has said. ``findings``: the medications that it is about, or may be about."""

    what: str
    asked: int | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its findings; without any, nothing was there to be stopped."""
        found = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in WORST if verdict in found), "satisfied")

    @property
    def said(self) -> str:
        """The verdict in words."""
        return _(VERDICTS[self.verdict])


def washout_state(rule: Washout, asked: int | None, taken: Iterable[Taken], day: date) -> WashoutState:
    """How a rule stands on ``day``, with the days that the protocol or the site asks for.

    A medication begun later plays no part. One that falls under the rule and is taken: not satisfied; stopped
    for too few days: not satisfied; stopped while nobody has said for how many days it must be: cannot be
    said. One of no known class cannot be said, unless it would be satisfied under any rule of so many days.
    A rule of 0 days asks for nothing.
    """
    rows = sorted(taken, key=lambda row: (row.first, row.substance))
    findings = (_finding(rule, asked, row, day) for row in rows if row.first <= day)
    return WashoutState(rule.what, asked, tuple(found for found in findings if found))


def _finding(rule: Washout, asked: int | None, row: Taken, day: date) -> Finding | None:
    falls_under = bool(row.classes & set(rule.classes)) or is_among(row.substance, rule.substances)
    if not falls_under and row.classes:
        return None
    stopped = row.stopped if row.stopped and row.stopped <= day else None
    days = (day - stopped).days if stopped else None
    verdict = _verdict(asked, days)
    if verdict == "not satisfied" and not falls_under:
        verdict = "cannot be said"
    return Finding(row.substance, stopped, days, falls_under, verdict)


def _verdict(asked: int | None, days: int | None) -> Verdict:
    if asked == 0:
        return "satisfied"
    if days is None:
        return "not satisfied"
    if asked is None:
        return "cannot be said"
    return "satisfied" if days >= asked else "not satisfied"
