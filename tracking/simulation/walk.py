"""Walks an invented person through treatment, day by day, through the same actions that real people take.

Nothing is written in any other way: each step happens on its own day (``clock.simulated``), is checked, audited
and marked like any other. What is due after today stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from measures import registry
from measures.instrument import Instrument
from measures.scoring import Answer
from tracking import clock
from tracking.actions.assessments import submit_assessment
from tracking.actions.care import start_episode
from tracking.actions.endings import end_episode
from tracking.actions.people import enrol_patient, record_consent
from tracking.actions.rating import assign_rater
from tracking.actions.safety import acknowledge_alert, close_alert
from tracking.actions.scheduling import schedule_episode
from tracking.actions.treatment import (
    change_dose,
    record_dose,
    record_session,
    start_medication,
    stop_medication,
)
from tracking.actions.wordings import pin_wording
from tracking.models import (
    AssessmentRequest,
    CareTeam,
    SafetyAlert,
    Study,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.rules.policies.wordings import can_be_asked
from tracking.simulation.people.answers import answers_with_total
from tracking.simulation.people.cast import Person
from tracking.simulation.people.plans import PHQ9_PER_POINT, MedicationStep, Plan, PlannedSession, main_total
from tracking.simulation.sheet import Sheet, keep_run_sheet
from tracking.vocabulary import AnswerSource, ConsentKind, EndReason, PresenceRole

DIAGNOSES = {"psilocybin-mdd": "mdd", "mdma-ptsd": "ptsd", "ssri-psychotherapy": "mdd"}
ALERT_HANDLED_WITHIN = timedelta(days=7)  # older alerts of the simulation have been dealt with
SHEETS_KEPT_FOR = timedelta(days=70)  # older dosing sessions have their doses alone
LEFT_OPEN = "Left before anybody could speak about it; the clinic goes on calling."
HANDLED = "Called the same day: no plan, no intent. Talked through in the next session."
DAYS_LATE = {"self": [0, 0, 0, 1, 2], "clinician": [0, 0, 1, 3, 6]}
MISSED = 0.06  # share of PHQ-9 that nobody fills in


@dataclass(frozen=True, slots=True)
class Staff:
    """Who treats, who assists and who rates in a team."""

    team: CareTeam
    lead: User
    second: User
    rater: User
    study: Study


@transaction.atomic
def simulate(*, by: User, person: Person, staff: Staff, rng: Random, today: date) -> TreatmentEpisode:
    """One invented patient from enrolment to ``today``. Returns the episode."""
    walk = Walk(person, staff, rng, today)
    with clock.simulated(walk.at(0, hour=8)):
        walk.enrol(by)
    walk.run()
    return walk.episode


class Walk:
    """The days of one person in order: what was planned, and what the protocol asks for on the way."""

    def __init__(self, person: Person, staff: Staff, rng: Random, today: date) -> None:
        self.person, self.plan, self.staff, self.rng, self.today = person, person.plan, staff, rng, today
        self.started = today - timedelta(days=self.plan.started)
        self.zone = ZoneInfo(staff.team.site.timezone)
        self.dosing: list[TreatmentSession] = []
        self.queue: list[tuple[int, int, Event]] = []

    def moment(self, day: int, hour: float) -> datetime:
        """An hour of a day of treatment, by the clock on the clinic's wall."""
        midnight = datetime.combine(self.started + timedelta(days=day), time(0), self.zone)
        return midnight + timedelta(hours=hour)

    def at(self, day: int, hour: float) -> datetime:
        """When something of that day is written down: never later than now."""
        return min(self.moment(day, hour), clock.now())

    def enrol(self, by: User) -> None:
        patient = enrol_patient(
            by=by,
            team=self.staff.team,
            identity=identity_of(self.person, self.started, self.rng),
            sex=self.person.sex,
            enrolled_on=self.started,
            timezone=self.staff.team.site.timezone,
            language=self.person.language,
            is_simulated=True,
        )
        if self.person.consent != "none":
            record_consent(by=by, patient=patient, kind=ConsentKind.GIVEN, stated_on=self.started)
        self.episode = start_episode(
            by=by,
            patient=patient,
            diagnosis=DIAGNOSES[self.plan.protocol],
            protocol=self.plan.protocol,
            arm=self.plan.arm,
            starts_on=self.started,
            study=self.staff.study,
        )

    def run(self) -> None:
        last = self.plan.stops_after if self.plan.stops_after is not None else self.plan.started
        planned: list[PlannedSession | MedicationEvent] = [*self.plan.sessions, *self._medication_events()]
        self.queue = [(event.day, number, event) for number, event in enumerate(planned) if event.day <= last]
        heapify(self.queue)
        self._ask(0)
        while self.queue and self.queue[0][0] <= last:
            day, _, event = heappop(self.queue)
            with clock.simulated(self.at(max(day, 0), hour=18)):
                self._happen(day, event)
        self._leave()

    def _medication_events(self) -> list[MedicationEvent]:
        return [
            MedicationEvent(max(step.day, 0), substance, step, number == 0)
            for substance, steps in self.plan.medication
            for number, step in enumerate(steps)
        ]

    def _happen(self, day: int, event: Event) -> None:
        if isinstance(event, PlannedSession):
            self._session(event)
            if event.doses:  # protocols ask by the start of treatment and by its doses
                self._ask(day)
        elif isinstance(event, MedicationEvent):
            self._medication(event)
        elif isinstance(event, AssessmentRequest):
            self._answer(day, event)

    def _ask(self, day: int) -> None:
        """What the protocol asks for from now on comes into the queue on the day that it will be answered."""
        on = self.started + timedelta(days=day)
        with clock.simulated(self.at(day, hour=9)):
            wanted = schedule_episode(by=self.staff.lead, episode=self.episode, as_of=on)
        for request in wanted:
            if self.plan.punctual or request.instrument != "phq9" or self.rng.random() > MISSED:
                self._expect(day, request)

    def _expect(self, day: int, request: AssessmentRequest) -> None:
        prompt = self.plan.punctual or request.time_point == "baseline"
        late = 0 if prompt else self.rng.choice(DAYS_LATE[request.rater])
        answered = min(request.closes_on, request.due_on + timedelta(days=late))
        due = max((answered - self.started).days, day)
        heappush(self.queue, (due, 1000 + request.pk, request))

    def _session(self, planned: PlannedSession) -> None:
        starts = self.moment(planned.day, hour=9)
        if starts + timedelta(minutes=planned.minutes) > clock.now():
            return
        if planned.doses and self.today - clock.day_of(starts, self.zone.key) <= SHEETS_KEPT_FOR:
            sheet = Sheet(
                self.staff.lead, self.staff.second, self.episode, starts, planned.minutes, planned.doses
            )
            rng = Random(f"{self.person.family_name} {planned.day}")  # noqa: S311 (invented readings)
            self.dosing.append(keep_run_sheet(by=self.staff.lead, sheet=sheet, rng=rng))
            return
        session = record_session(
            by=self.staff.lead,
            episode=self.episode,
            kind=planned.kind,
            starts_at=starts,
            minutes=planned.minutes,
            integrates=self.dosing[planned.integrates - 1] if planned.integrates else None,
            people_present=[(self.staff.lead, PresenceRole.LEAD), (self.staff.second, PresenceRole.SECOND)],
        )
        for substance, amount, hours, part in planned.doses:
            record_dose(
                by=self.staff.lead,
                session=session,
                substance=substance,
                amount=Decimal(str(amount)),
                unit="mg",
                route="oral",
                given_at=starts + timedelta(hours=hours),
                part=part,
                washout_reason="Simulated: given as planned.",
            )
        if planned.doses:
            self.dosing.append(session)

    def _medication(self, event: MedicationEvent) -> None:
        on = self.started + timedelta(days=event.step.day)
        if event.is_first:
            start_medication(
                by=self.staff.lead,
                episode=self.episode,
                substance=event.substance,
                started_on=on,
                amount_per_day=Decimal(str(event.step.amount)),
                unit="mg",
                route="oral",
            )
            return
        course = self.episode.medications.get(substance=event.substance)
        if event.step.amount:
            amount = Decimal(str(event.step.amount))
            lower = amount < course.dose_changes.latest("changed_on", "id").amount_per_day
            change_dose(
                by=self.staff.lead, course=course, changed_on=on, amount_per_day=amount,
                step="taper" if lower else "change",
            )  # fmt: skip
        else:
            stop_medication(by=self.staff.lead, course=course, stopped_on=on, reason=event.step.reason)

    def _answer(self, day: int, request: AssessmentRequest) -> None:
        on = self.started + timedelta(days=day)
        pin_wording(request=request)
        by, source = self._who_answers(request)
        submitted = submit_assessment(
            by=by,
            request=request,
            answers=answers_on(self.plan, registry.get(request.instrument, request.version), day, self.rng),
            source=source,
            assessed_on=on,
            wording=request.wording_pack,
        )
        for alert in submitted.alerts:
            self._look_after(alert, on)

    def _who_answers(self, request: AssessmentRequest) -> tuple[User | None, AnswerSource]:
        """A rater rates what is blinded, a clinician of the team the rest; the patient answers, on paper where no
        wording is installed."""
        if request.blinded:
            return assign_rater(by=None, request=request, rater=self.staff.rater), AnswerSource.CLINICIAN
        if request.rater == "clinician":
            return self.staff.lead, AnswerSource.CLINICIAN
        if can_be_asked(request):
            return None, AnswerSource.SELF
        return self.staff.lead, AnswerSource.CLINICIAN_ENTERED

    def _look_after(self, alert: SafetyAlert, on: date) -> None:
        if self.today - on > ALERT_HANDLED_WITHIN:
            acknowledge_alert(by=self.staff.lead, alert=alert)
            close_alert(by=self.staff.lead, alert=alert, note=HANDLED)

    def _leave(self) -> None:
        if self.plan.stops_after is not None:
            on = self.started + timedelta(days=self.plan.stops_after)
            with clock.simulated(self.at(self.plan.stops_after, hour=17)):
                end_episode(
                    by=self.staff.lead,
                    episode=self.episode,
                    reason=EndReason.PATIENT,
                    ends_on=on,
                    open_reason=LEFT_OPEN,
                )
        if self.person.consent == "withdrawn":
            record_consent(
                by=self.staff.lead,
                patient=self.episode.patient,
                kind=ConsentKind.WITHDRAWN,
                stated_on=self.today,
            )


