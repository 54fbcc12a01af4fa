"""Patients: who they are, their account, and what they said about research."""

from __future__ import annotations

from datetime import date

from tests.cast import days_ago, person
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking.actions import care, copies, people
from tracking.actions.endings import end_episode
from tracking.vocabulary import AuditAction, ConsentKind, Sex

ENROLLED = Note(AuditAction.ENROL_PATIENT, patient="result")
CHANGED = Note(AuditAction.CHANGE_IDENTITY, of="patient", patient="patient")


def nameless(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "team": clinic.team,
        "identity": None,
        "sex": Sex.MALE,
        "enrolled_on": days_ago(5),
    }


deed(people.enrol_patient, ENROLLED, writes="+Patient +AuditEvent", twice=Twice.ADDS)(nameless)


@deed(people.enrol_patient, ENROLLED, writes="+Patient +PatientIdentity +AuditEvent", twice=Twice.ADDS)
def known_by_name(clinic: Clinic) -> Arguments:
    return nameless(clinic) | {"identity": {"given_name": "Paul", "family_name": "Patient"}}


@deed(
    people.link_account,
    Note(AuditAction.LINK_ACCOUNT, of="patient", patient="patient"),
    writes="~Patient:user +RoleGrant +AuditEvent",
    twice=Twice.REFUSED,
)
def an_account_of_nobody(clinic: Clinic) -> Arguments:
    user = person(f"Account {clinic.patient.study_code}")
    return {"by": clinic.lead, "patient": clinic.patient, "user": user}


@deed(
    people.record_consent,
    Note(AuditAction.CONSENT_GIVEN, of="patient", patient="patient"),
    writes="+ResearchConsent +AuditEvent",
    twice=Twice.REFUSED,
)
def first_consent(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "patient": clinic.patient,
        "kind": ConsentKind.GIVEN,
        "stated_on": days_ago(10),
    }


@deed(
    people.record_consent,
    Note(AuditAction.CONSENT_WITHDRAWN, of="patient", patient="patient"),
    writes="+ResearchConsent +AuditEvent",
    twice=Twice.REFUSED,
)
def consent_taken_back(clinic: Clinic) -> Arguments:
    given = first_consent(clinic)
    people.record_consent(**given)
    return given | {"kind": ConsentKind.WITHDRAWN, "stated_on": days_ago(3)}


@deed(
    people.change_identity, CHANGED, writes="~PatientIdentity:family_name,phone +AuditEvent", twice=Twice.ONCE
)
def another_name(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": clinic.patient, "family_name": "Neumann", "phone": "+49 30 4711"}


@deed(
    people.change_identity,
    CHANGED,
    writes="~PatientIdentity:date_of_birth ~TreatmentEpisode*2:age_at_start ~EpisodeMark*2:wanted_rev"
    " +AuditEvent",
    twice=Twice.ONCE,
)
def another_date_of_birth(clinic: Clinic) -> Arguments:
    """It corrects the age in every episode of this patient."""
    end_episode(by=clinic.lead, episode=clinic.episode, reason="completed", ends_on=days_ago(50))
    care.start_episode(
        by=clinic.lead,
        patient=clinic.patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(20),
    )
    return {"by": clinic.lead, "patient": clinic.patient, "date_of_birth": date(1974, 2, 27)}


@deed(people.change_identity, CHANGED, writes="+PatientIdentity +AuditEvent", twice=Twice.ONCE)
def a_name_where_none_was(clinic: Clinic) -> Arguments:
    patient = people.enrol_patient(**nameless(clinic))
    return {"by": clinic.lead, "patient": patient, "given_name": "Paul", "family_name": "Patient"}


@deed(
    people.change_patient,
    CHANGED,
    Note(AuditAction.CHANGE_LANGUAGE, of="patient", patient="patient"),
    Note(AuditAction.CHANGE_SEX, of="patient", patient="patient"),
    Note(AuditAction.CHANGE_TIME_ZONE, of="patient", patient="patient"),
    writes="~PatientIdentity:given_name ~Patient:language,sex,timezone ~EpisodeMark:wanted_rev +AuditEvent*4",
    twice=Twice.ONCE,
)
def another_name_language_sex_and_time_zone(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "patient": clinic.patient,
        "given_name": "Petronella",
        "language": "fr",
        "sex": "other",
        "timezone": "Europe/Lisbon",
    }


@deed(
    copies.make_copy,
    Note(AuditAction.MAKE_COPY, of="patient", patient="patient"),
    writes="+AuditEvent",
    twice=Twice.ADDS,
)
def the_own_copy(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "patient": clinic.patient}
