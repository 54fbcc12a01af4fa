"""What is asked for before the patient leaves: time since the last dose, values within their limits, what is due at the
end. Each can be passed with a reason, none in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from measures.language import gettext as _
from tracking.rules.run_sheet.records import Plan, Record, minutes_between
from tracking.rules.run_sheet.tasks import tasks
from tracking.rules.run_sheet.watching import standing


def before_leaving(plan: Plan, record: Record, at: datetime) -> tuple[str, ...]:
    """What was open at the moment of an end, in words; nothing where nothing was given. What a check has explained is
    not open."""
    then = record.until(at)
    if not then.doses:
        return ()
    at_end = tasks(plan, replace(then, ended_at=at), at)
    due = [task.words for task in at_end if task.moment == "end" and task.state in ("open", "later")]
    beyond = [breach.words.rstrip(".") for breach in standing(plan, then)]
    return (*_too_early(plan, then, at), *beyond, *due)


def _too_early(plan: Plan, record: Record, at: datetime) -> list[str]:
    last = max(dose.at for dose in record.doses)
    if plan.stay is None or at >= last + timedelta(minutes=plan.stay):
        return []
    words = _("{since} since the last dose, at least {stay} asked for")
    return [words.format(since=_span(minutes_between(last, at)), stay=_span(plan.stay))]


def _span(minutes: int) -> str:
    """ "6 h 05 min" """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n} min").format(n=rest)
    if not rest:
        return _("{hours} h").format(hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=f"{rest:02}")
