"""Odd looking is found in the read log, and looked into by whoever watches over it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import move
from tracking.errors import NotPermitted
from tracking.models import OddLook, User
from tracking.queries.oversight import odd_on
from tracking.rules.policies.transfers import clean_reason
from tracking.vocabulary import AuditAction

DAYS_BACK = 7  # in which a worker that was away finds what it has missed


def mark_odd_looks(*, now: datetime) -> int:
    """Finds what is odd about the looks of today and of the days before, once each. Returns how many are new."""
    before = OddLook.objects.count()
    for back in reversed(range(DAYS_BACK)):
        day = clock.day_of(now - timedelta(days=back), "UTC")
        rows = [
            OddLook(day=day, actor=actor, patient=patient, sign=sign)
            for actor, patient, sign in sorted(odd_on(day))
        ]
        OddLook.objects.bulk_create(rows, ignore_conflicts=True)
    return OddLook.objects.count() - before


@transaction.atomic
def close_odd_look(*, by: User, look: OddLook, reason: str) -> None:
    """Says what was found out. Raises ``NotPermitted`` for looking of one's own, ``InvalidInput`` without a reason,
    ``Conflict`` when it was closed before."""
    if look.actor == by.public_id:
        raise NotPermitted(_("somebody else looks into what you have looked at yourself"))
    text = clean_reason(reason, _("say what was found out"))
    is_open = Q(closed_at=None)
    said = {"closed_at": clock.real_now(), "closed_by": by.public_id, "reason": text}
    move(look, is_open, otherwise=_("somebody has closed this just now"), **said)
    audit.record(by=by, action=AuditAction.CLOSE_ODD_LOOK, target=look, sign=look.sign)
