"""Answers taken in: submitted, recorded, corrected, drafted; and totals without items."""

from __future__ import annotations

import uuid
from typing import Any

from measures import registry
from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import held
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.begun import begun_entry
from tracking.actions import assessments, entry_drafts, scheduling, totals
from tracking.models import AssessmentRequest, EntryDraft
from tracking.queries.entry_drafts import Place
from tracking.rules.entry_drafts import Sent
from tracking.vocabulary import AnswerSource, AuditAction

DARK = PHQ9 | {"9": 2}
SUBMITTED = Note(
    AuditAction.SUBMIT_ASSESSMENT, of="result.assessment", patient="result.assessment.episode.patient"
)
CORRECTED = Note(
    AuditAction.CORRECT_ASSESSMENT, of="result.assessment", patient="result.assessment.episode.patient"
)
RAISED = Note(AuditAction.RAISE_ALERT, of="result.alerts.0", patient="result.alerts.0.episode.patient", by="")
PHQ9_ROWS = "+Assessment +ScaleScore*3 +OutcomeResult*5 +AuditEvent ~EpisodeMark:wanted_rev"


def asked(clinic: Clinic, instrument: str = "phq9", **more: Any) -> AssessmentRequest:
    """An open request of today."""
    return scheduling.create_request(
        by=clinic.lead, episode=clinic.episode, instrument=instrument, due_on=days_ago(0), **more
    )


def by_the_patient(request: AssessmentRequest, answers: dict[str, Any]) -> Arguments:
    return {
        "by": None,
        "request": request,
        "answers": answers,
        "source": AnswerSource.SELF,
        "assessed_on": days_ago(0),
    }


@deed(
    assessments.submit_assessment,
    SUBMITTED,
    writes=f"{PHQ9_ROWS} ~AssessmentRequest:status",
    twice=Twice.ONCE,
)
def a_phq9_on_the_phone(clinic: Clinic) -> Arguments:
    return by_the_patient(asked(clinic), PHQ9)


@deed(
    assessments.submit_assessment,
    RAISED,
    SUBMITTED,
    writes=f"{PHQ9_ROWS} ~AssessmentRequest:status +SafetyAlert +AlertEvent +AuditEvent +OutboxMail",
    twice=Twice.ONCE,
)
def a_phq9_that_raises_an_alert(clinic: Clinic) -> Arguments:
    return by_the_patient(asked(clinic), DARK)


@deed(
    assessments.submit_assessment,
    SUBMITTED,
    writes=f"{PHQ9_ROWS} ~AssessmentRequest:status ~SafetyAlert:assessment -DraftAnswers",
    twice=Twice.ONCE,
)
def a_draft_whose_dark_answer_was_taken_back(clinic: Clinic) -> Arguments:
    request = asked(clinic)
    assessments.save_draft(request=request, item="9", value=2)
    return by_the_patient(request, PHQ9)


@deed(
    assessments.record_assessment,
    SUBMITTED,
    writes="+Assessment +ScaleScore*6 +OutcomeResult*3 +AuditEvent ~EpisodeMark:wanted_rev",
    twice=Twice.ONCE,
)
def a_hamd_in_the_interview(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "instrument": registry.get("hamd17"),
        "answers": HAMD,
        "source": AnswerSource.CLINICIAN,
        "assessed_on": days_ago(1),
        "submission_id": uuid.uuid4(),
    }


def corrected(clinic: Clinic, before: dict[str, Any], after: dict[str, Any]) -> Arguments:
    known = recorded(clinic.episode, None, "phq9", before)
    return {"by": clinic.lead, "assessment": known.assessment, "answers": after, "reason": "Misread."}


@deed(assessments.correct_assessment, CORRECTED, writes=PHQ9_ROWS, twice=Twice.REFUSED)
def a_phq9_misread(clinic: Clinic) -> Arguments:
    return corrected(clinic, PHQ9, PHQ9 | {"1": 3})


@deed(
    assessments.correct_assessment,
    CORRECTED,
    writes=f"{PHQ9_ROWS} ~SafetyAlert:answer,assessment",
    twice=Twice.REFUSED,
)
def a_correction_that_is_worse(clinic: Clinic) -> Arguments:
    return corrected(clinic, DARK, DARK | {"9": 3})


@deed(assessments.save_draft, writes="+DraftAnswers", twice=Twice.ONCE)
def the_first_answer_of_a_sitting(clinic: Clinic) -> Arguments:
    return {"request": asked(clinic), "item": "1", "value": 2}


@deed(
    assessments.save_draft,
    Note(AuditAction.RAISE_ALERT, of="result", patient="request.episode.patient", by=""),
    writes="~DraftAnswers:answers,numbers,updated_at +SafetyAlert +AlertEvent +AuditEvent +OutboxMail",
    twice=Twice.ONCE,
)
def a_dark_answer_of_a_sitting(clinic: Clinic) -> Arguments:
    request = asked(clinic)
    assessments.save_draft(request=request, item="1", value=2)
    return {"request": request, "item": "9", "value": 2}


BEGUN = Note(AuditAction.BEGIN_ENTRY, patient="place.episode.patient")
STATE = "answers,assessed_on,number,updated_at"


def keeping(clinic: Clinic, sent: Sent, place: Place | None = None) -> Arguments:
    """The state of a HAM-D that is being filled in."""
    return {
        "by": clinic.lead,
        "place": place or Place(clinic.episode, "hamd17"),
        "instrument": registry.get("hamd17"),
        "answers": {"1": 2, "3": 4},
        "sent": sent,
        "assessed_on": days_ago(0),
    }


