"""One course of treatment, day by day through the real actions, as ``tests/tracking/walks.py`` writes it in a diary.

Each thing is recorded at its own moment by the patient's clock, the schedule is brought up to date after it as the
pages do, and every question is answered on the day on which it is due by whom it is put to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from measures import registry
from measures.instrument import Instrument
from measures.scoring import skipped
from tests.tracking.walks import START, Walk, days
from tracking import clock
from tracking.actions import availability, care, links, people, rating, scheduling, treatment
from tracking.actions.assessments import submit_assessment
from tracking.models import AssessmentRequest, Site, TreatmentEpisode, TreatmentSession, User
from tracking.rules import protocol as protocols
from tracking.rules.policies.wordings import can_be_asked
from tracking.rules.protocol import Protocol
from tracking.rules.protocol.records import Amount, PlannedDose
from tracking.vocabulary import AnswerSource, RequestStatus, Role

SESSION, ANSWERS = (
    {"Europe/Berlin": 9, "America/New_York": 20},
    23,
)  # local hours; 20:00 in New York is tomorrow in UTC
BEFORE = date(2023, 1, 1)
SITE = Decimal(50)  # what this site gives where the protocol leaves the amount to it


def calm(instrument: Instrument) -> dict[str, object]:
    """Every question answered with the least that can be said."""
    answers: dict[str, object] = {
        item.code: False if item.kind == "boolean" else "" if item.kind == "text" else item.minimum
        for item in instrument.items
    }
    answers = {code: answer for code, answer in answers.items() if answer != ""}
    left_out = skipped(instrument, answers)
    return {code: answer for code, answer in answers.items() if code not in left_out}


class Course:
    """A patient under way. ``sessions``: those held, by kind, in order."""

    def __init__(self, walk: Walk, zone: str) -> None:
        self.walk, self.zone = walk, zone
        self.sessions: dict[str, list[TreatmentSession]] = {}
        self.diary: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        with clock.simulated(self.at(START, 7)):
            self._enrol()
            self.schedule()

    def at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), ZoneInfo(self.zone))

    @property
    def protocol(self) -> Protocol:
        return protocols.get(self.walk.protocol)

    def _enrol(self) -> None:
        site = care.create_site(
            by=None, key="walk", name="Walk", timezone="Europe/Berlin", crisis_contacts="Line, 555 0100"
        )
        team = care.create_team(by=None, site=site, name="Walkers")
        self.clinician = self._person("Wanda Walker", Role.CLINICIAN)
        self.rater = self._person("Rae Rater", Role.RATER, site)
        availability.set_availability(by=self.rater, starts_on=clock.today(), per_week=60)
        care.add_member(by=None, team=team, user=self.clinician, is_lead=True, starts_on=BEFORE)
        patient = people.enrol_patient(
            by=self.clinician, team=team, identity=None, sex="female", enrolled_on=START, timezone=self.zone
        )
        self.episode: TreatmentEpisode = care.start_episode(
            by=self.clinician,
            patient=patient,
            diagnosis=self.protocol.diagnosis,
            protocol=self.walk.protocol,
            arm=self.walk.arm,
            starts_on=START,
        )

    def _person(self, name: str, role: Role, site: Site | None = None) -> User:
        user = people.create_user(by=None, email=f"{role}@example.org", name=name)
        people.grant_role(by=None, user=user, role=role, site=site, starts_on=BEFORE)
        return user

    def schedule(self) -> tuple[AssessmentRequest, ...]:
        today = clock.now().astimezone(ZoneInfo(self.zone)).date()
        return scheduling.schedule_episode(by=self.clinician, episode=self.episode, as_of=today)

    def plan(self, day: date, what: Callable[[datetime], object], hour: int | None = None) -> None:
        self.diary.append((self.at(day, hour or SESSION[self.zone]), len(self.diary), what))

    def plan_all(self) -> None:
        """Everything that the diary and the protocol know of this arm."""
        walk = self.walk
        diary = {"dosing": walk.doses, "psychotherapy": walk.therapy, "medication": walk.visits}
        for row in self.protocol.sessions:
            planned = days(diary.get(row.kind, "")) or [START + timedelta(days=day) for day in row.days]
            for day in planned if self.walk.arm in row.arms else ():
                hour = SESSION[self.zone] - (row.kind != "dosing")  # two on one day are not at one moment
                self.plan(day, self.dosing if row.kind == "dosing" else self.held(row.kind), hour)
        for drug in (drug for drug in self.protocol.medications if self.walk.arm in drug.arms):
            self._plan_medication(drug.substance, drug.amount, drug.route, START + timedelta(days=drug.day))

    def _plan_medication(self, substance: str, amount: Amount, route: str, begins: date) -> None:
        low = amount.low if amount.given == "amount" else SITE
        self.plan(begins, lambda at: self._start_drug(substance, low, route, at), 8)
        if amount.high > amount.low:
            self.plan(begins + timedelta(days=21), lambda at: self._change(at, amount.high, "change"), 8)
        for number, day in enumerate(days(self.walk.tapers), start=1):
            self.plan(day, lambda at, n=number: self._change(at, low / (2**n), "taper"), 8)
        if self.walk.last_dose:
            first_without = date.fromisoformat(self.walk.last_dose) + timedelta(days=1)
            self.plan(first_without, self._stop, 8)

    def _start_drug(self, substance: str, amount: Decimal, route: str, at: datetime) -> None:
        self.drug = treatment.start_medication(
            by=self.clinician,
            episode=self.episode,
            substance=substance,
            started_on=at.date(),
            amount_per_day=amount,
            unit="mg",
            route=route,
            is_study_drug=True,
        )

    def _change(self, at: datetime, amount: Decimal, step: str) -> None:
        treatment.change_dose(
            by=self.clinician, course=self.drug, changed_on=at.date(), amount_per_day=amount, step=step
        )

    def _stop(self, at: datetime) -> None:
        treatment.stop_medication(
            by=self.clinician, course=self.drug, stopped_on=at.date(), reason="recovered"
        )

    def held(self, kind: str) -> Callable[[datetime], object]:
        def record(at: datetime) -> TreatmentSession:
            dosings = self.sessions.get("dosing", [])
            session = treatment.record_session(
                by=self.clinician,
                episode=self.episode,
                kind=kind,
                starts_at=at,
                integrates=dosings[-1] if kind == "integration" else None,
                people_present=[(self.clinician, "lead")],
            )
            self.sessions.setdefault(kind, []).append(session)
            return session

        return record

    def dosing(self, at: datetime) -> TreatmentSession:
        """The session, its dose a quarter of an hour later, and the supplement as early as it may be given."""
        session = self.held("dosing")(at)
        number = len(self.sessions["dosing"])
        given_at = at + timedelta(minutes=15)
        for dose in self.protocol.doses:
            if self.walk.arm not in dose.arms or not dose.first <= number <= dose.last:
                continue
            self._give(session, dose, dose.amount, "main", given_at)
            if dose.supplement:
                later = given_at + timedelta(minutes=dose.supplement.earliest)
                self._give(session, dose, dose.supplement.amount, "supplement", later)
        return session

    def _give(
        self, session: TreatmentSession, dose: PlannedDose, amount: Amount, part: str, at: datetime
    ) -> None:
        with clock.simulated(at):
            treatment.record_dose(
                by=self.clinician,
                session=session,
                substance=dose.substance,
                amount=amount.low if amount.given == "amount" else SITE,
                unit=amount.unit,
                route=dose.route,
                given_at=at,
                part=part,
            )
            self.schedule()

    def walk_on(self, until: date | None = None) -> None:
        """Day after day on which something happens or is due, until nothing is left or ``until`` is over."""
        while days_left := self._days_ahead(until):
            today = min(days_left)
            happening = sorted(row for row in self.diary if row[0].date() == today)
            self.diary = [row for row in self.diary if row not in happening]
            for moment, _, what in happening:
                with clock.simulated(moment):
                    what(moment)
                    self.schedule()
            with clock.simulated(self.at(today, ANSWERS)):
                for request in self.due(today):
                    self.answer(request, today)
                scheduling.keep_schedules()
                assert self.schedule() == ()

    def _days_ahead(self, until: date | None) -> set[date]:
        ahead = {moment.date() for moment, _, _ in self.diary}
        ahead |= set(self.open().values_list("due_on", flat=True))
        return {day for day in ahead if until is None or day <= until}

    def open(self):
        return self.episode.requests.filter(status=RequestStatus.OPEN)

    def due(self, today: date) -> list[AssessmentRequest]:
        return list(self.open().filter(due_on__lte=today).order_by("pk"))

    def answer(self, request: AssessmentRequest, today: date) -> None:
        """By a link if it is the patient's and has words, on paper if it has none; a blinded rating by the rater
        whom the product finds, any other by the clinician."""
        by, source = self._who(request)
        submit_assessment(
            by=by,
            request=request,
            answers=calm(registry.get(request.instrument, request.version)),
            source=source,
            assessed_on=today,
        )

    def _who(self, request: AssessmentRequest) -> tuple[User | None, AnswerSource]:
        if request.blinded:
            return rating.assign_rater(by=None, request=request), AnswerSource.CLINICIAN
        if request.rater == "clinician":
            return self.clinician, AnswerSource.CLINICIAN
        if not can_be_asked(request):
            return self.clinician, AnswerSource.CLINICIAN_ENTERED
        link, _ = links.issue_link(by=self.clinician, episode=self.episode, requests=[request])
        links.open_link(link=link, now=clock.now())
        request.refresh_from_db()
        return None, AnswerSource.SELF

    def asked(self) -> list[tuple[str, str, str]]:
        rows = self.episode.requests.exclude(status=RequestStatus.CANCELLED).order_by("pk")
        return [(row.due_on.isoformat(), row.time_point, row.instrument) for row in rows]
