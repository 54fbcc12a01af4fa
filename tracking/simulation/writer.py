"""The rows that a simulated course comes to, written in bulk: the fast way beside the real actions.

Row for row what the actions would have written, each row made at its own moment (``clock.simulated``) after the same
checks; tests hold the two against each other. Only simulated people come in this way.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from measures import registry
from tracking import clock
from tracking.actions import audit
from tracking.actions.safety import Finding, findings
from tracking.actions.scores import score_rows
from tracking.errors import InvalidInput
from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    Dose,
    DoseChange,
    EpisodeEnd,
    EpisodeMark,
    MedicationCourse,
    OutcomeResult,
    Patient,
    Presence,
    ResearchConsent,
    SafetyAlert,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.rules import checks
from tracking.rules.policies.assessments import (
    check_assessed_on,
    check_may_rate,
    check_rated_on,
    check_request_open,
    check_source,
)
from tracking.rules.policies.days import latest_day, local_today
from tracking.rules.policies.treatment import (
    check_given_at,
    check_integrates,
    check_moment,
    check_session_parts,
    check_takes_doses,
)
from tracking.rules.policies.wordings import ships, wording_name
from tracking.simulation.people.course import (
    ENROLLED,
    Course,
    Ended,
    Held,
    Medicated,
    Replied,
    Scheduled,
    What,
)
from tracking.simulation.rows import Cohort, Rows
from tracking.vocabulary import (
    AlertStatus,
    AnswerSource,
    Attendance,
    AuditAction,
    ConsentKind,
    DoseStep,
    EndReason,
    PresenceRole,
    RequestStatus,
    StopReason,
)

HANDLED = "Simulated: called the same day, no plan, no intent."


class Writer:
    """Makes the rows of one person, step by step."""

    def __init__(self, cohort: Cohort, rows: Rows, course: Course, study_code: str) -> None:
        self.cohort, self.rows, self.course = cohort, rows, course
        self.answered = 0
        self.sessions: list[TreatmentSession] = []
        self.requests: list[AssessmentRequest] = []
        self.medications: dict[str, tuple[MedicationCourse, DoseChange]] = {}
        with clock.simulated(cohort.moment(course.starts_on, ENROLLED)):
            self._enrol(study_code)

    def write(self) -> None:
        """Adds everything that the course holds."""
        for step in self.course.steps:
            with clock.simulated(self.cohort.moment(step.on, step.hour)):
                self._step(step.on, step.what)

    def _step(self, on: date, what: What) -> None:
        if isinstance(what, Held):
            self._session(on, what)
        elif isinstance(what, Medicated):
            self._medication(on, what)
        elif isinstance(what, Scheduled):
            self._schedule(what)
        elif isinstance(what, Replied):
            self._answer(on, what)
        else:
            self._end(on, what)

    def _audit(
        self, action: AuditAction, target: models.Model, *, by: User | None, **details: object
    ) -> None:
        self.rows.add(audit.event(by=by, action=action, target=target, patient=self.patient, **details))

    def _done(self, action: AuditAction, target: models.Model, *, by: User | None, **details: object) -> None:
        """Something happened that the course is computed from."""
        self._audit(action, target, by=by, **details)
        self.mark.wanted_rev += 1

    def _enrol(self, study_code: str) -> None:
        cohort, course, lead = self.cohort, self.course, self.cohort.lead
        self.patient = Patient(
            study_code=study_code,
            team=cohort.team,
            sex=course.sex,
            enrolled_on=course.starts_on,
            timezone=cohort.team.site.timezone,
            is_simulated=True,
        )
        checks.check_past_day("enrolled_on", course.starts_on, local_today(self.patient))
        self.episode = TreatmentEpisode(
            patient=self.patient,
            study=cohort.study,
            diagnosis=cohort.protocol.diagnosis,
            protocol=cohort.protocol.key,
            protocol_version=cohort.protocol.version,
            arm=course.arm,
            starts_on=course.starts_on,
            age_at_start=course.age,
        )
        self.mark = EpisodeMark(episode=self.episode)
        consent = ResearchConsent(
            patient=self.patient, kind=ConsentKind.GIVEN, stated_on=course.starts_on, recorded_by=lead
        )
        self.rows.add(self.patient, consent, self.episode, self.mark)
        self._audit(AuditAction.ENROL_PATIENT, self.patient, by=lead)
        self._audit(AuditAction.CONSENT_GIVEN, self.patient, by=lead)
        self._done(AuditAction.START_EPISODE, self.episode, by=lead, protocol=cohort.protocol.key)

    def _session(self, on: date, held: Held) -> None:
        starts_at, lead = self.cohort.moment(on, held.hour), self.cohort.lead
        attendance = Attendance.ATTENDED if held.attended else Attendance.MISSED
        minutes = held.minutes if held.attended else None
        present = self._present() if held.attended else []
        dosing = self.sessions[held.integrates] if held.integrates is not None else None
        check_moment(self.episode, "starts_at", starts_at)
        check_session_parts(attendance, minutes, "", present)
        check_integrates(self.episode, held.kind, starts_at, dosing)
        session = TreatmentSession(
            episode=self.episode,
            kind=held.kind,
            starts_at=starts_at,
            minutes=minutes,
            attendance=attendance,
            integrates=dosing,
            recorded_by=lead,
        )
        self.sessions.append(session)
        self.rows.add(session, *(Presence(session=session, user=user, role=role) for user, role in present))
        self._done(AuditAction.RECORD_SESSION, session, by=lead)
        for given in held.doses:  # no washout stands against one: nobody takes more than the treatment itself
            check_takes_doses(session)
            given_at = starts_at + timedelta(minutes=given.minute)
            check_given_at(session, given_at)
            dose = Dose(
                session=session,
                part=given.part,
                substance=checks.clean_line("substance", given.substance, longest=60),
                amount=checks.clean_amount("amount", given.amount),
                unit=given.unit,
                route=given.route,
                given_at=given_at,
                recorded_by=lead,
            )
            self.rows.add(dose)
            self._done(AuditAction.RECORD_DOSE, dose, by=lead)

    def _present(self) -> list[tuple[User, str]]:
        return [(self.cohort.lead, PresenceRole.LEAD), (self.cohort.second, PresenceRole.SECOND)]

    def _medication(self, on: date, step: Medicated) -> None:
        lead = self.cohort.lead
        checks.check_past_day("changed_on", on, local_today(self.patient))
        if step.step == DoseStep.START:
            course = MedicationCourse(
                episode=self.episode,
                substance=checks.clean_line("substance", step.substance, longest=60),
                is_study_drug=True,
                recorded_by=lead,
            )
            self.rows.add(course)
        else:
            course, before = self.medications[step.substance]
            checks.check_order("changed_on", before.changed_on, on, of="the last change of its dose")
        stops = step.step == DoseStep.STOP
        change = DoseChange(
            course=course,
            step=step.step,
            changed_on=on,
            amount_per_day=step.amount if stops else checks.clean_amount("amount_per_day", step.amount),
            unit=step.unit,
            route=step.route,
            stop_reason=StopReason.RECOVERED if stops else "",
            recorded_by=lead,
        )
        self.rows.add(change)
        self.medications[step.substance] = (course, change)
        if step.step == DoseStep.START:
            self._done(AuditAction.START_MEDICATION, course, by=lead)
        else:
            self._done(AuditAction(f"medication_{step.step}"), change, by=lead)

    def _schedule(self, what: Scheduled) -> None:
        lead = self.cohort.lead
        for place in what.lost:
            request = self.requests[place]
            request.status, request.anchor_lost = RequestStatus.CANCELLED, True
            self._audit(AuditAction.LOSE_REQUEST, request, by=lead, instrument=request.instrument)
        for wanted in what.new:
            definition = registry.get(wanted.instrument)
            request = AssessmentRequest(
                episode=self.episode,
                instrument=definition.key,
                version=definition.version,
                rater=definition.rater,
                time_point=wanted.time_point,
                protocol_point=wanted.point,
                anchor_session=None if wanted.session is None else self.sessions[wanted.session],
                opens_on=wanted.opens_on,
                due_on=wanted.due_on,
                closes_on=wanted.closes_on,
                blinded=wanted.blinded,
                finish_late=wanted.finish_late,
            )
            self.requests.append(request)
            self.rows.add(request)
            self._audit(AuditAction.CREATE_REQUEST, request, by=lead, instrument=definition.key)

    def _answer(self, on: date, what: Replied) -> None:
        request, scored = self.requests[what.request], what.scored
        instrument = registry.get(request.instrument, request.version)
        by, source = who_answers(self.cohort, request, on_screen=ships(instrument))
        if request.blinded:
            self._assign(request)
        check_may_rate(request, by)
        check_request_open(request, local_today(self.patient))
        check_rated_on(request, on, latest_day(self.episode))
        check_source(instrument, source)
        check_assessed_on(self.episode, on, latest_day(self.episode))
        assessment = Assessment(
            episode=self.episode,
            request=request,
            instrument=instrument.key,
            version=instrument.version,
            wording=wording_name(instrument, None),
            answers=dict(scored.answers),
            source=source,
            rater=by if source == AnswerSource.CLINICIAN else None,
            assessed_on=on,
            time_point=request.time_point,
            recorded_by=by,
        )
        self.rows.add(assessment, *score_rows(assessment, scored))
        self.rows.add(
            *(
                OutcomeResult(assessment=assessment, outcome=key, met=met)
                for key, met in scored.outcomes.items()
            )
        )
        alerts = [self._alert(finding, assessment) for finding in findings(scored, instrument)]
        self._done(AuditAction.SUBMIT_ASSESSMENT, assessment, by=by, instrument=instrument.key)
        request.status = RequestStatus.DONE
        self.answered += 1
        for alert in alerts:
            self._look_after(alert)

    def _assign(self, request: AssessmentRequest) -> None:
        """The independent rater, who is never in the room, is given the rating when it is made."""
        rater = self.cohort.rater
        if rater in {user for user, _ in self._present()}:
            raise InvalidInput("rater", "was in the room in a session of this patient, so cannot rate blind")
        request.assigned_to = rater
        told = {"rater": str(rater.public_id), "of_treating_team": False}
        self._audit(AuditAction.ASSIGN_RATER, request, by=None, **told)

    def _alert(self, finding: Finding, assessment: Assessment) -> SafetyAlert:
        alert = SafetyAlert(
            episode=self.episode,
            request=assessment.request,
            assessment=assessment,
            instrument=assessment.instrument,
            item=finding.item,
            state=finding.state,
            level=finding.level,
            answer=finding.answer,
        )
        self.rows.add(alert, AlertEvent(alert=alert, status=AlertStatus.OPEN))
        self._audit(AuditAction.RAISE_ALERT, alert, by=None, item=finding.item)
        return alert

    def _look_after(self, alert: SafetyAlert) -> None:
        """Nobody waits for a call in a simulated study: the alert is taken on and closed the same day."""
        for status, note in ((AlertStatus.ACKNOWLEDGED, ""), (AlertStatus.CLOSED, HANDLED)):
            alert.status = status
            self.rows.add(AlertEvent(alert=alert, status=status, by=self.cohort.lead, note=note))
            self._audit(AuditAction(f"alert_{status}"), alert, by=self.cohort.lead)

    def _end(self, on: date, what: Ended) -> None:
        checks.check_order("ends_on", self.episode.starts_on, on, of="the first day of the episode")
        checks.check_past_day("ends_on", on, local_today(self.patient))
        lead, reason = self.cohort.lead, EndReason.COMPLETED if what.completed else EndReason.PATIENT
        self.episode.status, self.episode.ends_on = reason.status, on
        self.rows.add(EpisodeEnd(episode=self.episode, reason=reason, recorded_by=lead))
        words = {"reason": reason, "with_something_open": False}
        self._done(AuditAction(f"episode_{reason.status}"), self.episode, by=lead, **words)


def who_answers(
    cohort: Cohort, request: AssessmentRequest, *, on_screen: bool
) -> tuple[User | None, AnswerSource]:
    """A rater rates what is blinded and nothing else, a clinician of the team whatever else clinicians rate; the
    patient answers, on paper where the words are not ours to show."""
    if request.rater == "clinician":
        return cohort.rater if request.blinded else cohort.lead, AnswerSource.CLINICIAN
    if on_screen:
        return None, AnswerSource.SELF
    return cohort.lead, AnswerSource.CLINICIAN_ENTERED