@dataclass(frozen=True, slots=True)
class MedicationEvent:
    """One step of a medication. What was taken before enrolment is recorded on the first day."""

    day: int
    substance: str
    step: MedicationStep
    is_first: bool


Event = PlannedSession | MedicationEvent | AssessmentRequest


def identity_of(person: Person, started: date, rng: Random) -> dict[str, object]:
    """An invented identity; the addresses lead nowhere (RFC 2606)."""
    born = started.replace(year=started.year - person.age, day=1) - timedelta(days=rng.randint(1, 300))
    mailbox = f"{person.given_name}.{person.family_name}".lower()
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "date_of_birth": born,
        "record_number": f"SIM-{rng.randint(100000, 999999)}",
        "email": f"{mailbox}@people.example",
        "phone": "",
    }


def answers_on(plan: Plan, instrument: Instrument, day: int, rng: Random) -> Mapping[str, Answer]:
    """What the person answers to this instrument on this day."""
    total = main_total(plan, day, rng)
    if instrument.key == "phq9":
        answers = answers_with_total(
            instrument, total * PHQ9_PER_POINT[plan.protocol], rng, _safety(plan, day)
        )
        return answers | {"10": min(int(total // 10), 3)}
    if instrument.key == "meq30":
        return answers_with_total(instrument, plan.mystical * instrument.primary_scale.maximum, rng)
    if instrument.key == "wai_sr":
        return answers_with_total(instrument, plan.alliance, rng)
    if instrument.key == "caps5":
        return answers_with_total(instrument, total, rng) | _caps5_beyond_the_total(total)
    if instrument.primary_scale.direction == "higher_is_better":
        return answers_with_total(instrument, _well(instrument, total), rng)
    return answers_with_total(instrument, total, rng)


def _well(instrument: Instrument, total: float) -> float:
    """Sum of answers of a scale on which more is better: it falls short by half of what the main total has."""
    return sum(instrument.item(code).maximum for code in instrument.primary_scale.items) - total / 2


def _safety(plan: Plan, day: int) -> dict[str, int]:
    since = [start for start in plan.safety if start <= day]
    return {"9": plan.safety[max(since)]} if since else {}


def _caps5_beyond_the_total(total: float) -> dict[str, int]:
    """Criterion A, onset, duration, distress and impairment, global ratings, dissociation."""
    share = min(int(total // 14), 4)
    distress = dict.fromkeys(("23", "24", "25", "26", "27"), share)
    return {"A": True, "21": 0, "22": 60, "28": 0, "29": 0, "30": 0} | distress
