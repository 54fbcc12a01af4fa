"""How a treatment ends, a death, and one that was recorded by mistake."""

from __future__ import annotations

from reports.actions.endings import end_treatment
from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.answers import asked
from tests.deeds.table.derived import an_open_flag
from tests.deeds.table.tapers import planned
from tracking.actions import links
from tracking.actions.endings import end_episode, record_death, void_death
from tracking.models import Death, OutboxMail
from tracking.vocabulary import AuditAction, EndReason

ENDED = "~TreatmentEpisode:ends_on,status +EpisodeEnd ~EpisodeMark:wanted_rev +AuditEvent"
COMPLETED = Note(AuditAction.EPISODE_COMPLETED, of="episode", patient="episode.patient")
STOPPED = Note(AuditAction.EPISODE_DISCONTINUED, of="episode", patient="episode.patient")


@deed(end_episode, COMPLETED, writes=ENDED, twice=Twice.REFUSED)
def in_treatment(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "reason": EndReason.COMPLETED,
        "ends_on": days_ago(1),
    }


@deed(
    end_episode,
    Note(
        AuditAction.CANCEL_REQUEST,
        of=lambda known: known["episode"].requests.last(),
        patient="episode.patient",
    ),
    Note(AuditAction.REVOKE_LINK, of=lambda known: known["episode"].links.last(), patient="episode.patient"),
    Note(
        AuditAction.VOID_PLANNEDDOSESTEP,
        of=lambda known: planned_of(known),
        patient="episode.patient",
    ),
    STOPPED,
    writes=f"{ENDED}*5 ~AssessmentRequest:status ~SittingLink:revoked_at "
    "~PlannedDoseStep*2:void_reason,voided_at,voided_by",
    twice=Twice.REFUSED,
)
def stopped_early(clinic: Clinic) -> Arguments:
    """With a questionnaire that is asked for, its link, and a taper of which both steps are dropped."""
    links.issue_link(by=clinic.lead, episode=clinic.episode, requests=[asked(clinic)])
    planned(clinic)
    return in_treatment(clinic) | {"reason": EndReason.PATIENT, "drop_plans": True}


def planned_of(known: Arguments) -> list[object]:
    return [step for course in known["episode"].medications.all() for step in course.planned_steps.all()]


@deed(
    end_treatment,
    COMPLETED,
    Note(
        AuditAction.CLOSE_FLAG,
        of=lambda known: known["episode"].flags.get(),
        patient="episode.patient",
    ),
    writes=f"{ENDED}*2 ~CourseFlag:closed_at,closed_by,closed_note,state",
    twice=Twice.REFUSED,
)
def with_a_flag_that_is_closed(clinic: Clinic) -> Arguments:
    an_open_flag(clinic)
    return in_treatment(clinic) | {"close_flags": True, "open_reason": "Known to the clinic next door."}


def mailed(clinic: Clinic) -> OutboxMail:
    """A link that waits in the outbox."""
    link, _ = links.issue_link(by=clinic.lead, episode=clinic.episode, requests=[asked(clinic)])
    links.mail_link(by=clinic.lead, link=link, url="https://clinic.example/s/…")
    return OutboxMail.objects.latest("pk")


@deed(
    record_death,
    Note(
        AuditAction.CANCEL_REQUEST,
        of=lambda known: known["patient"].episodes.get().requests.last(),
        patient="patient",
    ),
    Note(
        AuditAction.REVOKE_LINK,
        of=lambda known: known["patient"].episodes.get().links.last(),
        patient="patient",
    ),
    Note(AuditAction.RECORD_DEATH, of=lambda known: Death.objects.latest("pk"), patient="patient"),
    Note(
        AuditAction.EPISODE_DISCONTINUED, of=lambda known: known["patient"].episodes.get(), patient="patient"
    ),
    writes=f"{ENDED}*4 +Death ~AssessmentRequest:status ~SittingLink:revoked_at ~OutboxMail:body,withdrawn_at",
    twice=Twice.REFUSED,
)
def a_death(clinic: Clinic) -> Arguments:
    """With a link that is on its way."""
    mailed(clinic)
    return {"by": clinic.lead, "patient": clinic.patient, "died_on": days_ago(1)}


@deed(
    void_death,
    Note(AuditAction.VOID_DEATH, of="death", patient="death.patient"),
    Note(
        AuditAction.EPISODE_RESUMED,
        of=lambda known: known["death"].patient.episodes.get(),
        patient="death.patient",
    ),
    writes="~Death:void_reason,voided_at,voided_by ~EpisodeEnd:void_reason,voided_at,voided_by "
    "~TreatmentEpisode:ends_on,status ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.REFUSED,
)
def a_death_that_was_none(clinic: Clinic) -> Arguments:
    """What was cancelled with it stays cancelled."""
    record_death(**a_death(clinic))
    death = Death.objects.get(patient=clinic.patient)
    return {"by": clinic.lead, "death": death, "reason": "Another person of the same name."}
