"""The run-sheet of a dosing session: what has happened, what is due now, what is to be seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from measures import registry
from measures.instrument import Instrument
from measures.language import within
from reports.charts import Trend
from reports.pages.run_sheet.log import LogLine, log_lines
from reports.pages.run_sheet.vitals import amount_words, figures_alone, vitals_trend
from tracking.models import Assessment, Presence, TreatmentSession, User
from tracking.queries.dosing import (
    ADVERSE_EVENT,
    VITAL_SIGNS,
    as_record,
    dosing_number,
    forms_of,
    forms_on_sheet,
    plan_for,
)
from tracking.queries.safety_items import SafetyOfWeek, safety_of_week
from tracking.queries.signatures import WANTED, Signed, signatures_of
from tracking.queries.washout import washouts_before
from tracking.rules.policies.days import local_day
from tracking.rules.protocol import Amount, PlannedDose
from tracking.rules.run_sheet import (
    Breach,
    Notice,
    Plan,
    Record,
    SupplementWindow,
    Task,
    Total,
    before_leaving,
    in_the_way,
    minutes_between,
    missing,
    notices,
    standing,
    supplement_window,
    tasks,
    topics,
    totals,
)
from tracking.rules.washouts import WashoutState


@dataclass(frozen=True, slots=True)
class DoseOffer:
    """A dose as the protocol plans it, to be given with one tap. ``amount`` is "" where the site sets it or a range
    leaves a choice."""

    planned: PlannedDose
    part: str
    amount: str
    unit: str
    needs_weight: bool

    @property
    def words(self) -> str:
        return f"{self.planned.substance} {amount_words(self.amount, self.unit)}" if self.amount else ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """Everything that the run-sheet shows."""

    session: TreatmentSession
    number: int
    plan: Plan
    record: Record
    now: datetime
    present: Sequence[Presence]
    tasks: tuple[Task, ...]
    obstacles: tuple[Task, ...]
    warnings: tuple[Breach, ...]
    notices: tuple[Notice, ...]
    window: SupplementWindow | None
    vitals: Instrument
    latest: str
    latest_at: datetime | None
    trend: Trend | None
    log: Sequence[LogLine]
    signatures: Sequence[Signed]
    missing: tuple[str, ...]
    leaving: tuple[str, ...]
    safety: SafetyOfWeek
    washouts: tuple[WashoutState, ...]
    is_present: bool
    has_signed: bool
    weight_kg: str

    @property
    def checks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.moment == "before")

    @property
    def settled(self) -> int:
        return sum(task.state in ("done", "not_met") for task in self.checks)

    @property
    def due(self) -> tuple[Task, ...]:
        """What is to be done now, once the dose was given."""
        return tuple(task for task in self.tasks if task.state == "open" and self.record.first_dose)

    @property
    def next(self) -> list[Task]:
        """What comes next: all that is due at the same moment."""
        known = {task: task.due_at for task in self.tasks if task.state == "later" and task.due_at}
        return [task for task, due_at in known.items() if due_at == min(known.values())]

    @property
    def unanswered(self) -> tuple[Task, ...]:
        """What a signature waits for, each to be done or explained."""
        return tuple(task for task in self.tasks if task.state in ("open", "later") and self.record.ended_at)

    @property
    def minutes(self) -> int | None:
        """Since the first dose; to the end of a session that has ended."""
        first = self.record.first_dose
        return minutes_between(first, self.record.ended_at or self.now) if first else None

    @property
    def totals(self) -> list[str]:
        """ "MDMA 120 mg in all, 1.6 mg/kg" """
        return [_total_words(total) for total in totals(self.record.doses)]

    @property
    def values_beyond(self) -> str:
        """ "systolic blood pressure was 168 mmHg" """
        return ", ".join(breach.clause for breach in self.warnings)

    @property
    def people_present(self) -> str:
        """ "Rosa Stein (lead therapist), Tom Ode (nurse)" """
        present = ((one.user.name, within(one.get_role_display())) for one in self.present)
        return format_html_join(", ", "<bdi>{}</bdi> ({})", present)

    @property
    def offers(self) -> list[DoseOffer]:
        return [_offer(planned, "main", planned.amount) for planned in self.plan.doses]

    @property
    def supplement_offer(self) -> DoseOffer | None:
        planned = next((row for row in self.plan.doses if row.supplement), None)
        return (
            _offer(planned, "supplement", planned.supplement.amount)
            if planned and planned.supplement
            else None
        )

    @property
    def forms(self) -> tuple[Instrument, ...]:
        """What is filled in as a form of its own, beside the vital signs and adverse events of the sheet."""
        return tuple(one for one in forms_of(self.plan) if one.key not in (VITAL_SIGNS, ADVERSE_EVENT))

    @property
    def signed(self) -> int:
        return sum(one.holds for one in self.signatures)

    @property
    def wanted(self) -> int:
        return WANTED


def run_sheet_page(session: TreatmentSession, user: User, now: datetime) -> SheetPage:
    """The page of one visible session. ``session`` comes with its rows (``tracking.queries.dosing.with_sheet``)."""
    plan, number = plan_for(session), dosing_number(session)
    assessments = list(forms_on_sheet(session, plan))
    record = _record(session, assessments)
    vitals = registry.get(VITAL_SIGNS)
    signatures = signatures_of(session, plan)
    present = list(session.people_present.all())
    measured = [row for row in record.readings if row.instrument == VITAL_SIGNS]
    latest_at = max((row.at for row in measured), default=None)
    return SheetPage(
        session=session,
        number=number,
        plan=plan,
        record=record,
        now=now,
        present=present,
        tasks=tasks(plan, record, now),
        obstacles=in_the_way(plan, record, now),
        warnings=standing(plan, record),
        notices=notices(plan, record),
        window=supplement_window(plan, record, now),
        vitals=vitals,
        latest=figures_alone(vitals, [row for row in measured if row.at == latest_at]),
        latest_at=latest_at,
        trend=vitals_trend(plan, record, vitals, now),
        log=log_lines(plan, topics(plan), session.doses.all(), session.entries.all(), assessments),
        signatures=signatures,
        missing=missing(plan, record, now),
        leaving=before_leaving(plan, record, now),
        safety=safety_of_week(session.episode, now),
        washouts=washouts_before(session.episode, local_day(session.episode.patient, session.starts_at)),
        is_present=any(one.user_id == user.pk for one in present),
        has_signed=any(one.holds and one.signature.signed_by_id == user.pk for one in signatures),
        weight_kg=next((str(dose.weight_kg) for dose in reversed(record.doses) if dose.weight_kg), ""),
    )


def _record(session: TreatmentSession, assessments: Sequence[Assessment]) -> Record:
    return as_record(
        session,
        (dose for dose in session.doses.all() if dose.voided_at is None),
        (entry for entry in session.entries.all() if entry.voided_at is None),
        (row for row in assessments if not hasattr(row, "superseded_by")),
    )


def _total_words(total: Total) -> str:
    dose = f"{total.substance} {amount_words(total.amount, total.unit)}"
    if total.per_kg is None:
        return _("{dose} in all").format(dose=dose)
    return _("{dose} in all, {by_weight}").format(dose=dose, by_weight=amount_words(total.per_kg, "mg/kg"))


def _offer(planned: PlannedDose, part: str, amount: Amount) -> DoseOffer:
    exact = amount.given == "amount" and amount.low == amount.high
    unit = amount.unit
    return DoseOffer(planned, part, f"{amount.low.normalize():f}" if exact else "", unit, unit == "mg/kg")
