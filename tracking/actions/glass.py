"""A record of another team is opened in an emergency, and closed: who may have to know is told at once."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import moved
from tracking.actions.outbox import queue_mail
from tracking.errors import NotPermitted
from tracking.models import BreakGlass, OddLook, Patient, User
from tracking.queries.glass import leads, officers_of
from tracking.rules.oversight import Sign
from tracking.rules.policies.glass import LASTS, breakable, check_may_break, opened_by
from tracking.rules.policies.transfers import clean_reason
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction


@transaction.atomic
def open_glass(*, by: User, patient: Patient, reason: str) -> BreakGlass:
    """Opens one record for an hour, or finds that it is open. The leads of the team and the privacy officers are told
    by mail, and the officers have to look into it.

    Raises ``InvalidInput`` without a reason, ``NotPermitted`` for whoever may not open this record.
    """
    text = clean_reason(reason, _("say what the emergency is"))
    check_may_break(by)
    known = Patient.objects.select_for_update().get(pk=patient.pk)
    if is_open := opened_by(by).filter(patient=known).first():
        return is_open
    if not breakable(by).filter(pk=known.pk).exists():
        raise NotPermitted(_("this record is not opened in an emergency"))
    now = clock.now()
    row = BreakGlass.objects.create(user=by, patient=known, reason=text, opened_at=now, ends_at=now + LASTS)
    OddLook.objects.create(
        day=clock.day_of(clock.real_now(), "UTC"),
        actor=by.public_id,
        patient=known.public_id,
        sign=Sign.EMERGENCY,
    )
    audit.record(by=by, action=AuditAction.OPEN_GLASS, target=row, patient=known)
    _tell(row)
    return row


@transaction.atomic
def end_glass(*, by: User, glass: BreakGlass) -> None:
    """Closes it before the hour is over. What is over stays as it is."""
    BreakGlass.objects.select_for_update().get(pk=glass.pk)
    now = (
        clock.now()
    )  # by the lock, or of two at once the second, who looked at the clock first, would close it again
    if moved(glass, Q(ends_at__gt=now), ends_at=now):
        audit.record(by=by, action=AuditAction.END_GLASS, target=glass, patient=glass.patient)


def _tell(row: BreakGlass) -> None:
    """Who opened whose record stands behind the link, and not in a mail."""
    team = row.patient.team
    places = dict.fromkeys(leads(team), "own-teams") | dict.fromkeys(officers_of(team), "oversight")
    for user, place in places.items():
        if user == row.user:
            continue
        with override(language_of(user.language, team.site.language)):
            words = _("A clinician of another team has opened a record in an emergency. Who, when and why:")
            subject = _("A record was opened in an emergency")
            queue_mail(to=user.email, subject=subject, body=f"{words} {settings.BASE_URL}{reverse(place)}\n")
