"""What is asked, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.cast import days_ago
from tests.deeds.clinics import Clinic, beside
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import asked, dosed, free_rater, held, medication, to_be_rated, treated_next
from tests.deeds.table.voiding import stopped, taken_back
from tests.tracking.blinded import held_session
from tracking.actions import rating, scheduling, treatment
from tracking.models import AssessmentRequest, User
from tracking.vocabulary import AuditAction

ASKED = "+AssessmentRequest +AuditEvent"
DAYS = "closes_on,due_on,opens_on"
BACK = "~AssessmentRequest:anchor_lost,anchor_session,protocol_point,status"
AGAIN = Note(
    AuditAction.MOVE_REQUEST, of=lambda known: known["episode"].requests.all(), patient="episode.patient"
)


@deed(
    scheduling.create_request,
    Note(AuditAction.CREATE_REQUEST, patient="episode.patient"),
    writes=ASKED,
    twice=Twice.REFUSED,
)
def a_questionnaire(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "episode": clinic.episode, "instrument": "phq9", "due_on": days_ago(0)}


@deed(
    scheduling.create_request,
    Note(AuditAction.CREATE_REQUEST, patient="episode.patient"),
    writes=ASKED,
    twice=Twice.ADDS,
)
def a_blinded_rating_of_somebody(clinic: Clinic) -> Arguments:
    return a_questionnaire(clinic) | {
        "instrument": "hamd17",
        "blinded": True,
        "assigned_to": clinic.rater,
        "anchor_session": held(clinic, 2),
    }


def scheduled(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "episode": clinic.episode, "as_of": days_ago(3)}


@deed(
    scheduling.schedule_episode,
    Note(AuditAction.CREATE_REQUEST, patient="episode.patient"),
    writes=f"{ASKED} {ASKED}",
    twice=Twice.ONCE,
)
def a_first_dose(clinic: Clinic) -> Arguments:
    """It asks for how it was, and for the week after."""
    asked(clinic)
    dosed(clinic, 3)
    return scheduled(clinic)


@deed(
    scheduling.schedule_episode,
    AGAIN,
    writes=f"~AssessmentRequest*2:anchor_lost,anchor_session,{DAYS},status +AuditEvent*2",
    twice=Twice.ONCE,
)
def a_dose_that_was_recorded_again_for_another_day(clinic: Clinic) -> Arguments:
    wrong = dosed(clinic, 3).session
    scheduling.schedule_episode(**scheduled(clinic))
    treatment.void(**taken_back(clinic, wrong))
    dosed(clinic, 4)
    return scheduled(clinic)


@deed(scheduling.schedule_episode, AGAIN, writes=f"{BACK} +AuditEvent", twice=Twice.ONCE)
def a_rating_that_keeps_its_rater(clinic: Clinic) -> Arguments:
    return rating_of_a_dose_that_is_back(clinic, [clinic.lead])


@deed(
    scheduling.schedule_episode,
    AGAIN,
    writes=f"{BACK.replace('anchor_session', 'anchor_session,assigned_to')} +AuditEvent",
    twice=Twice.ONCE,
)
def a_rating_whose_rater_was_in_the_room_since(clinic: Clinic) -> Arguments:
    return rating_of_a_dose_that_is_back(clinic, [clinic.lead, clinic.rater])


@deed(scheduling.schedule_episode, AGAIN, writes=f"{BACK} +AuditEvent", twice=Twice.ONCE)
def an_open_rating_by_somebody_who_was_in_the_room(clinic: Clinic) -> Arguments:
    """Only whoever rates blind may not have been there."""
    return rating_of_a_dose_that_is_back(clinic, [clinic.lead, clinic.rater], blinded=False)


def rating_of_a_dose_that_is_back(clinic: Clinic, in_the_room: list[User], **more: object) -> Arguments:
    """It was asked by hand at the last time point of all, so that nothing else is asked with it. While its dose was
    taken back there was a session with these people."""
    dosed(clinic, 9)
    dose = dosed(clinic, 3)
    asked = {"time_point": "month 12", "anchor_session": dose.session, "assigned_to": clinic.rater} | more
    to_be_rated(clinic, by=clinic.colleague, **asked)  # who gives no sessions
    treatment.void(**taken_back(clinic, dose.session))
    held_session(clinic.episode, clinic.lead, *in_the_room)
    dosed(clinic, 2)
    return scheduled(clinic) | {"as_of": days_ago(-380)}


@deed(
    scheduling.withdraw_lost,
    Note(
        AuditAction.LOSE_REQUEST,
        of=lambda known: known["episode"].requests.filter(anchor_lost=True),
        patient="episode.patient",
    ),
    writes="~AssessmentRequest:anchor_lost,status +AuditEvent",
    twice=Twice.ONCE,
)
def a_medication_that_is_taken_again(clinic: Clinic) -> Arguments:
    """Nothing is asked of a stop that was none."""
    course = stopped(clinic)
    medication(replace(clinic, episode=course.episode), "sertraline")
    return {"by": clinic.lead, "episode": course.episode, "as_of": days_ago(0)}


def nothing_to_ask(clinic: Clinic) -> Arguments:
    """An episode that is looked at, and has everything that it should."""
    scheduling.schedule_episode(**scheduled(with_a_condition(clinic)))
    return {}


def with_a_condition(clinic: Clinic) -> Clinic:
    """In an episode of which an answer decides what is asked."""
    return treated_next(clinic, "propranolol-reactivation", "placebo", days=10, diagnosis="ptsd")


@deed(
    scheduling.keep_schedules,
    Note(
        AuditAction.CREATE_REQUEST,
        of=lambda _: AssessmentRequest.objects.filter(episode__starts_on=days_ago(10)).order_by("pk"),
        patient="row.episode.patient",
        by="",
    ),
    writes=f"{ASKED} {ASKED}",
    twice=Twice.ONCE,
    others=nothing_to_ask,
    in_steps="one episode after the other",
    later=timedelta(minutes=1),  # on the same day: what is asked for today is no longer asked for tomorrow
)
def two_patients_to_ask(clinic: Clinic) -> Arguments:
    for one in (clinic, beside(clinic)):
        dosed(with_a_condition(one), 0)
    return {}


@deed(
    scheduling.set_request_dates,
    Note(AuditAction.SET_REQUEST_DATES, of="request", patient="request.episode.patient"),
    writes="~AssessmentRequest:closes_on,dates_set_by,due_on,opens_on +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
)
def other_days(clinic: Clinic) -> Arguments:
    asked(clinic)
    dosed(clinic, 3)
    scheduling.schedule_episode(**scheduled(clinic))
    days = {"opens_on": days_ago(-1), "due_on": days_ago(-2), "closes_on": days_ago(-3)}
    return {"by": clinic.lead, "request": clinic.episode.requests.get(instrument="meq30"), **days}


@deed(
    scheduling.hand_over_request,
    Note(AuditAction.HAND_OVER_REQUEST, of="request", patient="request.episode.patient"),
    writes="~AssessmentRequest:assigned_to +AuditEvent",
    twice=Twice.REFUSED,
)
def a_rating_of_the_team(clinic: Clinic) -> Arguments:
    to_be_rated(clinic, blinded=False)
    request = asked(clinic, "caps5")
    return {"by": clinic.lead, "request": request, "to": free_rater(clinic, "Hanna")}


@deed(
    scheduling.cancel_request,
    Note(AuditAction.CANCEL_REQUEST, of="request", patient="request.episode.patient"),
    writes="~AssessmentRequest*2:status +AuditEvent",
    twice=Twice.REFUSED,
)
def a_rating_and_its_second(clinic: Clinic) -> Arguments:
    asked(clinic)
    request = to_be_rated(clinic)
    rating.request_second_rating(by=clinic.lead, request=request)
    return {"by": clinic.lead, "request": request, "reason": "not_needed"}
