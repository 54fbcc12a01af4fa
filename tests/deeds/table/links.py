"""Links that open a sitting."""

from __future__ import annotations

from django.utils import timezone

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import asked
from tests.tracking.packs import installed
from tracking.actions import links, scheduling
from tracking.models import SittingLink
from tracking.vocabulary import AuditAction

OF_LINK = "link.episode.patient"


def issued(clinic: Clinic) -> SittingLink:
    """Of two links of a patient the later one. Of what it asks for one is no longer wanted."""
    wanted, cancelled = asked(clinic), asked(clinic, instrument="gad7")
    for requests in ([wanted], [wanted, cancelled]):
        link, _ = links.issue_link(by=clinic.lead, episode=clinic.episode, requests=requests)
    scheduling.cancel_request(by=clinic.lead, request=cancelled, reason="not_needed")
    return link


@deed(
    links.issue_link,
    Note(AuditAction.ISSUE_LINK, of="result.0", patient="episode.patient"),
    writes="+SittingLink +SittingLink_requests*2 +AuditEvent",
    twice=Twice.ADDS,
)
def for_two_questionnaires(clinic: Clinic) -> Arguments:
    requests = [asked(clinic), asked(clinic, instrument="gad7")]
    return {"by": clinic.lead, "episode": clinic.episode, "requests": requests}


@deed(
    links.mail_link,
    Note(AuditAction.MAIL_LINK, of="link", patient=OF_LINK),
    writes="+OutboxMail +AuditEvent",
    twice=Twice.ADDS,
)
def to_the_patient(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "link": issued(clinic), "url": "https://clinic.example.org/sitting/token"}


@deed(
    links.open_link,
    Note(AuditAction.OPEN_LINK, of="link", patient=OF_LINK, by=""),
    writes="~SittingLink:opened_at +AuditEvent",
    twice=Twice.ONCE,
)
def in_the_words_that_ship(clinic: Clinic) -> Arguments:
    return {"link": issued(clinic), "now": timezone.now()}


@deed(
    links.open_link,
    Note(AuditAction.OPEN_LINK, of="link", patient=OF_LINK, by=""),
    writes="~AssessmentRequest:wording_pack ~SittingLink:opened_at +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
)
def in_the_words_of_the_site(clinic: Clinic) -> Arguments:
    installed(clinic.site, "phq9")
    return in_the_words_that_ship(clinic)


@deed(links.finish_link, writes="~SittingLink:finished_at", twice=Twice.ONCE)
def a_sitting_to_its_end(clinic: Clinic) -> Arguments:
    return in_the_words_that_ship(clinic)


@deed(
    links.revoke_link,
    Note(AuditAction.REVOKE_LINK, of="link", patient=OF_LINK),
    writes="~SittingLink:revoked_at +AuditEvent",
    twice=Twice.ONCE,
)
def one_that_was_lost(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "link": issued(clinic)}
