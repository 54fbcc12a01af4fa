"""When an independent rater is available: said by the rater, from a day to a day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import RaterAvailability, User
from tracking.rules import checks
from tracking.vocabulary import AuditAction, Role

MOST_A_WEEK = 60


@transaction.atomic
def set_availability(
    *, by: User, starts_on: date, per_week: int, ends_on: date | None = None
) -> RaterAvailability:
    """From a day on, to a day or until it is ended, ``by`` takes up to so many ratings a week.

    Raises ``InvalidInput`` for days out of order or past, ``Conflict`` where it overlaps what was said before.
    """
    if not by.has_role(Role.RATER):
        raise NotPermitted(_("only an independent rater says when ratings can be taken"))
    if not 1 <= per_week <= MOST_A_WEEK:
        raise InvalidInput("per_week", _("must lie between 1 and {most}").format(most=MOST_A_WEEK))
    checks.check_order("starts_on", clock.today(), starts_on, of="today")
    if ends_on:
        checks.check_order("ends_on", starts_on, ends_on, of="the first day")
    User.objects.select_for_update().get(pk=by.pk)
    later = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    known = RaterAvailability.objects.filter(later, user=by)
    if (known.filter(starts_on__lte=ends_on) if ends_on else known).exists():
        raise Conflict(_("you have already said that you are available in these days; end that first"))
    row = RaterAvailability.objects.create(user=by, starts_on=starts_on, ends_on=ends_on, per_week=per_week)
    audit.record(by=by, action=AuditAction.SET_AVAILABILITY, target=row)
    return row


@transaction.atomic
def end_availability(*, by: User, starts_on: date) -> None:
    """The own availability that began on this day ends with today; one that has not begun is taken away. What
    was assigned stays assigned: ask for another rater, or rate it. Raises ``Conflict`` when there is none."""
    today = clock.today()
    mine = RaterAvailability.objects.select_for_update().filter(user=by, starts_on=starts_on)
    row = mine.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)).order_by("-pk").first()
    if row is None:
        raise Conflict(_("this has ended before"))
    audit.record(by=by, action=AuditAction.END_AVAILABILITY, target=row)
    if row.starts_on > today:
        row.delete()
        return
    row.ends_on = today
    row.save(update_fields=["ends_on"])
