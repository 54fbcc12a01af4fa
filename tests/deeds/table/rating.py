"""Blinded ratings: who makes them, what the rater guesses, and who is told the treatment."""

from __future__ import annotations

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import free_rater, to_be_rated
from tests.tracking.blinded import rated
from tracking.actions import guesses, people, rating, unblinding
from tracking.models import AssessmentRequest
from tracking.vocabulary import AuditAction

GIVEN = Note(AuditAction.ASSIGN_RATER, of="request", patient="request.episode.patient")


@deed(
    rating.assign_rater,
    GIVEN,
    writes="~AssessmentRequest:assigned_to +AuditEvent",
    twice=Twice.ADDS,
)
def whoever_is_free(clinic: Clinic) -> Arguments:
    """The second takes it from the first: one of two who are free."""
    to_be_rated(clinic)
    for name in ("Ragna", "Rosa"):
        free_rater(clinic, name)
    return {"by": clinic.lead, "request": to_be_rated(clinic)}


@deed(
    rating.assign_rater,
    GIVEN,
    writes="~AssessmentRequest:assigned_to,assignment_reason +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
)
def a_colleague_with_a_reason(clinic: Clinic) -> Arguments:
    request = to_be_rated(clinic)
    return {"by": clinic.lead, "request": request, "rater": clinic.colleague, "reason": "everybody is ill"}


def far_ahead(clinic: Clinic) -> Arguments:
    """Nobody has it, and it is too early to give it to anybody."""
    to_be_rated(clinic, due_on=days_ago(-40))
    return {}


@deed(
    rating.assign_due_ratings,
    Note(
        AuditAction.RELEASE_RATER,
        of=lambda _: due().filter(time_point="left"),
        patient="row.episode.patient",
        by="",
    ),
    Note(AuditAction.ASSIGN_RATER, of=lambda _: due(), patient="row.episode.patient", by=""),
    writes="~AssessmentRequest*3:assigned_to +AuditEvent*4",
    twice=Twice.ONCE,
    others=far_ahead,
    in_steps="one rating after the other",
)
def two_that_nobody_has_and_one_of_somebody_who_left(clinic: Clinic) -> Arguments:
    gone = free_rater(clinic, "Gone")
    rating.assign_rater(by=None, request=to_be_rated(clinic, time_point="left"), rater=gone)
    people.set_active(by=clinic.administrator, user=gone, is_active=False)
    for _ in range(2):
        to_be_rated(clinic)
    for name in ("Ragna", "Rosa"):
        free_rater(clinic, name)
    return {}


def due() -> object:
    return AssessmentRequest.objects.filter(due_on__lte=days_ago(0)).order_by("due_on", "pk")


@deed(
    rating.release_rater,
    Note(AuditAction.RELEASE_RATER, of="request", patient="request.episode.patient"),
    writes="~AssessmentRequest:assigned_to,assignment_reason +AuditEvent",
    twice=Twice.ONCE,
)
def one_that_a_colleague_has(clinic: Clinic) -> Arguments:
    request = to_be_rated(clinic)
    rating.assign_rater(**a_colleague_with_a_reason(clinic) | {"request": request})
    request.refresh_from_db()
    return {"by": clinic.lead, "request": request}


@deed(
    rating.request_second_rating,
    Note(AuditAction.REQUEST_SECOND_RATING, patient="request.episode.patient"),
    writes="+AssessmentRequest +AuditEvent",
    twice=Twice.REFUSED,
)
def a_second_opinion(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "request": to_be_rated(clinic)}


@deed(
    guesses.record_rating_guess,
    Note(AuditAction.SUBMIT_ASSESSMENT, of="result.assessment", patient="rating.episode.patient"),
    writes="+Assessment +ScaleScore +OutcomeResult*2 ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.ONCE,
)
def after_a_rating(clinic: Clinic) -> Arguments:
    rated(to_be_rated(clinic), clinic.rater)
    made = rated(to_be_rated(clinic), clinic.rater).assessment
    return {"by": clinic.rater, "rating": made, "answers": {"guess": 0}}


@deed(
    unblinding.ask_unblinding,
    Note(AuditAction.ASK_UNBLINDING, patient="episode.patient"),
    writes="+Unblinding +AuditEvent",
    twice=Twice.REFUSED,
)
def a_slip(clinic: Clinic) -> Arguments:
    rating.assign_rater(by=clinic.lead, request=to_be_rated(clinic), rater=clinic.rater)
    told = {"rater": clinic.rater, "reason": "the patient spoke of it"}
    return {"by": clinic.rater, "episode": clinic.episode, **told}


DECIDED = "~Unblinding:approved,decided_at,decided_by,decision_note"


def decision(clinic: Clinic, approve: bool) -> Arguments:
    """Of a rater with one rating that is made and one that is not."""
    rated(to_be_rated(clinic, due_on=days_ago(3)), clinic.rater)
    waiting = unblinding.ask_unblinding(**a_slip(clinic))
    return {"by": clinic.lead, "unblinding": waiting, "approve": approve, "note": "so be it"}


@deed(
    unblinding.decide_unblinding,
    Note(AuditAction.APPROVE_UNBLINDING, of="unblinding", patient="unblinding.episode.patient"),
    Note(
        AuditAction.RELEASE_RATER,
        of=lambda known: known["unblinding"].episode.requests.open(),
        patient="unblinding.episode.patient",
    ),
    writes=f"{DECIDED} ~AssessmentRequest:assigned_to +AuditEvent*2",
    twice=Twice.REFUSED,
)
def approved(clinic: Clinic) -> Arguments:
    return decision(clinic, approve=True)


@deed(
    unblinding.decide_unblinding,
    Note(AuditAction.REFUSE_UNBLINDING, of="unblinding", patient="unblinding.episode.patient"),
    writes=f"{DECIDED} +AuditEvent",
    twice=Twice.REFUSED,
)
def refused(clinic: Clinic) -> Arguments:
    return decision(clinic, approve=False)
