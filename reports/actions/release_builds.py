"""Building an approved release: under a lease, in tries that are counted first, checked before it is there."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from reports.actions.publishing import published_people
from reports.actions.release_closing import fetches, holds_withdrawn
from reports.actions.releases import part_path, release_path
from reports.export import package
from reports.export.deidentify import deidentify, plan_release, values_of
from reports.export.leak import scan
from reports.export.ledger import Cohort, settle, tells, tells_beside
from reports.export.package import Contents, InstrumentFacts, Package, StudyFacts
from reports.export.sample import sample
from reports.models import Release, ReleaseMember, ReleaseStatus
from reports.policies import may_receive
from reports.release_frames import (
    Reading,
    consenting,
    identifiers,
    read_tables,
    secret_order,
    stored_days,
    told_groups,
    unreadable,
)
from reports.stats.disclosure import DisclosureRefusal
from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import moved
from tracking.models import Patient, Study
from tracking.queries.chain import is_broken, verify
from tracking.queries.raters import raters_not_blind
from tracking.vocabulary import AuditAction

log = logging.getLogger(__name__)

TRIES = 3
LEASE = timedelta(minutes=5)  # renewed between the steps; a try that lost it writes nothing
HANDED_OVER = Q(status__in=(ReleaseStatus.READY, ReleaseStatus.EXPIRED))
DIGITS, LETTERS = "0123456789", "BCDFGHJKLMNPQRSTVWXZ"
NOT_AUTHORISED = "The person who asked is no longer a researcher of this study."
BROKEN_RECORD = "The record of who did what was changed: no data leave until this is settled."
LOST = "The worker was lost three times while it was being built."
DISK_FULL = "The disk is full."


class Ended(Exception):
    """This try ends the release: with a status, and reasons that may be shown."""

    def __init__(self, status: ReleaseStatus, reasons: Sequence[str]) -> None:
        super().__init__(status)
        self.status, self.reasons = status, list(reasons)


class LostLease(Exception):
    """Another try has begun; this one must not write."""


class Overtaken(Exception):
    """Meanwhile somebody in it has taken back the consent, or another release of the study was finished, or its figures
    were published, beside which this one would single somebody out."""


def waiting_releases(*, now: datetime) -> list[int]:
    """Keys of approved releases that nobody builds at the moment. Those that lost every try fail here."""
    for release in Release.objects.filter(_free(now), attempts__gte=TRIES):
        _end(release, ReleaseStatus.FAILED, [LOST])
    return list(Release.objects.filter(_free(now), attempts__lt=TRIES).values_list("pk", flat=True))


def build_release(*, release_id: int) -> None:
    """Builds one approved release, if nobody else does. Delivered twice, it is built once.

    It ends as ready, as refused with reasons, or, after ``TRIES``, as failed with a reason; until then another
    try follows with the next sweep. No file is there unless it is ready.
    """
    release = _claim(release_id, clock.now())
    if release is None:
        return
    try:
        _publish(release, _checked_package(release))
    except Ended as end:
        _end(release, end.status, end.reasons)
    except LostLease:
        log.warning("release %s is built by another try", release.pk)
    except Exception as error:  # whatever it is, the reason is shown and its values are not
        _retry_or_fail(release, error)
    finally:
        part_path(release).unlink(missing_ok=True)


def _free(now: datetime) -> Q:
    """Approved, and under no lease that still runs."""
    unleased = Q(lease_until=None) | Q(lease_until__lte=now)
    return unleased & Q(status=ReleaseStatus.APPROVED)


def _claim(release_id: int, now: datetime) -> Release | None:
    """Takes the lease and counts the try, or finds that another worker has it."""
    release = Release.objects.select_related("study", "requested_by").filter(pk=release_id).first()
    waiting = _free(now) & Q(attempts__lt=TRIES)
    if not release or not moved(release, waiting, attempts=F("attempts") + 1, lease_until=now + LEASE):
        return None
    release.refresh_from_db(fields=["attempts", "lease_until"])
    return release


def _mine(release: Release) -> Q:
    """Approved still, and this try is the latest."""
    return Q(status=ReleaseStatus.APPROVED, attempts=release.attempts)


def _keep_lease(release: Release) -> None:
    if not moved(release, _mine(release), lease_until=clock.now() + LEASE):
        raise LostLease


def _checked_package(release: Release) -> Package:
    if is_broken() or not verify().holds:
        raise Ended(ReleaseStatus.REFUSED, [BROKEN_RECORD])
    _keep_lease(release)
    if not may_receive(release.requested_by, release.study):
        raise Ended(ReleaseStatus.FAILED, [NOT_AUTHORISED])
    try:
        contents = _contents(release)
    except DisclosureRefusal as refusal:
        raise Ended(ReleaseStatus.REFUSED, refusal.reasons) from refusal
    built = package.build(contents)
    _keep_lease(release)
    findings = scan(built.content, identifiers(), stored_days(), package.vocabulary(contents))
    if findings:
        raise Ended(ReleaseStatus.REFUSED, [f"The leak scan stopped it: {each}." for each in findings])
    return built


def _contents(release: Release) -> Contents:
    k = settings.RELEASE_SMALLEST_CLASS
    agreed, unread = set(consenting(release.study)), unreadable(release.study)
    candidates = {str(each.public_id): each for each in sorted(agreed - unread, key=secret_order)}
    settled = settle(list(candidates), _earlier_cohorts(release), k, _pages(release))
    patients = [candidates[key] for key in settled.patients]
    reading = Reading(release.study, patients)
    tables = read_tables(reading, release.tables)
    _keep_lease(release)
    everything = [each for found in tables.values() for each in found]
    plan = plan_release(everything, settled.patients, k)
    asked_for = [each for name in release.tables for each in tables[name]]
    released, withheld = deidentify(asked_for, plan=plan, study_ids=_study_ids(release, patients))
    everybody = Patient.objects.filter(episodes__study=release.study).distinct().count()
    return Contents(
        study=_study_facts(reading),
        instruments=_instrument_facts(reading),
        tables=released,
        plan=plan,
        withheld=withheld,
        sample=sample(values_of(everything, settled.patients)),
        left_out={
            "without consent to research": everybody - len(agreed),
            "waiting, so that no earlier release and no page of the study tells them apart": settled.waiting,
        }
        | ({"with an identity that cannot be read": len(unread)} if unread else {}),
        released_on=clock.today(),
    )


def _earlier_cohorts(release: Release) -> list[Cohort]:
    """Who was in each release of this study that was handed over, oldest first."""
    closed = Release.objects.filter(study=release.study, status=ReleaseStatus.REVOKED)
    out = HANDED_OVER | Q(pk__in=[each.pk for each in closed if fetches(each)])
    earlier = Release.objects.filter(out, study=release.study).order_by("built_at", "pk")
    cohorts: dict[int, set[str]] = {key: set() for key in earlier.values_list("pk", flat=True)}
    members = ReleaseMember.objects.filter(release__in=earlier).values_list("release", "patient__public_id")
    for key, patient in members:
        cohorts[key].add(str(patient))
    return [frozenset(cohort) for cohort in cohorts.values()]


def _pages(release: Release) -> list[list[Cohort]]:
    """Of whom the study's page told figures, each time that they were published, oldest first: everybody, each arm."""
    pages = published_people(release.study)
    there = Patient.objects.filter(pk__in=set().union(*pages)).values_list("pk", "public_id")
    names = {str(key): str(public_id) for key, public_id in there}
    return [
        [frozenset(names[key] for key in group) for group in told_groups(release.study, people)]
        for people in pages
    ]


