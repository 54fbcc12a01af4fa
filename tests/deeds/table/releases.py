"""A release: asked for, decided, built, handed over, expired."""

from __future__ import annotations

from datetime import timedelta

from reports.actions import release_builds, release_closing, releases
from reports.models import Release, ReleaseStatus
from tests.cast import days_ago
from tests.deeds.clinics import Clinic, admitted
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.reports.clinic import rate
from tracking import clock
from tracking.actions import people
from tracking.vocabulary import AuditAction, ConsentKind

ENOUGH = 6  # patients who may be released
LEASED = "the try is counted and leased before the work"
A_FILE = "~Release:attempts,built_at,expires_at,manifest,sha256,status"
BUILT = Note(AuditAction.BUILD_RELEASE, of=lambda known: Release.objects.get(pk=known["release_id"]), by="")


def requested(clinic: Clinic) -> Release:
    return releases.request_release(**a_purpose(clinic))


def approved(clinic: Clinic) -> Release:
    release = requested(clinic)
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    release.refresh_from_db()
    return release


def ready(clinic: Clinic) -> Release:
    release = approved(enough(clinic))
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    return release


def enough(clinic: Clinic) -> Clinic:
    """So many patients with consent and a score that a release of them says nothing about one."""
    for number in range(ENOUGH):
        patient, episode = admitted(
            clinic.team, clinic.lead, clinic.study, f"{number}.{clinic.word}@example.net"
        )
        people.record_consent(
            by=clinic.lead, patient=patient, kind=ConsentKind.GIVEN, stated_on=days_ago(100)
        )
        rate(episode, clinic.lead, 1, 20 + number % 2)
    return clinic


@deed(
    releases.request_release,
    Note(AuditAction.REQUEST_RELEASE),
    writes="+Release +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
)
def a_purpose(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.researcher,
        "study": clinic.study,
        "tables": ["scores"],
        "purpose": "Does the experience predict the outcome?",
    }


@deed(
    releases.decide_release,
    Note(AuditAction.DECIDE_RELEASE, of="release"),
    writes="~Release:decided_at,decided_by,status +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_request_that_is_approved(clinic: Clinic) -> Arguments:
    return {"by": clinic.steward, "release": requested(clinic), "approve": True}


@deed(
    releases.decide_release,
    Note(AuditAction.DECIDE_RELEASE, of="release"),
    writes="~Release:decided_at,decided_by,decision_note,status +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_request_that_is_declined(clinic: Clinic) -> Arguments:
    return {"by": clinic.steward, "release": requested(clinic), "approve": False, "note": "Too wide."}


@deed(
    release_builds.build_release,
    BUILT,
    writes="~Release:attempts,reasons,status +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
    in_steps=LEASED,
)
def a_release_of_too_few(clinic: Clinic) -> Arguments:
    return {"release_id": approved(clinic).pk}


@deed(
    release_builds.build_release,
    BUILT,
    writes=f"{A_FILE} +ReleaseMember*{ENOUGH} +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
    in_steps=LEASED,
)
def a_release_of_enough(clinic: Clinic) -> Arguments:
    return {"release_id": approved(enough(clinic)).pk}


@deed(
    release_builds.waiting_releases,
    Note(AuditAction.BUILD_RELEASE, of=lambda known: Release.objects.filter(status="failed"), by=""),
    writes="~Release:lease_until,reasons,status +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
    others=lambda clinic: lost(clinic, release_builds.TRIES - 1),
    in_steps="each release is a transaction of its own",
)
def a_release_whose_worker_was_lost_each_time(clinic: Clinic) -> Arguments:
    return lost(clinic, release_builds.TRIES)


def lost(clinic: Clinic, times: int) -> Arguments:
    """As the kills of so many workers would leave it: tries are counted, the last lease is over."""
    Release.objects.filter(pk=approved(clinic).pk).update(attempts=times, lease_until=clock.now())
    return {"now": clock.now()}


@deed(
    releases.hand_over,
    Note(AuditAction.DOWNLOAD_RELEASE, of="release"),
    writes="+AuditEvent",
    twice=Twice.ADDS,
    of_site=True,
)
def a_finished_file(clinic: Clinic) -> Arguments:
    return {"by": clinic.researcher, "release": ready(clinic)}


@deed(
    release_closing.revoke_release,
    Note(AuditAction.REVOKE_RELEASE, of="release"),
    writes="~Release:closed_at,closed_by,closed_note,status +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_finished_file_that_a_steward_closes(clinic: Clinic) -> Arguments:
    return {"by": clinic.steward, "release": ready(clinic), "note": "The purpose has changed."}


CLOSED = "~Release:closed_at,reasons,status +AuditEvent +OutboxMail"


@deed(
    release_closing.close_if_withdrawn,
    Note(AuditAction.CLOSE_RELEASE, of="release", by=""),
    writes=CLOSED,
    twice=Twice.ONCE,
    of_site=True,
)
def a_file_of_somebody_who_has_taken_back_the_consent(clinic: Clinic) -> Arguments:
    return {"release": with_one_withdrawn(clinic)}


@deed(
    release_closing.close_withdrawn,
    Note(AuditAction.CLOSE_RELEASE, of=lambda known: Release.objects.filter(status="revoked"), by=""),
    writes=CLOSED,
    twice=Twice.ONCE,
    of_site=True,
    others=lambda clinic: {} if ready(clinic) else {},
    in_steps="each release is a transaction of its own",
)
def files_that_are_looked_through(clinic: Clinic) -> Arguments:
    with_one_withdrawn(clinic)
    return {}


def with_one_withdrawn(clinic: Clinic) -> Release:
    release = ready(clinic)
    patient = release.members.order_by("pk").first().patient
    people.record_consent(by=clinic.lead, patient=patient, kind=ConsentKind.WITHDRAWN, stated_on=days_ago(0))
    return release


@deed(
    releases.expire_releases,
    Note(AuditAction.EXPIRE_RELEASE, of=lambda known: Release.objects.filter(status="expired"), by=""),
    writes="~Release:status +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
    others=lambda clinic: not_yet_over(clinic),
    in_steps="each release is a transaction of its own",
)
def a_file_whose_time_is_over(clinic: Clinic) -> Arguments:
    return {"now": ready(clinic).expires_at + timedelta(seconds=1)}


def not_yet_over(clinic: Clinic) -> Arguments:
    """As a build leaves it that ends a week later."""
    Release.objects.filter(pk=approved(clinic).pk).update(
        status=ReleaseStatus.READY, expires_at=clock.now() + timedelta(days=8)
    )
    return {"now": clock.now()}
