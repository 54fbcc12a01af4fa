"""Sites, care teams and studies, who belongs to them, and the treatment episode."""

from __future__ import annotations

from tests.cast import CRISIS, days_ago, person, server_days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.patients import nameless
from tracking.actions import care, people, washouts
from tracking.actions.endings import end_episode
from tracking.vocabulary import AuditAction

TREATMENT = {"diagnosis": "mdd", "protocol": "psilocybin-mdd", "arm": "psilocybin"}


@deed(
    care.create_site,
    Note(AuditAction.CREATE_SITE),
    writes="+Site +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_site(clinic: Clinic) -> Arguments:
    key = f"branch-{clinic.word}"
    return {"by": clinic.administrator, "key": key, "name": "Branch", "crisis_contacts": CRISIS}


@deed(
    care.change_site_name,
    Note(AuditAction.CHANGE_SITE_NAME, of="site"),
    writes="~Site:name +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def another_name(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "name": "Harbour Clinic"}


@deed(
    care.change_site_language,
    Note(AuditAction.CHANGE_SITE_LANGUAGE, of="site"),
    writes="~Site:language +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def another_language(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "language": "de"}


@deed(
    care.change_site_tap,
    Note(AuditAction.CHANGE_SITE_TAP, of="site"),
    writes="~Site:tap_advances +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def no_question_comes_by_itself(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "tap_advances": False}


@deed(
    care.create_team,
    Note(AuditAction.CREATE_TEAM),
    writes="+CareTeam +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_team(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "name": "Evening team"}


@deed(
    care.add_member,
    Note(AuditAction.ADD_MEMBER, of="team"),
    writes="+Membership +OutboxMail +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_member(clinic: Clinic) -> Arguments:
    user = person(f"Newcomer {clinic.word}")
    care.add_member(by=None, team=care.create_team(by=None, site=clinic.site, name="Day team"), user=user)
    return {"by": clinic.administrator, "team": clinic.team, "user": user}


@deed(
    care.end_membership,
    Note(AuditAction.END_MEMBERSHIP, of="membership.team"),
    writes="~Membership:ends_on +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_member(clinic: Clinic) -> Arguments:
    membership = clinic.team.memberships.get(user=clinic.colleague)
    return {"by": clinic.administrator, "membership": membership, "ends_on": server_days_ago(1)}


@deed(
    care.create_study,
    Note(AuditAction.CREATE_STUDY),
    writes="+Study +StudyMark +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_study(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.administrator,
        "key": f"follow-up-{clinic.word}",
        "title": "Follow-up",
        "outcome_instrument": "phq9",
        "endpoint": "week 12",
        "site": clinic.site,
    }


@deed(
    care.add_study_member,
    Note(AuditAction.ADD_STUDY_MEMBER, of="study"),
    writes="+StudyMembership +OutboxMail +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_reader(clinic: Clinic) -> Arguments:
    other = care.create_study(**new_study(clinic))
    care.add_study_member(by=None, study=other, user=clinic.colleague)
    return {"by": clinic.administrator, "study": clinic.study, "user": clinic.colleague}


@deed(
    care.end_study_membership,
    Note(AuditAction.END_STUDY_MEMBERSHIP, of="membership.study"),
    writes="~StudyMembership:ends_on +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_reader(clinic: Clinic) -> Arguments:
    membership = clinic.study.memberships.get(user=clinic.researcher)
    return {"by": clinic.administrator, "membership": membership, "ends_on": server_days_ago(1)}


@deed(
    care.start_episode,
    Note(AuditAction.START_EPISODE, patient="patient"),
    writes="+TreatmentEpisode +EpisodeMark +AuditEvent",
    twice=Twice.REFUSED,
)
def not_in_treatment(clinic: Clinic) -> Arguments:
    """Any more."""
    patient = people.enrol_patient(**nameless(clinic))
    before = care.start_episode(by=clinic.lead, patient=patient, starts_on=days_ago(4), **TREATMENT)
    end_episode(by=clinic.lead, episode=before, reason="completed", ends_on=days_ago(3))
    return {
        "by": clinic.lead,
        "patient": patient,
        "starts_on": days_ago(2),
        "study": clinic.study,
    } | TREATMENT


@deed(
    care.admit_patient,
    Note(AuditAction.ENROL_PATIENT, of="result.patient", patient="result.patient"),
    Note(AuditAction.START_EPISODE, patient="result.patient"),
    writes="+Patient +PatientIdentity +TreatmentEpisode +EpisodeMark +AuditEvent*2",
    twice=Twice.REFUSED,
)
def new_patient(clinic: Clinic) -> Arguments:
    identity = {"given_name": "Paul", "family_name": "Patient", "date_of_birth": "1990-05-04"}
    enrolled = nameless(clinic) | {"identity": identity, "timezone": "Europe/Berlin"}
    return enrolled | {"starts_on": days_ago(2), "study": clinic.study} | TREATMENT


@deed(
    washouts.set_washout_rule,
    Note(AuditAction.SET_WASHOUT_RULE),
    writes="+WashoutRule +AuditEvent",
    twice=Twice.ADDS,
    of_site=True,
)
def a_washout_of_the_site(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.administrator,
        "site": clinic.site,
        "protocol": "psilocybin-mdd",
        "what": "Lithium",
        "days": 10,
    }
