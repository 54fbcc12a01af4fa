"""What must be computed, who has tried, and what is set aside: revision marks, from wanted to done.

A mark says ``wanted_rev > done_rev`` until a worker has read the data of that revision, computed and
written. Lost, doubled, late and reordered jobs all end right, because nothing but the mark is believed.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tracking.actions import audit
from tracking.actions.marks import AGAIN, want_study
from tracking.actions.moves import moved
from tracking.models import EpisodeMark, Study, StudyMark, TreatmentEpisode, User
from tracking.models.audit import RevisionMark
from tracking.vocabulary import AuditAction

log = logging.getLogger(__name__)

TRIES = 3  # a policy of ours: after so many the job is parked and an administrator looks
WORKER_LOST = "the worker was lost"
BEHIND = Q(wanted_rev__gt=F("done_rev"))
PENDING = BEHIND & Q(parked_at=None, attempts__lt=TRIES)

Write = Callable[[], None]
Marks = QuerySet[RevisionMark]
Mark = TypeVar("Mark", bound=RevisionMark)


def attempt(*, marks: Marks, prepare: Callable[[], Write]) -> None:
    """Bring the one mark in ``marks`` up to date.

    ``prepare`` reads and computes and returns what writes. Nothing is done when the mark is done, parked,
    out of tries or claimed by another worker at this moment. The try is counted before the work, so that a
    job that kills its worker is counted too. The writes and ``done_rev`` share a transaction; if a later
    revision has been finished meanwhile, what was computed from older data is thrown away. A failure is
    stored by its kind alone.
    """
    claimed = _claim(marks)
    if claimed is None:
        return
    try:
        write = prepare()
        with transaction.atomic():
            if _finish(claimed):
                write()
    except (
        Exception
    ) as error:  # whatever it is, it must not stop the others, and its values must not be logged
        _fail(claimed, _kind(error))


def behind(marks: QuerySet[Mark]) -> QuerySet[Mark]:
    """Marks whose data is newer than what was computed from it, parked ones included."""
    return marks.filter(BEHIND)


def pending(marks: QuerySet[Mark]) -> QuerySet[Mark]:
    """Those of them that may be tried: not parked and not out of tries."""
    return marks.filter(PENDING)


def park_lost(*, now: datetime) -> int:
    """Park the jobs whose last try never came back. Returns how many. One that does come back is released
    by it."""
    return sum(
        behind(model.objects.filter(parked_at__isnull=True, attempts__gte=TRIES)).update(
            parked_at=now, failure=WORKER_LOST
        )
        for model in (EpisodeMark, StudyMark)
    )


@transaction.atomic
def release_parked(*, by: User | None, marks: Iterable[Marks]) -> int:
    """Try those of ``marks`` again that are parked. Returns how many."""
    fresh = {"attempts": 0, "parked_at": None, "failure": ""}
    released = 0
    for rows in marks:
        for mark in rows.filter(parked_at__isnull=False):
            if moved(mark, ~Q(parked_at=None), **fresh):
                audit.record(by=by, action=AuditAction.RELEASE_PARKED, target=mark)
                released += 1
    return released


@transaction.atomic
def want_everything(*, by: User | None) -> None:
    """Everything derived is to be computed again, say after a new version of an instrument's rules."""
    episodes = TreatmentEpisode.objects.filter(mark__isnull=True)
    EpisodeMark.objects.bulk_create(
        (EpisodeMark(episode_id=key) for key in episodes.values_list("pk", flat=True).iterator()),
        ignore_conflicts=True,
    )
    EpisodeMark.objects.update(**AGAIN)
    for study in Study.objects.all():
        want_study(study=study)
    audit.record(by=by, action=AuditAction.WANT_EVERYTHING, target=EpisodeMark())


def _claim(marks: Marks) -> RevisionMark | None:
    """Count a try, unless another worker changed the mark since it was read: then that one does the work."""
    mark = pending(marks).first()
    if mark is None:
        return None
    same = PENDING & Q(wanted_rev=mark.wanted_rev, attempts=mark.attempts)
    return mark if moved(mark, same, attempts=F("attempts") + 1) else None


def _finish(claimed: RevisionMark) -> bool:
    revision = claimed.wanted_rev
    older = Q(done_rev__lt=revision)
    return moved(claimed, older, done_rev=revision, attempts=0, parked_at=None, failure="")


def _kind(error: Exception) -> str:
    """What failed and where, without what it said: a message may hold a score."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"[:120]


def _fail(claimed: RevisionMark, kind: str) -> None:
    """The kind of failure is kept; at the last try the job is parked. Newer data has fresh tries of its
    own."""
    mine = Q(wanted_rev=claimed.wanted_rev, done_rev__lt=claimed.wanted_rev)
    moved(claimed, mine, failure=kind)
    moved(claimed, mine & Q(attempts__gte=TRIES), parked_at=timezone.now())
    log.warning("%s %s failed: %s", claimed._meta.model_name, claimed.pk, kind)
