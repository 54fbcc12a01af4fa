"""A patient's place, somebody who may be known, and a record that is one too many."""

from __future__ import annotations

from tests.cast import days_ago, person, server_days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.patients import nameless
from tracking.actions import care, duplicates, endings, people, records, scheduling, transfers
from tracking.models import CareTeam, Patient, RecordMove
from tracking.rules.policies.likeness import Alike
from tracking.vocabulary import AuditAction, Role

WHY = "one person, as her papers say"
DECIDED = "~RecordMove:approved,decided_at,decided_by"


@deed(
    transfers.set_responsible,
    Note(AuditAction.SET_RESPONSIBLE, of="patient", patient="patient"),
    writes="~Patient:responsible +AuditEvent",
    twice=Twice.ONCE,
)
def who_answers(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": clinic.patient, "responsible": clinic.colleague}


def other_team(clinic: Clinic) -> CareTeam:
    """With somebody in it."""
    team = care.create_team(by=None, site=clinic.site, name=f"Other {clinic.patient.study_code}")
    user = person(f"Other {clinic.patient.study_code}", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=user, starts_on=server_days_ago(30))
    return team


@deed(
    transfers.transfer_patient,
    Note(AuditAction.SET_RESPONSIBLE, of="patient", patient="patient"),
    Note(AuditAction.TRANSFER_PATIENT, of="patient", patient="patient"),
    writes="+PatientTransfer ~Patient:responsible,team +AuditEvent*2",
    twice=Twice.REFUSED,
)
def to_another_team(clinic: Clinic) -> Arguments:
    transfers.set_responsible(**who_answers(clinic))
    return {"by": clinic.lead, "patient": clinic.patient, "team": other_team(clinic), "reason": WHY}


@deed(
    duplicates.ask_if_known,
    Note(AuditAction.ASK_IF_KNOWN, of="team", patient="found.0.patient"),
    writes="+PossibleDuplicate +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
)
def like_somebody_elsewhere(clinic: Clinic) -> Arguments:
    found = (Alike(clinic.patient, ("the same name",), visible=False),)
    return {"by": clinic.lead, "team": other_team(clinic), "found": found}


@deed(
    duplicates.enrol_all_the_same,
    Note(AuditAction.ENROL_ALL_THE_SAME, of="patient", patient="patient"),
    writes="+PossibleDuplicate +AuditEvent",
    twice=Twice.ADDS,
)
def another_person(clinic: Clinic) -> Arguments:
    found = (Alike(clinic.patient, ("the same name",), visible=True),)
    patient = people.enrol_patient(**nameless(clinic))
    return {"by": clinic.lead, "patient": patient, "found": found, "reason": WHY}


def by_mistake(clinic: Clinic) -> Patient:
    """Enrolled and asked since yesterday, wherever it is today, and nothing answered yet."""
    patient = people.enrol_patient(**nameless(clinic))
    episode = care.start_episode(
        by=clinic.lead,
        patient=patient,
        diagnosis="mdd",
        protocol="",
        arm="",
        starts_on=days_ago(4),
        study=clinic.study,
    )
    scheduling.create_request(by=clinic.lead, episode=episode, instrument="phq9", due_on=days_ago(1))
    return patient


@deed(
    records.propose_undo,
    Note(AuditAction.PROPOSE_UNDO, patient="patient"),
    writes="+RecordMove +AuditEvent",
    twice=Twice.REFUSED,
)
def a_mistake(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": by_mistake(clinic), "reason": WHY}


@deed(
    records.propose_merge,
    Note(AuditAction.PROPOSE_MERGE, patient="patient"),
    Note(AuditAction.PROPOSE_MERGE, patient="into"),
    writes="+RecordMove +AuditEvent*2",
    twice=Twice.REFUSED,
)
def one_of_two(clinic: Clinic) -> Arguments:
    patient = by_mistake(clinic)
    endings.end_episode(by=clinic.lead, episode=clinic.episode, reason="completed", ends_on=days_ago(10))
    return {"by": clinic.lead, "patient": patient, "into": clinic.patient, "reason": WHY}


def confirmed(clinic: Clinic, row: RecordMove) -> Arguments:
    return {"by": clinic.colleague, "row": row, "approve": True}


UNDONE = Note(AuditAction.APPROVE_MOVE, of="row", patient="row.patient")
MERGED = Note(AuditAction.APPROVE_MOVE, of="row", patient="row.into")


@deed(
    records.decide_move,
    UNDONE,
    writes=f"{DECIDED},moved ~AssessmentRequest:status ~TreatmentEpisode:study ~EpisodeMark:wanted_rev"
    " ~StudyMark:wanted_rev ~Patient:set_aside_at +AuditEvent",
    twice=Twice.REFUSED,
)
def a_mistake_it_was(clinic: Clinic) -> Arguments:
    return confirmed(clinic, records.propose_undo(**a_mistake(clinic)))


@deed(
    records.decide_move,
    UNDONE,
    MERGED,
    writes=f"{DECIDED},moved ~TreatmentEpisode:age_at_start,patient ~EpisodeMark:wanted_rev"
    " ~StudyMark:wanted_rev ~Patient:merged_into,set_aside_at +AuditEvent*2",
    twice=Twice.REFUSED,
)
def one_person_it_is(clinic: Clinic) -> Arguments:
    return confirmed(clinic, records.propose_merge(**one_of_two(clinic)))


@deed(
    records.decide_move,
    Note(AuditAction.REFUSE_MOVE, of="row", patient="row.patient"),
    Note(AuditAction.REFUSE_MOVE, of="row", patient="row.into"),
    writes=f"{DECIDED} +AuditEvent*2",
    twice=Twice.REFUSED,
)
def two_people_they_are(clinic: Clinic) -> Arguments:
    return one_person_it_is(clinic) | {"approve": False}


def back(clinic: Clinic, done: Arguments) -> Arguments:
    records.decide_move(**done)
    return {"by": clinic.lead, "row": done["row"], "reason": "it was right"}


BACK = Note(AuditAction.REVERSE_MOVE, of="row", patient="row.patient")
REVERSED = "~RecordMove:reversal_reason,reversed_at,reversed_by"


@deed(
    records.reverse_move,
    BACK,
    writes=f"{REVERSED} ~AssessmentRequest:status ~TreatmentEpisode:study ~EpisodeMark:wanted_rev"
    " ~StudyMark:wanted_rev ~Patient:set_aside_at +AuditEvent",
    twice=Twice.REFUSED,
)
def no_mistake_after_all(clinic: Clinic) -> Arguments:
    return back(clinic, a_mistake_it_was(clinic))


@deed(
    records.reverse_move,
    BACK,
    Note(AuditAction.REVERSE_MOVE, of="row", patient="row.into"),
    writes=f"{REVERSED} ~TreatmentEpisode:age_at_start,patient ~EpisodeMark:wanted_rev"
    " ~StudyMark:wanted_rev ~Patient:merged_into,set_aside_at +AuditEvent*2",
    twice=Twice.REFUSED,
)
def two_people_after_all(clinic: Clinic) -> Arguments:
    return back(clinic, one_person_it_is(clinic))
