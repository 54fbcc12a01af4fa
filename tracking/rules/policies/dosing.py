"""When something may be put on the run-sheet of a dosing session. Each raises the reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tracking import clock
from tracking.errors import Conflict, InvalidInput
from tracking.models import TreatmentSession
from tracking.rules.policies.treatment import LONGEST_SESSION
from tracking.vocabulary import PresenceRole, RunSheetKind

SKEW = timedelta(minutes=2)  # so far a tablet's clock may differ from the server's
CLINICIANS_WANTED = 2
LONGEST_TEXT = 2000  # of what somebody writes; what the program adds to it is not counted
# A facilitator who is a clinician, too, is put down as a therapist, a physician or a nurse.
CLINICIANS = {PresenceRole.LEAD, PresenceRole.SECOND, PresenceRole.PHYSICIAN, PresenceRole.NURSE}


def moment_of_tap(session: TreatmentSession, field: str, moment: datetime | None) -> datetime:
    """The moment at which something is filed: now, or when it was tapped. A clock that differs a little is set
    right; a moment in the future or outside the session is refused."""
    now = clock.now()
    moment = moment or now
    if moment > now + SKEW:
        raise InvalidInput(field, _("lies in the future: look at the clock of this device"))
    if moment < session.starts_at - SKEW:
        raise InvalidInput(field, _("is before the session began"))
    if moment > session.starts_at + LONGEST_SESSION:
        raise InvalidInput(field, _("must lie within 24 hours of the start of the session"))
    return max(min(moment, now), session.starts_at)


def check_before_end(session: TreatmentSession, field: str, moment: datetime) -> None:
    """Doses are given while the session lasts."""
    end = session.entries.standing().filter(kind=RunSheetKind.END).first()
    if end and moment > end.happened_at:
        raise InvalidInput(field, _("is after the end of the session; take the end back first"))


def check_may_end(session: TreatmentSession, moment: datetime) -> None:
    """A session ends once, after all that was given in it, and a while after it began."""
    if session.entries.standing().filter(kind=RunSheetKind.END).exists():
        raise Conflict(_("this session has already been ended"))
    if session.doses.standing().filter(given_at__gt=moment).exists():
        raise InvalidInput("happened_at", _("is before a dose that was given"))
    if moment - session.starts_at < timedelta(minutes=1):
        raise InvalidInput("happened_at", _("is less than a minute after the session began"))


def check_same(same: bool, stored: datetime | None, sent: datetime | None) -> None:
    """A retry says the same. Its moment may have been set right by the little that clocks differ."""
    if not same or sent and stored and abs(sent - stored) > SKEW:
        raise Conflict(_("this submission id was used for other content"))
