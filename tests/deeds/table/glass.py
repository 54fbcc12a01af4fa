"""Records that are opened in an emergency."""

from __future__ import annotations

from tests.cast import person, server_days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking.actions import care, glass
from tracking.vocabulary import AuditAction, Role


@deed(
    glass.open_glass,
    Note(AuditAction.OPEN_GLASS, patient="patient"),
    writes="+BreakGlass +OddLook +OutboxMail +AuditEvent",
    twice=Twice.ONCE,
)
def brought_in(clinic: Clinic) -> Arguments:
    """By a clinician of another team of the site; the one who leads is told."""
    code = clinic.patient.study_code
    team = care.create_team(by=None, site=clinic.site, name=f"Night {code}")
    by = person(f"Nina Night {code}", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=by, starts_on=server_days_ago(30))
    return {"by": by, "patient": clinic.patient, "reason": "Brought in unconscious."}


@deed(
    glass.end_glass,
    Note(AuditAction.END_GLASS, of="glass", patient="glass.patient"),
    writes="~BreakGlass:ends_at +AuditEvent",
    twice=Twice.ONCE,
)
def she_woke_up(clinic: Clinic) -> Arguments:
    said = brought_in(clinic)
    return {"by": said["by"], "glass": glass.open_glass(**said)}