def begun_elsewhere(clinic: Clinic, window: uuid.UUID) -> None:
    """Siblings: the same form of a session, and of what was asked for; and a first state of this one."""
    begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 1}, request=asked(clinic, "hamd17"))
    begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 1}, session=held(clinic, 0))
    begun_entry(clinic.lead, clinic.episode, "caps5", {"1": 1})
    begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 1}, sent=Sent(window, 1))


@deed(entry_drafts.keep_entry, BEGUN, writes="+EntryDraft +AuditEvent", twice=Twice.ONCE)
def the_first_mark_of_an_interview(clinic: Clinic) -> Arguments:
    return keeping(clinic, Sent(uuid.uuid4(), 1))


@deed(entry_drafts.keep_entry, BEGUN, writes="+EntryDraft +AuditEvent", twice=Twice.ONCE)
def the_first_mark_of_what_was_asked_for(clinic: Clinic) -> Arguments:
    place = Place(clinic.episode, "hamd17", request=asked(clinic, "hamd17"))
    return keeping(clinic, Sent(uuid.uuid4(), 1), place)


@deed(entry_drafts.keep_entry, BEGUN, writes="+EntryDraft +AuditEvent", twice=Twice.ONCE)
def the_first_mark_of_a_correction(clinic: Clinic) -> Arguments:
    known = a_phq9_misread(clinic)["assessment"]
    place = Place(clinic.episode, "phq9", corrects=known)
    own = {"instrument": registry.get("phq9"), "answers": PHQ9 | {"1": 3}, "reason": "Mis"}
    return keeping(clinic, Sent(uuid.uuid4(), 1), place) | own


@deed(assessments.correct_assessment, CORRECTED, writes=f"{PHQ9_ROWS} -EntryDraft", twice=Twice.REFUSED)
def a_correction_that_was_begun(clinic: Clinic) -> Arguments:
    found = a_phq9_misread(clinic)
    begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 1})
    begun_entry(clinic.lead, clinic.episode, "phq9", found["answers"], corrects=found["assessment"])
    return found


@deed(entry_drafts.keep_entry, writes=f"~EntryDraft:{STATE}", twice=Twice.ONCE)
def a_further_mark_of_an_interview(clinic: Clinic) -> Arguments:
    window = uuid.uuid4()
    begun_elsewhere(clinic, window)
    return keeping(clinic, Sent(window, 2))


@deed(
    entry_drafts.keep_entry,
    writes="~EntryDraft:answers,assessed_on,number,resumed_from,updated_at,window",
    twice=Twice.ONCE,
)
def an_interview_that_is_opened_again(clinic: Clinic) -> Arguments:
    begun_elsewhere(clinic, uuid.uuid4())
    return keeping(clinic, Sent(uuid.uuid4(), 2, seen=1))


@deed(
    entry_drafts.discard_entry,
    Note(AuditAction.DISCARD_ENTRY, of=lambda known: known["draft"], patient="draft.episode.patient"),
    writes="-EntryDraft +AuditEvent",
    twice=Twice.REFUSED,
)
def an_interview_that_came_to_nothing(clinic: Clinic) -> Arguments:
    begun_elsewhere(clinic, uuid.uuid4())
    return {"by": clinic.lead, "draft": EntryDraft.objects.get(episode=clinic.episode, instrument="caps5")}


@deed(
    assessments.record_assessment,
    SUBMITTED,
    writes="+Assessment +ScaleScore*6 +OutcomeResult*3 +AuditEvent ~EpisodeMark:wanted_rev -EntryDraft",
    twice=Twice.ONCE,
)
def a_hamd_that_was_begun(clinic: Clinic) -> Arguments:
    begun_entry(clinic.lead, clinic.episode, "caps5", {"1": 1})
    draft = begun_entry(clinic.lead, clinic.episode, "hamd17", {"1": 1})
    return a_hamd_in_the_interview(clinic) | {"submission_id": draft.submission_id}


@deed(
    assessments.hear_danger,
    Note(AuditAction.RAISE_ALERT, of="result", patient="request.episode.patient", by=""),
    writes="+SafetyAlert +AlertEvent +AuditEvent +OutboxMail",
    twice=Twice.ONCE,
)
def a_dark_answer_that_came_too_late(clinic: Clinic) -> Arguments:
    request = asked(clinic)
    assessments.submit_assessment(**by_the_patient(request, PHQ9))
    return {"request": request, "item": "9", "value": 2}


@deed(
    totals.record_total,
    Note(AuditAction.RECORD_TOTAL, of="result.assessment", patient="episode.patient"),
    writes="+Assessment +ScaleScore +AuditEvent ~EpisodeMark:wanted_rev",
    twice=Twice.ONCE,
)
def a_bdi_on_paper(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "instrument": registry.get("bdi2"),
        "totals": {"total": 20},
        "assessed_on": days_ago(1),
        "submission_id": uuid.uuid4(),
    }


@deed(
    totals.correct_total,
    Note(AuditAction.CORRECT_TOTAL, of="result.assessment", patient="assessment.episode.patient"),
    writes="+Assessment +ScaleScore +AuditEvent ~EpisodeMark:wanted_rev",
    twice=Twice.REFUSED,
)
def a_total_misread(clinic: Clinic) -> Arguments:
    known = totals.record_total(**a_bdi_on_paper(clinic))
    return {"by": clinic.lead, "assessment": known.assessment, "totals": {"total": 21}, "reason": "Misread."}
