"""Two who write about the same answers."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.answers import (
    DARK,
    PHQ9_ROWS,
    a_bdi_on_paper,
    a_hamd_in_the_interview,
    a_total_misread,
    asked,
    by_the_patient,
    corrected,
)
from tests.deeds.table.endings import ENDED, in_treatment
from tests.tracking.answers import HAMD, PHQ9
from tracking.actions import assessments, scheduling, totals
from tracking.actions.endings import end_episode
from tracking.models import AssessmentRequest

ANSWERED = f"{PHQ9_ROWS} ~AssessmentRequest:status"
HAMD_ROWS = "+Assessment +ScaleScore*6 +OutcomeResult*3 +AuditEvent ~EpisodeMark:wanted_rev"
TOTAL = "+Assessment +ScaleScore +AuditEvent ~EpisodeMark:wanted_rev"
RAISED = "+SafetyAlert +AlertEvent +AuditEvent +OutboxMail"


def submitted(request: AssessmentRequest, answers: dict[str, Any], **more: Any) -> Act:
    return assessments.submit_assessment, by_the_patient(request, answers) | more


def drafted(request: AssessmentRequest, item: str, value: int) -> Act:
    return assessments.save_draft, {"request": request, "item": item, "value": value}


@pair(one_first=ANSWERED, other_first=f"{ANSWERED} {RAISED}")
def two_sheets_for_one_request(clinic: Clinic) -> tuple[Act, Act]:
    """The first counts, whole: the alert of the other comes of answers that are nowhere."""
    request = asked(clinic)
    return submitted(request, PHQ9), submitted(request, DARK)


@pair(one_first=f"{ANSWERED} !save_draft", other_first=f"{ANSWERED} {RAISED}")
def a_sheet_and_one_more_answer_of_the_sitting(clinic: Clinic) -> tuple[Act, Act]:
    """The alert of the answer that was given before the sheet belongs to the sheet."""
    request = asked(clinic)
    return submitted(request, PHQ9), drafted(request, "9", 2)


@pair(
    one_first="~DraftAnswers:answers,numbers,updated_at",
    other_first="~DraftAnswers:answers,numbers,updated_at",
)
def two_answers_of_one_sitting(clinic: Clinic) -> tuple[Act, Act]:
    """Both are kept."""
    request = asked(clinic)
    assessments.save_draft(request=request, item="1", value=2)
    return drafted(request, "2", 1), drafted(request, "3", 1)


@pair(
    one_first=f"{ANSWERED} ~TreatmentEpisode:ends_on,status +EpisodeEnd +AuditEvent",
    other_first=f"{ENDED} ~AssessmentRequest:status +AuditEvent !submit_assessment",
)
def a_sheet_and_the_end_of_the_treatment(clinic: Clinic) -> tuple[Act, Act]:
    """What somebody asked for by hand is cancelled with the end, unless it was answered by then."""
    return submitted(asked(clinic), PHQ9), (end_episode, in_treatment(clinic))


def asked_for(clinic: Clinic, due_on: date) -> AssessmentRequest:
    return scheduling.create_request(by=clinic.lead, episode=clinic.episode, instrument="phq9", due_on=due_on)


@pair(one_first=f"{ANSWERED} !submit_assessment", other_first=f"{ANSWERED} !submit_assessment")
def one_submission_id_for_two_requests(clinic: Clinic) -> tuple[Act, Act]:
    sent = {"submission_id": uuid.uuid4()}
    later, first = asked_for(clinic, days_ago(-30)), asked(clinic)
    days = {"opens_on": days_ago(1), "due_on": days_ago(0), "closes_on": days_ago(-1)}
    scheduling.set_request_dates(by=clinic.lead, request=later, **days)
    return submitted(first, PHQ9, **sent), submitted(later, PHQ9, **sent)


@pair(one_first=f"{HAMD_ROWS} !record_assessment", other_first=f"{HAMD_ROWS} !record_assessment")
def one_submission_id_for_two_interviews(clinic: Clinic) -> tuple[Act, Act]:
    interview = a_hamd_in_the_interview(clinic)
    other = interview | {"answers": HAMD | {"1": 2}}
    return (assessments.record_assessment, interview), (assessments.record_assessment, other)


@pair(one_first=f"{HAMD_ROWS} !record_total", other_first=f"{TOTAL} !record_assessment")
def one_submission_id_for_an_interview_and_a_total(clinic: Clinic) -> tuple[Act, Act]:
    interview, on_paper = a_hamd_in_the_interview(clinic), a_bdi_on_paper(clinic)
    on_paper["submission_id"] = interview["submission_id"]
    return (assessments.record_assessment, interview), (totals.record_total, on_paper)


@pair(one_first=f"{TOTAL} !record_total", other_first=f"{TOTAL} !record_total")
def one_submission_id_for_two_totals(clinic: Clinic) -> tuple[Act, Act]:
    on_paper = a_bdi_on_paper(clinic)
    other = on_paper | {"totals": {"total": 21}}
    return (totals.record_total, on_paper), (totals.record_total, other)


@pair(
    one_first=f"{PHQ9_ROWS} !correct_assessment",
    other_first=f"{PHQ9_ROWS} {RAISED} !correct_assessment",
)
def two_corrections_of_one_sheet(clinic: Clinic) -> tuple[Act, Act]:
    misread = corrected(clinic, PHQ9, PHQ9 | {"1": 3})
    other = misread | {"by": clinic.colleague, "answers": DARK}
    return (assessments.correct_assessment, misread), (assessments.correct_assessment, other)


@pair(one_first=f"{TOTAL} !correct_total", other_first=f"{TOTAL} !correct_total")
def two_corrections_of_one_total(clinic: Clinic) -> tuple[Act, Act]:
    misread = a_total_misread(clinic)
    other = misread | {"by": clinic.colleague, "totals": {"total": 22}, "assessed_on": days_ago(2)}
    return (totals.correct_total, misread), (totals.correct_total, other)
