"""What is asked for before the patient leaves: time since the last dose, values within their limits, what is due at the
end. Each can be passed with a reason, none in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

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
    return [f"{_span(minutes_between(last, at))} since the last dose, at least {_span(plan.stay)} asked for"]


def _span(minutes: int) -> str:
    """ "6 h 05 min" """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02} min" if rest else f"{hours} h"
