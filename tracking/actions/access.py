"""What an administrator gives, and the second person who approves it: nobody makes a reader of people's data alone.

Where there is no second person it opens after a delay, and whoever leads there is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import move, moved
from tracking.actions.outbox import queue_mail
from tracking.errors import Conflict, NotPermitted
from tracking.models import User, current, not_ended, waiting
from tracking.queries.access import (
    DELAY,
    KINDS,
    Given,
    kind_of,
    leads_of,
    may_approve,
    may_refuse,
    second_people,
)
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction, Standing

ASKED, REFUSED = Q(standing=Standing.ASKED), Q(standing=Standing.REFUSED)


def give(*, by: User | None, row: Given, held: QuerySet[Given], otherwise: str) -> None:
    """Stores a new row, and tells who has a say in it. What the command line gives holds; what an administrator gives
    waits. Raises ``NotPermitted`` for whoever gives to themselves, and ``Conflict`` where one of the rows ``held``
    holds, in the words of ``otherwise``, or waits."""
    if by == row.user:
        raise NotPermitted(_("nobody gives access to themselves"))
    if held.filter(current()).exists():
        raise Conflict(otherwise)
    if held.filter(waiting()).exists():
        raise Conflict(_("this waits for a second person already"))
    for name, value in _standing(by, row).items():
        setattr(row, name, value)
    row.save()
    _tell(row)


@transaction.atomic
def decide_access(*, by: User, row: Given, approve: bool) -> None:
    """Approves what another has given, or refuses it; whoever gave it takes it back by refusing. Raises
    ``NotPermitted`` for whoever is no second person, ``Conflict`` when it does not wait any more."""
    known = type(row).objects.get(pk=row.pk)
    if not (may_approve(known, by) if approve else may_refuse(known, by)):
        raise NotPermitted(
            _("another administrator of the site decides, who was one a day before this was asked")
        )
    decided = {"decided_by": by, "decided_at": clock.now()}
    otherwise = _("this does not wait any more")
    if approve:
        move(known, waiting() & ASKED, standing=Standing.GIVEN, **decided, otherwise=otherwise)
    else:
        move(known, waiting(), standing=Standing.REFUSED, opens_at=None, **decided, otherwise=otherwise)
    action = AuditAction.APPROVE_ACCESS if approve else AuditAction.REFUSE_ACCESS
    audit.record(by=by, action=action, target=known.user, kind=kind_of(known), row=known.pk)


def ask_again(*, by: User, user: User) -> None:
    """An account that is opened again makes a reader, too: all that it is still given waits anew."""
    for model in KINDS.values():
        for row in model.objects.filter(not_ended(), user=user).exclude(REFUSED).order_by("pk"):
            row.granted_at = clock.now()
            moved(row, ~REFUSED, **_standing(by, row))
            row.refresh_from_db()
            _tell(row)


def _standing(by: User | None, row: Given) -> dict[str, object]:
    alone = by is not None and not second_people(row, by).exists()
    return {
        "standing": Standing.GIVEN if by is None else Standing.DELAYED if alone else Standing.ASKED,
        "opens_at": row.granted_at + DELAY if alone else None,
        "granted_by": by,
        "granted_at": row.granted_at,
        "decided_by": None,
        "decided_at": None,
    }


def _tell(row: Given) -> None:
    if row.granted_by is None:
        return
    if row.standing == Standing.ASKED:
        said = _ask_of_a_second_person
        told: Iterable[User] = second_people(row, row.granted_by)
    else:
        said, told = _say_that_it_opens, leads_of(row, row.granted_by)
    address = settings.BASE_URL + reverse("access", args=[kind_of(row), row.pk])
    for user in told:
        with override(language_of(user.language, row.place.language if row.place else "")):
            subject, words = said()
            queue_mail(to=user.email, subject=subject, body=f"{words} {address}\n")


def _ask_of_a_second_person() -> tuple[str, str]:
    return _("Access waits for your decision"), _(
        "An administrator has given somebody a role or a place in a team. It counts when you have approved it:"
    )


def _say_that_it_opens() -> tuple[str, str]:
    return _("Somebody is about to be given access"), _(
        "An administrator has given somebody access to what is recorded at your site. It opens by itself after a day;"
        " until then you can refuse it here:"
    )
