"""A release is closed before its time: by a steward, or because somebody in it no longer consents to research."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from measures.language import marked
from reports.models import Release, ReleaseStatus
from reports.policies import may_decide
from reports.release_frames import consenting
from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import move, moved
from tracking.actions.outbox import queue_mail
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import AuditEvent, Erasure, Patient, StudyMembership, User, current
from tracking.tongues import language_of
from tracking.vocabulary import AuditAction, Holding, Role

OPEN = Q(status__in=(ReleaseStatus.APPROVED, ReleaseStatus.READY))  # being built, or there to be fetched
NO_LONGER = marked("Somebody in it no longer consents to research.")
LONGEST_NOTE = 2000


@transaction.atomic
def revoke_release(*, by: User, release: Release, note: str) -> None:
    """A steward of the study closes a release that is being built or can be fetched: from now on nobody has it.

    What was fetched before cannot be reached; its page lists who did. Raises ``NotPermitted`` for anybody but a
    steward of the study, ``InvalidInput`` without a note, ``Conflict`` when there is nothing to close any more.
    """
    if not may_decide(by, release.study):
        raise NotPermitted(_("only a data steward of the study closes its releases"))
    if not note.strip():
        raise InvalidInput("note", _("say why it is closed"))
    if len(note.strip()) > LONGEST_NOTE:
        raise InvalidInput("note", _("must not be longer than {n} characters").format(n=LONGEST_NOTE))
    move(
        release,
        OPEN,
        status=ReleaseStatus.REVOKED,
        closed_by=by,
        closed_at=clock.now(),
        closed_note=note.strip(),
        lease_until=None,
        otherwise=_("this release is neither being built nor there to be fetched"),
    )
    audit.record(by=by, action=AuditAction.REVOKE_RELEASE, target=release, study=release.study.key)


def close_withdrawn() -> int:
    """Closes every release that can still be fetched and holds somebody who no longer consents. Returns how many."""
    ready = Release.objects.filter(status=ReleaseStatus.READY).select_related("study")
    return sum(close_if_withdrawn(release=release) for release in ready)


@transaction.atomic
def close_if_withdrawn(*, release: Release) -> bool:
    """Whether the release holds somebody who no longer consents: then nobody fetches it from now on, and the stewards
    of the study are told. Within a transaction, whoever would take back a consent waits until its end."""
    if not holds_withdrawn(release):
        return False
    reasons = {"status": ReleaseStatus.REVOKED, "closed_at": clock.now(), "reasons": [NO_LONGER]}
    if moved(release, Q(status=ReleaseStatus.READY), **reasons):
        audit.record(by=None, action=AuditAction.CLOSE_RELEASE, target=release, study=release.study.key)
        _tell_stewards(release)
    return True


def holds_withdrawn(release: Release) -> bool:
    """Whether the latest statement of anybody in it is not consent. Holds everybody in it until the end of the
    transaction, so that the answer stays true: ``record_consent`` takes the same lock."""
    members = release.members.values("patient")
    held = Patient.objects.filter(pk__in=members).order_by("pk").select_for_update(no_key=True)
    inside = set(held.values_list("pk", flat=True))
    agreed = consenting(release.study).filter(pk__in=members)
    return bool(inside - set(agreed.values_list("pk", flat=True)))


def fetches(release: Release) -> list[AuditEvent]:
    """Each time that it was handed over, the first first: no copy that is out can be reached."""
    log = AuditEvent.objects.filter(action=AuditAction.DOWNLOAD_RELEASE, object_id=release.public_id)
    return list(log.order_by("at", "pk"))


def erased_since(release: Release) -> list[datetime]:
    """When the record of each person in it who was erased since it was built was erased, the first first; nothing says
    who. The release stays as it is: the id in it is cut from the person."""
    rows = Erasure.objects.filter(
        patient__in=release.members.values("patient"), erased_at__gte=release.built_at
    )
    return [
        row.erased_at
        for row in rows.order_by("erased_at")
        if row.erased_at and Holding.RECORD not in {part["holding"] for part in row.kept}
    ]


def _tell_stewards(release: Release) -> None:
    roles = Q(role=Role.STEWARD)
    members = StudyMembership.objects.filter(current(), study=release.study, user__is_active=True)
    address = f"{settings.BASE_URL}{reverse('release', args=[release.public_id])}"
    for member in members.select_related("user"):
        if not member.user.role_grants.filter(current(), roles).exists():
            continue
        with override(language_of(member.user.language)):
            words = _(
                "A release of your study was closed: {why} Who fetched it before stands here: {address}"
            )
            queue_mail(
                to=member.user.email,
                subject=_("A release was closed"),
                body=words.format(why=_(NO_LONGER), address=address) + "\n",
            )