@transaction.atomic
def _study_ids(release: Release, patients: Sequence[Patient]) -> dict[str, str]:
    """The random study id of each patient in this release: drawn once, kept by a later try."""
    ReleaseMember.objects.filter(release=release).exclude(patient__in=patients).delete()
    known = dict(release.members.values_list("patient_id", "study_id"))
    missing = [patient for patient in patients if patient.pk not in known]
    drawn = _draw(len(missing), set(known.values()))
    new = [
        ReleaseMember(release=release, patient=patient, study_id=code)
        for patient, code in zip(missing, drawn, strict=True)
    ]
    ReleaseMember.objects.bulk_create(new)
    known |= {member.patient_id: member.study_id for member in new}
    return {str(patient.public_id): known[patient.pk] for patient in patients}


def _draw(count: int, taken: set[str]) -> list[str]:
    """New random codes. Digit and letter take turns and there is no vowel, so that none can be read as a word,
    a number or a date."""
    drawn: set[str] = set()
    while len(drawn) < count:
        pairs = (secrets.choice(DIGITS) + secrets.choice(LETTERS) for _ in range(5))
        drawn |= {"P" + "".join(pairs)} - taken
    return list(drawn)


def _study_facts(reading: Reading) -> StudyFacts:
    study, told = reading.study, raters_not_blind(reading.episodes)
    return StudyFacts(study.key, study.title, study.provenance, study.is_simulated, tuple(told))


