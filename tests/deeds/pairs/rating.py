"""Two who decide about what is asked, by whom it is rated and who is told the treatment."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments
from tests.deeds.pair import Act, pair
from tests.deeds.scenes import asked, dosed, free_rater, held, to_be_rated
from tests.deeds.table.rating import decision
from tests.deeds.table.scheduling import a_medication_that_is_taken_again, scheduled
from tests.deeds.table.voiding import taken_back
from tests.tracking.answers import HAMD, PHQ9
from tracking.actions import assessments, rating, scheduling, treatment, unblinding
from tracking.models import AssessmentRequest, User
from tracking.vocabulary import AnswerSource

CLOSED = "~AssessmentRequest:status +AuditEvent"
DAYS = "closes_on,dates_set_by,due_on,opens_on"
SHEET = "+Assessment +ScaleScore*3 +OutcomeResult*5 +AuditEvent"  # PHQ-9
RATING = "+Assessment +ScaleScore*6 +OutcomeResult*3 +AuditEvent"  # HAM-D
MARK = "~EpisodeMark:wanted_rev"
NUMBERED = "~AssessmentRequest:time_point +AuditEvent"
LOST = "~AssessmentRequest:anchor_lost,status +AuditEvent"
DECIDED = "~Unblinding:approved,decided_at,decided_by"
SESSION_BACK = f"~TreatmentSession:void_reason,voided_at,voided_by {MARK} +AuditEvent"
GIVEN = "~AssessmentRequest:assigned_to +AuditEvent"


def answered(clinic: Clinic, request: AssessmentRequest) -> Act:
    sheet: Arguments = {"answers": PHQ9, "source": AnswerSource.CLINICIAN_ENTERED, "assessed_on": days_ago(1)}
    return assessments.submit_assessment, {"by": clinic.colleague, "request": request, **sheet}


def given_to(clinic: Clinic, request: AssessmentRequest, rater: User) -> Act:
    return rating.assign_rater, {"by": clinic.lead, "request": request, "rater": rater}


def to_be_numbered_anew(clinic: Clinic) -> tuple[AssessmentRequest, Act]:
    """Of two questions after a dose one that can be answered today, and the schedule, which has heard since of an
    earlier dose."""
    dosed(clinic, 8)
    scheduling.schedule_episode(**scheduled(clinic))
    dosed(clinic, 9)
    far_ahead = scheduled(clinic) | {"as_of": days_ago(-400)}  # nothing new is asked
    request = clinic.episode.requests.get(time_point="week 1 after dose 1")
    return request, (scheduling.schedule_episode, far_ahead)


def other_days(clinic: Clinic, request: AssessmentRequest) -> Act:
    days = {"opens_on": days_ago(2), "due_on": days_ago(0), "closes_on": days_ago(-20)}
    return scheduling.set_request_dates, {"by": clinic.colleague, "request": request, **days}


def rated_by(rater: User, request: AssessmentRequest) -> Act:
    sheet: Arguments = {"answers": HAMD, "source": AnswerSource.CLINICIAN, "assessed_on": days_ago(0)}
    return assessments.submit_assessment, {"by": rater, "request": request, **sheet}


def cancelled(clinic: Clinic, request: AssessmentRequest) -> Act:
    return scheduling.cancel_request, {"by": clinic.lead, "request": request, "reason": "not_needed"}


@pair(
    one_first=f"{CLOSED} !set_request_dates",
    other_first=f"~AssessmentRequest:{DAYS},status +AuditEvent*2",
)
def a_request_that_is_cancelled_and_gets_other_days(clinic: Clinic) -> tuple[Act, Act]:
    request = asked(clinic)
    return cancelled(clinic, request), other_days(clinic, request)


@pair(
    one_first=f"{CLOSED} !submit_assessment",
    other_first=f"~AssessmentRequest:status {SHEET} {MARK} !cancel_request",
)
def a_request_that_is_cancelled_and_answered(clinic: Clinic) -> tuple[Act, Act]:
    request = asked(clinic)
    return cancelled(clinic, request), answered(clinic, request)


@pair(one_first=f"{CLOSED} !assign_rater", other_first="~AssessmentRequest:assigned_to,status +AuditEvent*2")
def a_rating_that_is_cancelled_and_given_to_somebody(clinic: Clinic) -> tuple[Act, Act]:
    request = to_be_rated(clinic)
    return cancelled(clinic, request), given_to(clinic, request, clinic.rater)


@pair(
    one_first=f"{CLOSED} !request_second_rating",
    other_first=f"+AssessmentRequest {CLOSED} +AuditEvent",
)
def a_rating_that_is_cancelled_and_wanted_twice(clinic: Clinic) -> tuple[Act, Act]:
    request = to_be_rated(clinic)
    second = {"by": clinic.colleague, "request": request}
    return cancelled(clinic, request), (rating.request_second_rating, second)


@pair(
    one_first="~AssessmentRequest*2:status +AuditEvent !submit_assessment",
    other_first=f"~AssessmentRequest*2:status +AuditEvent {RATING} {MARK}",
)
def a_rating_that_is_cancelled_and_its_second_that_is_made(clinic: Clinic) -> tuple[Act, Act]:
    """What was rated stays rated."""
    first = to_be_rated(clinic)
    second = rating.request_second_rating(by=clinic.lead, request=first)
    rating.assign_rater(by=clinic.lead, request=second, rater=clinic.rater)
    return cancelled(clinic, first), rated_by(clinic.rater, second)


@pair(one_first=f"{GIVEN} !assign_rater", other_first=f"{GIVEN} !assign_rater")
def both_ratings_of_an_occasion_for_one_rater(clinic: Clinic) -> tuple[Act, Act]:
    first = to_be_rated(clinic)
    second = rating.request_second_rating(by=clinic.lead, request=first)
    return given_to(clinic, first, clinic.rater), given_to(clinic, second, clinic.rater)


@pair(
    one_first=f"{GIVEN} !record_session",
    other_first="+TreatmentSession +Presence ~EpisodeMark:wanted_rev +AuditEvent !assign_rater",
)
def a_rating_for_somebody_who_was_in_the_room(clinic: Clinic) -> tuple[Act, Act]:
    session = {
        "by": clinic.lead,
        "episode": clinic.episode,
        "kind": "psychotherapy",
        "starts_at": timezone.now() - timedelta(days=2),
        "people_present": [(clinic.rater, "other")],
    }
    return given_to(clinic, to_be_rated(clinic), clinic.rater), (treatment.record_session, session)


@pair(
    one_first=f"{GIVEN} !submit_assessment",
    other_first=f"~AssessmentRequest:status {RATING} {MARK} !assign_rater",
)
def a_rating_that_is_given_to_another_and_made(clinic: Clinic) -> tuple[Act, Act]:
    request = to_be_rated(clinic, assigned_to=clinic.rater)
    return given_to(clinic, request, free_rater(clinic, "Ragna")), rated_by(clinic.rater, request)


@pair(one_first=f"{GIVEN} +AuditEvent", other_first=GIVEN)
def a_rating_that_is_taken_from_one_and_given_to_another(clinic: Clinic) -> tuple[Act, Act]:
    """Whoever takes it from the one has not seen that another has it."""
    request = to_be_rated(clinic, assigned_to=clinic.rater)
    taken = {"by": clinic.colleague, "request": request}
    return (rating.release_rater, taken), given_to(clinic, request, free_rater(clinic, "Ragna"))


@pair(
    one_first=f"{DECIDED},decision_note ~AssessmentRequest:assigned_to +AuditEvent*2 !decide_unblinding",
    other_first=f"{DECIDED},decision_note +AuditEvent !decide_unblinding",
)
def an_unblinding_that_is_approved_and_refused(clinic: Clinic) -> tuple[Act, Act]:
    approved = decision(clinic, approve=True)
    return (unblinding.decide_unblinding, approved), (
        unblinding.decide_unblinding,
        approved | {"approve": False},
    )


@pair(
    one_first=f"{DECIDED} ~AssessmentRequest:assigned_to +AuditEvent*2 !submit_assessment",
    other_first=f"{DECIDED} ~AssessmentRequest:status {RATING} {MARK} +AuditEvent",
)
def an_unblinding_that_is_approved_and_the_rating(clinic: Clinic) -> tuple[Act, Act]:
    """The rater has not said that the treatment is known: somebody else asks for it."""
    request = to_be_rated(clinic, assigned_to=clinic.rater)
    asks = {
        "by": clinic.colleague,
        "episode": clinic.episode,
        "rater": clinic.rater,
        "reason": "an emergency",
    }
    waiting = unblinding.ask_unblinding(**asks)
    approval = {"by": clinic.lead, "unblinding": waiting, "approve": True}
    return (unblinding.decide_unblinding, approval), rated_by(clinic.rater, request)


@pair(
    one_first=f"{NUMBERED} ~AssessmentRequest:status,time_point +AuditEvent {SHEET} {MARK}",
    other_first=f"{NUMBERED} ~AssessmentRequest:status {SHEET} {MARK}",
)
def a_question_that_is_numbered_anew_and_answered(clinic: Clinic) -> tuple[Act, Act]:
    request, schedule = to_be_numbered_anew(clinic)
    return schedule, answered(clinic, request)


@pair(
    one_first=f"{NUMBERED} ~AssessmentRequest:status,time_point +AuditEvent*2",
    other_first=f"{NUMBERED} ~AssessmentRequest:status +AuditEvent",
)
def a_question_that_is_numbered_anew_and_cancelled(clinic: Clinic) -> tuple[Act, Act]:
    request, schedule = to_be_numbered_anew(clinic)
    return schedule, cancelled(clinic, request)


@pair(
    one_first=f"{NUMBERED} ~AssessmentRequest:{DAYS},time_point +AuditEvent*2",
    other_first=f"{NUMBERED} ~AssessmentRequest:{DAYS} +AuditEvent",
)
def a_question_that_is_numbered_anew_and_gets_other_days(clinic: Clinic) -> tuple[Act, Act]:
    request, schedule = to_be_numbered_anew(clinic)
    return schedule, other_days(clinic, request)


def followed_up_in_vain(clinic: Clinic) -> tuple[AssessmentRequest, Act]:
    """What was asked because of a stop, and the schedule, which has heard since that there was none."""
    again = a_medication_that_is_taken_again(clinic)
    request = again["episode"].requests.get(time_point="month 12 without the drug")
    return request, (scheduling.withdraw_lost, again)


@pair(one_first=f"{LOST} !cancel_request", other_first=CLOSED)
def a_question_without_its_ground_that_is_cancelled(clinic: Clinic) -> tuple[Act, Act]:
    request, withdrawal = followed_up_in_vain(clinic)
    return withdrawal, cancelled(clinic, request)


@pair(one_first=f"{LOST} !set_request_dates", other_first=f"~AssessmentRequest:{DAYS} +AuditEvent")
def a_question_without_its_ground_that_gets_other_days(clinic: Clinic) -> tuple[Act, Act]:
    request, withdrawal = followed_up_in_vain(clinic)
    return withdrawal, other_days(clinic, request)


@pair(
    one_first=f"{SESSION_BACK} ~AssessmentRequest:anchor_lost,status !submit_assessment",
    other_first=f"{SESSION_BACK} ~AssessmentRequest:status {SHEET}",
)
def a_session_that_is_taken_back_and_an_answer_about_it(clinic: Clinic) -> tuple[Act, Act]:
    session = held(clinic, 2)
    request = asked(clinic, anchor_session=session)
    return (treatment.void, taken_back(clinic, session)), answered(clinic, request)
