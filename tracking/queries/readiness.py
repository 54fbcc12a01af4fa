"""What whoever is on call asks: is all that must run running, and what is late. No person and no value in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from tracking.models import EpisodeMark, Heartbeat, OutboxMail, StudyMark, User
from tracking.queries.administration import administered_marks, governs_everything
from tracking.queries.backups import last_backup
from tracking.queries.field_keys import fault_of_keys
from tracking.rules import lateness

Mark = TypeVar("Mark", EpisodeMark, StudyMark)
UNSENT = Q(sent_at=None, withdrawn_at=None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``key`` names it for machines, ``seconds`` is an age where it has one."""

    key: str
    said: str
    late: bool
    seconds: float | None = None


def findings(now: datetime, reader: User | None = None) -> list[Finding]:
    """All that is looked at, in a steady order. What waits of treatments and studies is counted where the ``reader``
    administers them; without one, as on call, everywhere."""
    courses, figures = administered_marks(reader) if reader else (EpisodeMark.objects, StudyMark.objects)
    return [
        *_signs_of_life(now),
        _marks("courses", courses.all(), lateness.CAUGHT_UP, lateness.COURSE_LATE, now),
        _marks("figures", figures.all(), lateness.FIGURES_CAUGHT_UP, lateness.FIGURES_LATE, now),
        *_mail(now, counted=reader is None or governs_everything(reader)),
        _broker(),
        _disk(),
        _backup(now),
        _migrations(),
        _keys(),
    ]


def late(now: datetime, reader: User | None = None) -> list[Finding]:
    return [each for each in findings(now, reader) if each.late]


def _signs_of_life(now: datetime) -> Iterator[Finding]:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    workers = sorted(name for name in beats if name.startswith(lateness.WORKER))
    for name in (*lateness.EXPECTED, *workers):
        last = beats.get(name)
        said = _("last sign of life {age}").format(age=_ago(last, now)) if last else _("never ran")
        yield Finding(name, said, lateness.is_late(last, now, lateness.SILENT), _age(last, now))


def _marks(key: str, marks: QuerySet[Mark], caught_up: str, limit: timedelta, now: datetime) -> Finding:
    """A mark has no time of its own; the oldest that waits is at most as old as the last moment when none did. One
    that is parked waits for an administrator, who is told elsewhere."""
    waiting = marks.filter(wanted_rev__gt=F("done_rev"), parked_at=None).count()
    last = Heartbeat.objects.filter(name=caught_up).values_list("at", flat=True).first()
    said = _("waiting: {n}").format(n=waiting) if waiting else _("nothing waits")
    late = waiting > 0 and lateness.is_late(last, now, limit)
    return Finding(key, said, late, _age(last, now) if waiting else 0)


def _mail(now: datetime, *, counted: bool) -> Iterator[Finding]:
    """What nobody has tried to send is the fault of a worker; when all that was tried comes back, of the server.
    One address that refuses is no reason to wake anybody."""
    unsent = OutboxMail.objects.filter(UNSENT)
    untried = unsent.filter(attempts=0).aggregate(oldest=Min("created_at"))["oldest"]
    yield _waits("mail", untried, now, lateness.MAIL_LATE)
    failing = unsent.filter(attempts__gt=0).aggregate(oldest=Min("created_at"), n=Count("pk"))
    out_since = OutboxMail.objects.filter(sent_at__gt=failing["oldest"] or now).exists()
    came_back = _("mails that came back: {n}").format(n=failing["n"]) if counted else _("mails came back")
    said = came_back if failing["n"] else _("no mail came back")
    stuck = lateness.has_waited_too_long(failing["oldest"], now, lateness.MAIL_LATE)
    yield Finding("mail server", said, stuck and not out_since, _age(failing["oldest"], now))


def _waits(key: str, since: datetime | None, now: datetime, limit: timedelta) -> Finding:
    said = _("the oldest came {age}").format(age=_ago(since, now)) if since else _("nothing waits")
    return Finding(key, said, lateness.has_waited_too_long(since, now, limit), _age(since, now))


def _broker() -> Finding:
    """Whether it answers, and how many messages lie aside that nobody could read."""
    try:
        with current_app.connection_for_read() as broker:
            aside = cast(Any, broker.default_channel).unreadable()  # ours, on both brokers
    except Exception:  # any broker fault
        return Finding("broker", _("does not answer"), late=True)
    said = _("unreadable messages that lie aside: {n}").format(n=aside) if aside else _("answers")
    return Finding("broker", said, late=False)


def _disk() -> Finding:
    disk = shutil.disk_usage(settings.DATA)
    free = disk.free / disk.total
    said = _("{percent} % free").format(percent=round(100 * free))
    return Finding("disk", said, late=free < lateness.DISK_LEAST)


def _backup(now: datetime) -> Finding:
    """Where backups are made here, as ``BACKUP_RECIPIENTS`` says, the last one must be of the last night. Whoever makes
    them by other means must watch that there."""
    if not settings.BACKUP_RECIPIENTS:
        return Finding("backup", _("none is made here: BACKUP_RECIPIENTS is not set"), late=False)
    last = last_backup()
    if last is None:
        return Finding("backup", _("none was ever made"), late=True)
    hours = int((now - last.made_at).total_seconds() // 3600)
    said = _("the last was made {n} h ago").format(n=hours)
    return Finding(
        "backup", said, lateness.is_late(last.made_at, now, lateness.BACKUP_LATE), _age(last.made_at, now)
    )


def _migrations() -> Finding:
    applied = MigrationRecorder(connection).applied_migrations()
    left = len(_last_migrations() - applied.keys())
    said = _("waiting for manage.py migrate: {n}").format(n=left) if left else _("all done")
    return Finding("migrations", said, late=left > 0)


def _keys() -> Finding:
    fault = fault_of_keys()
    return Finding("field keys", fault or _("those of this database"), late=bool(fault))


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The last of each app: it cannot be applied before the others. They do not change while a process runs."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _age(moment: datetime | None, now: datetime) -> float | None:
    return (now - moment).total_seconds() if moment else None


def _ago(moment: datetime, now: datetime) -> str:
    """In whole minutes."""
    return _("{n} min ago").format(n=int((now - moment).total_seconds() // 60))