def _instrument_facts(reading: Reading) -> tuple[InstrumentFacts, ...]:
    return tuple(
        InstrumentFacts(
            each.key,
            each.version,
            each.title,
            tuple(reading.wordings(each, settings.RELEASE_SMALLEST_CLASS)),
            each.rights.holder,
            each.rights.terms,
        )
        for each in reading.instruments
    )


def _publish(release: Release, built: Package) -> None:
    """Writes the file beside its place, then moves it there in the transaction that says it is ready. Two of one
    study are finished one after the other, and the second sees the first."""
    part = part_path(release)
    _write(part, built.content)
    now = clock.now()
    with transaction.atomic():
        withdrawn = holds_withdrawn(release)
        Study.objects.select_for_update(no_key=True).get(pk=release.study_id)
        if withdrawn or _tells_beside_others(release):
            raise Overtaken
        ready = moved(
            release,
            _mine(release),
            status=ReleaseStatus.READY,
            lease_until=None,
            built_at=now,
            expires_at=now + settings.RELEASE_LIFE,
            sha256=hashlib.sha256(built.content).hexdigest(),
            manifest=built.manifest,
            reasons=[],
        )
        if not ready:
            raise LostLease
        audit.record(by=None, action=AuditAction.BUILD_RELEASE, target=release, study=release.study.key)
        os.replace(part, release_path(release))


def _tells_beside_others(release: Release) -> bool:
    patients = release.members.values_list("patient__public_id", flat=True)
    cohort, k = frozenset(map(str, patients)), settings.RELEASE_SMALLEST_CLASS
    beside_others = any(tells(cohort, other, k) for other in _earlier_cohorts(release))
    return beside_others or any(tells_beside(cohort, page) for page in _pages(release))


def _write(path: Path, content: bytes) -> None:
    """To the disk itself, readable by the owner alone."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@transaction.atomic
def _end(release: Release, status: ReleaseStatus, reasons: Sequence[str]) -> None:
    if moved(release, _mine(release), status=status, reasons=list(reasons), lease_until=None):
        audit.record(by=None, action=AuditAction.BUILD_RELEASE, target=release, status=status)


def _retry_or_fail(release: Release, error: Exception) -> None:
    """The kind of error is told, never what it says: that might be a value."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    reason = DISK_FULL if full else f"It could not be built ({type(error).__name__})."
    log.warning("release %s, try %s: %s", release.pk, release.attempts, type(error).__name__)
    if release.attempts >= TRIES:
        _end(release, ReleaseStatus.FAILED, [reason])
    else:
        again = [f"{reason} It will be tried again."]
        moved(release, _mine(release), lease_until=None, reasons=again)
