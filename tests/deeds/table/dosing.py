"""A dosing session as it happens, and its signature."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from measures import registry
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import held, medication
from tests.tracking.dosing import CALM, DENIED, PASSWORD, begun, check, ended, minute, prepared, vitals
from tracking.actions import dosing
from tracking.actions.signing import sign_run_sheet
from tracking.models import RunSheetEntry, TreatmentSession, User
from tracking.queries.dosing import plan_for
from tracking.rules.run_sheet import topics
from tracking.vocabulary import AuditAction, CheckTopic

LINE = "+RunSheetEntry +AuditEvent"
OF_SESSION = "session.episode.patient"


def under_way(clinic: Clinic) -> TreatmentSession:
    """Of two dosing sessions the one that began four hours ago."""
    held(clinic, 9)
    return begun(clinic.lead, clinic.episode, clinic.colleague)


def tap(session: TreatmentSession, at: float = 30) -> Arguments:
    return {
        "by": session.recorded_by,
        "session": session,
        "submission_id": uuid.uuid4(),
        "happened_at": minute(session, at),
    }


def lines_about(topic: str) -> object:
    """Finds the lines of the run-sheet about this."""

    def found(known: Arguments) -> object:
        session = known.get("session") or known["result"]
        return RunSheetEntry.objects.filter(session=session, topic=topic)

    return found


@deed(
    dosing.begin_session,
    Note(AuditAction.RECORD_SESSION, patient="episode.patient"),
    Note(AuditAction.RUN_SHEET_CHECK, of=lines_about(CheckTopic.TWO_PRESENT), patient="episode.patient"),
    writes="+TreatmentSession +Presence*2 +RunSheetEntry ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.ONCE,
)
def with_two(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "submission_id": uuid.uuid4(),
        "starts_at": timezone.now() - timedelta(hours=1),
        "people_present": [(clinic.lead, "lead"), (clinic.colleague, "second")],
    }


@deed(
    dosing.record_check,
    Note(AuditAction.RUN_SHEET_CHECK, patient=OF_SESSION),
    writes=LINE,
    twice=Twice.ONCE,
)
def a_check(clinic: Clinic) -> Arguments:
    return tap(under_way(clinic)) | {"topic": "consent_today", "met": True}


@deed(
    dosing.record_event,
    Note(AuditAction.RUN_SHEET_EVENT, patient=OF_SESSION),
    writes=LINE,
    twice=Twice.ONCE,
)
def an_event(clinic: Clinic) -> Arguments:
    return tap(under_way(clinic)) | {"topic": "bathroom"}


@deed(
    dosing.record_observation,
    Note(AuditAction.RUN_SHEET_OBSERVATION, patient=OF_SESSION),
    writes=LINE,
    twice=Twice.ONCE,
)
def an_observation(clinic: Clinic) -> Arguments:
    return tap(under_way(clinic)) | {"text": "lies still"}


@deed(
    dosing.withhold_supplement,
    Note(AuditAction.RUN_SHEET_WITHHELD, patient=OF_SESSION),
    writes=LINE,
    twice=Twice.ONCE,
)
def no_supplement(clinic: Clinic) -> Arguments:
    return tap(under_way(clinic)) | {"text": "blood pressure too high"}


@deed(
    dosing.end_session,
    Note(AuditAction.RUN_SHEET_END, patient=OF_SESSION),
    writes=f"{LINE} ~TreatmentSession:minutes ~EpisodeMark:wanted_rev",
    twice=Twice.ONCE,
)
def the_end(clinic: Clinic) -> Arguments:
    return tap(under_way(clinic), at=200) | {"text": "Steady; with her sister."}


@deed(
    dosing.end_session,
    Note(AuditAction.RUN_SHEET_CHECK, of=lines_about(CheckTopic.LEAVING), patient=OF_SESSION),
    Note(AuditAction.RUN_SHEET_END, patient=OF_SESSION),
    writes="+RunSheetEntry*2 +AuditEvent*2 ~TreatmentSession:minutes ~EpisodeMark:wanted_rev",
    twice=Twice.ONCE,
)
def an_end_although_something_is_open(clinic: Clinic) -> Arguments:
    session = under_way(clinic)
    prepared(clinic.lead, session)
    dosing.give_dose(**given_now(session))
    said = {"text": "To the ward, with a nurse.", "leaving_reason": "the ward watches her tonight"}
    return tap(session, at=200) | said


def given_now(session: TreatmentSession) -> Arguments:
    return {
        "by": session.recorded_by,
        "session": session,
        "submission_id": uuid.uuid4(),
        "substance": "psilocybin",
        "amount": Decimal(25),
        "unit": "mg",
        "route": "oral",
        "given_at": minute(session, 30),
    }


@deed(
    dosing.give_dose,
    Note(AuditAction.RECORD_DOSE, patient=OF_SESSION),
    writes="+Dose ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.ONCE,
)
def a_dose_after_its_checks(clinic: Clinic) -> Arguments:
    session = under_way(clinic)
    prepared(clinic.lead, session)
    return given_now(session)


@deed(
    dosing.give_dose,
    Note(AuditAction.RUN_SHEET_CHECK, of=lines_about(CheckTopic.OVERRIDE), patient=OF_SESSION),
    Note(AuditAction.OVERRIDE_WASHOUT, of=lines_about(CheckTopic.WASHOUT), patient=OF_SESSION),
    Note(AuditAction.RECORD_DOSE, patient=OF_SESSION),
    writes="+Dose +RunSheetEntry*2 ~EpisodeMark:wanted_rev +AuditEvent*3",
    twice=Twice.ONCE,
)
def a_dose_over_checks_and_a_washout(clinic: Clinic) -> Arguments:
    medication(clinic, "sertraline")
    return given_now(under_way(clinic)) | {"override_reason": "checked on paper, and the level was nil"}


@deed(
    dosing.give_dose,
    Note(AuditAction.RUN_SHEET_CHECK, of=lines_about(CheckTopic.LIMIT), patient=OF_SESSION),
    Note(AuditAction.RECORD_DOSE, patient=OF_SESSION),
    writes="+Dose +RunSheetEntry ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.ONCE,
)
def a_dose_beyond_a_limit(clinic: Clinic) -> Arguments:
    session = under_way(clinic)
    prepared(clinic.lead, session)
    vitals(clinic.lead, session, 20, systolic=168)
    return given_now(session) | {"limit_reason": "158 when measured by hand"}


@deed(
    dosing.record_in_session,
    Note(AuditAction.SUBMIT_ASSESSMENT, of="result.assessment", patient=OF_SESSION),
    writes="+Assessment +ScaleScore*4 ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.ONCE,
)
def vital_signs(clinic: Clinic) -> Arguments:
    return form(under_way(clinic), "vital_signs", CALM)


def form(session: TreatmentSession, key: str, answers: Mapping[str, object]) -> Arguments:
    return {
        "by": session.recorded_by,
        "session": session,
        "instrument": registry.get(key),
        "answers": answers,
        "submission_id": uuid.uuid4(),
        "assessed_at": minute(session, 30),
    }


@deed(
    dosing.record_in_session,
    Note(AuditAction.RAISE_ALERT, of="result.alerts", patient=OF_SESSION, by=""),
    Note(AuditAction.SUBMIT_ASSESSMENT, of="result.assessment", patient=OF_SESSION),
    writes="+Assessment +ScaleScore +OutcomeResult*3 +SafetyAlert +AlertEvent +OutboxMail"
    " ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.ONCE,
)
def an_interview_with_an_alert(clinic: Clinic) -> Arguments:
    return form(under_way(clinic), "cssrs_screener", DENIED | {"1": True})


@deed(
    sign_run_sheet,
    Note(AuditAction.SIGN_RUN_SHEET, of="session", patient=OF_SESSION),
    writes="+SessionSignature +AuditEvent",
    twice=Twice.ONCE,
)
def a_signature(clinic: Clinic) -> Arguments:
    """Nothing was measured, which is explained."""
    session = begun(clinic.lead, clinic.episode, clinic.colleague, ago=70)
    for topic in topics(plan_for(session)):
        check(clinic.lead, session, topic, met=False, text="the device was away")
    ended(clinic.lead, session, 60)
    User.objects.filter(pk=clinic.lead.pk).update(password=hashed())
    return {"by": User.objects.get(pk=clinic.lead.pk), "session": session, "password": PASSWORD}


@cache
def hashed() -> str:
    return make_password(PASSWORD)
