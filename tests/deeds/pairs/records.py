"""Two who write while a record is taken out, merged, or given away."""

from __future__ import annotations

from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.care import new_patient
from tests.deeds.table.records import WHY, a_mistake_it_was, one_of_two, other_team
from tracking.actions import assessments, care, records, transfers
from tracking.models import AssessmentRequest

UNDONE = (
    "~RecordMove:approved,decided_at,decided_by,moved ~AssessmentRequest:status ~TreatmentEpisode:study"
    " ~EpisodeMark:wanted_rev ~StudyMark:wanted_rev ~Patient:set_aside_at +AuditEvent"
)


@pair(one_first=f"{UNDONE} !save_draft", other_first="+DraftAnswers !decide_move")
def a_record_that_ends_and_a_patient_who_answers(clinic: Clinic) -> tuple[Act, Act]:
    """Whoever is first: no answer is lost in a record that nobody is shown."""
    done = a_mistake_it_was(clinic)
    request = AssessmentRequest.objects.get(episode__patient=done["row"].patient)
    return (records.decide_move, done), (
        assessments.save_draft,
        {"request": request, "item": "1", "value": 0},
    )


PROPOSED = "+RecordMove +AuditEvent !propose_merge"


@pair(one_first=PROPOSED, other_first="+RecordMove +AuditEvent*2 !propose_undo")
def two_proposals_for_one_record(clinic: Clinic) -> tuple[Act, Act]:
    merge = one_of_two(clinic)
    undo = {"by": clinic.colleague, "patient": merge["patient"], "reason": WHY}
    return (records.propose_undo, undo), (records.propose_merge, merge)


@pair(
    one_first=f"{UNDONE} !transfer_patient",
    other_first="+PatientTransfer ~Patient:team +AuditEvent !decide_move",
)
def a_record_that_ends_and_another_team(clinic: Clinic) -> tuple[Act, Act]:
    done = a_mistake_it_was(clinic)
    given = {"by": clinic.lead, "patient": done["row"].patient, "team": other_team(clinic), "reason": WHY}
    return (records.decide_move, done), (transfers.transfer_patient, given)


ENROLLED = "+Patient +PatientIdentity +TreatmentEpisode +EpisodeMark +AuditEvent*2 !admit_patient"


@pair(one_first=ENROLLED, other_first=ENROLLED)
def one_person_at_two_desks(clinic: Clinic) -> tuple[Act, Act]:
    """The second is asked whether it is the first."""
    mine = new_patient(clinic)
    return (care.admit_patient, mine), (care.admit_patient, mine | {"by": clinic.colleague})
