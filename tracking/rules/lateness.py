"""When a part of the machinery is late: whoever is on call learns of it within five minutes of its last sign."""

from __future__ import annotations

from datetime import datetime, timedelta

BEAT_SECONDS = 60  # so often does each part give a sign of life
SILENT = timedelta(minutes=4)  # three signs missed, and a minute in which somebody looks
COURSE_LATE = timedelta(minutes=4)
FIGURES_LATE = timedelta(minutes=30)  # six rounds of the clock
MAIL_LATE = timedelta(minutes=4)
BACKUP_LATE = timedelta(hours=36)  # one night was missed
DISK_LEAST = 0.05  # of the disk that is free
GONE = timedelta(days=1)  # a worker that is silent for so long has been taken away

SAFETY, COURSES, WORK, MAIL = QUEUES = ("safety", "courses", "work", "mail")
SWEEP, ESCALATION, OUTBOX = JOBS = ("sweep", "escalation", "outbox")
BEAT = "beat"
WORKER = "worker "
CAUGHT_UP = "courses up to date"  # noted by a sweep that finds nothing to do
FIGURES_CAUGHT_UP = "figures up to date"  # likewise, of studies


def of_queue(queue: str) -> str:
    return f"queue {queue}"


def of_job(job: str) -> str:
    return f"job {job}"


EXPECTED = (BEAT, *map(of_queue, QUEUES), *map(of_job, JOBS))


def is_late(last: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether what happened last, or never, was too long ago."""
    return last is None or now - last > limit


def has_waited_too_long(since: datetime | None, now: datetime, limit: timedelta) -> bool:
    """Whether what waits has waited too long; nothing that waits is never late."""
    return since is not None and now - since > limit
