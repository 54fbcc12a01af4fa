"""A release from request to removal: asked for by one person, approved by another, built, handed over, expired."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reports.actions.release_closing import close_if_withdrawn
from reports.models import Release, ReleaseStatus
from reports.policies import may_decide, may_receive
from reports.release_frames import TABLES
from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import move, moved
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import Study, User
from tracking.queries.chain import is_broken
from tracking.vocabulary import AuditAction


@transaction.atomic
def request_release(*, by: User, study: Study, tables: Collection[str], purpose: str) -> Release:
    """Asks for a release. The same request twice, while it waits, is one.

    Raises ``NotPermitted`` unless ``by`` is a researcher of the study today, ``InvalidInput`` for an unknown
    table, none, or no purpose.
    """
    if not may_receive(by, study):
        raise NotPermitted(_("only a researcher of the study may ask for a release"))
    unknown = sorted(set(tables) - set(TABLES))
    if unknown or not tables:
        raise InvalidInput("tables", _("choose at least one of: {tables}").format(tables=", ".join(TABLES)))
    if not purpose.strip():
        raise InvalidInput("purpose", _("say what the data are needed for"))
    User.objects.select_for_update().get(pk=by.pk)  # of two at the same moment the second finds the first
    wanted = [name for name in TABLES if name in {*tables, "episodes"}]
    release, is_new = Release.objects.get_or_create(
        study=study,
        requested_by=by,
        status=ReleaseStatus.REQUESTED,
        tables=wanted,
        purpose=purpose.strip(),
    )
    if is_new:
        audit.record(
            by=by, action=AuditAction.REQUEST_RELEASE, target=release, study=study.key, tables=wanted
        )
    return release


@transaction.atomic
def decide_release(*, by: User, release: Release, approve: bool, note: str = "") -> None:
    """Approves or declines somebody else's request. A refusal says why.

    Raises ``NotPermitted`` for the person who asked and for anybody but a steward of the study,
    ``InvalidInput`` when it is declined without a note, ``Conflict`` when it has been decided before, or it is approved
    while the record of who did what does not hold.
    """
    if by.pk == release.requested_by_id:
        raise NotPermitted(_("somebody else must decide about a release that you asked for"))
    if not may_decide(by, release.study):
        raise NotPermitted(_("only a data steward of the study decides about its releases"))
    if approve:
        refuse_while_broken()
    if not approve and not note.strip():
        raise InvalidInput("note", _("say why it is declined"))
    status = ReleaseStatus.APPROVED if approve else ReleaseStatus.DECLINED
    move(
        release,
        Q(status=ReleaseStatus.REQUESTED),
        status=status,
        decided_by=by,
        decided_at=clock.now(),
        decision_note=note.strip(),
        otherwise=_("this request has been decided already"),
    )
    audit.record(by=by, action=AuditAction.DECIDE_RELEASE, target=release, status=status)


def hand_over(*, by: User, release: Release) -> Path:
    """The file, for the person who asked, if they may still have it; the handing over is logged.

    Raises ``NotPermitted`` for anybody else and when the role or the membership has ended, ``Conflict`` when
    there is no file, its time is over, it is not what was built, the record of who did what does not hold, or somebody
    in it no longer consents: then it is closed for good.
    """
    with transaction.atomic():
        withdrawn = release.status == ReleaseStatus.READY and close_if_withdrawn(release=release)
        path = None if withdrawn else _fetched(by, release)
    if path is None:
        raise Conflict(_("somebody in it no longer consents to research; ask for a new one"))
    return path


def _fetched(by: User, release: Release) -> Path:
    release = Release.objects.select_for_update(of=("self",)).select_related("study").get(pk=release.pk)
    if by.pk != release.requested_by_id or not may_receive(by, release.study):
        raise NotPermitted(_("only the researcher who asked may download a release, while in the study"))
    refuse_while_broken()
    path = release_path(release)
    if not release.is_to_be_had(clock.now()) or not path.exists():
        raise Conflict(_("this release is not there to be downloaded"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != release.sha256:
        raise Conflict(_("the file is not the one that was built and checked"))
    audit.record(by=by, action=AuditAction.DOWNLOAD_RELEASE, target=release, sha256=release.sha256)
    return path


def refuse_while_broken() -> None:
    """Raises ``Conflict`` while the record of who did what does not hold: then nobody knows who asked for what."""
    if is_broken():
        raise Conflict(_("the record of who did what was changed: no data leave until this is settled"))


def expire_releases(*, now: datetime) -> int:
    """Removes files whose time is over, and whatever a killed build left behind. Returns how many expired."""
    expired = 0
    for release in Release.objects.filter(status=ReleaseStatus.READY, expires_at__lte=now):
        expired += _expire(release)
    _sweep_files(now)
    return expired


def release_path(release: Release) -> Path:
    """Where the finished file of a release lies. Its name tells nothing."""
    return Path(settings.RELEASES) / f"{release.public_id}.zip"


def part_path(release: Release) -> Path:
    """Where the file lies while it is written, by which try."""
    return Path(settings.RELEASES) / f"{release.public_id}.{release.attempts}.part"


@transaction.atomic
def _expire(release: Release) -> bool:
    gone = moved(release, Q(status=ReleaseStatus.READY), status=ReleaseStatus.EXPIRED)
    if gone:
        audit.record(by=None, action=AuditAction.EXPIRE_RELEASE, target=release)
    return gone


def _sweep_files(now: datetime) -> None:
    """Only what is ready, or being written under a lease that still runs, may lie in the folder. It is read in the
    order in which a build goes on, so that one that ends meanwhile is met in one of the two states."""
    there = list(Path(settings.RELEASES).iterdir())
    building = list(Release.objects.filter(status=ReleaseStatus.APPROVED, lease_until__gt=now))
    ready = Release.objects.filter(status=ReleaseStatus.READY)
    known = {release_path(each) for each in (*building, *ready)} | {part_path(each) for each in building}
    for path in there:
        if path not in known:
            path.unlink(missing_ok=True)
