"""Two who decide about a release, and what is built while another is removed."""

from __future__ import annotations

from reports.actions import release_builds, releases
from reports.models import Release
from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.releases import (
    A_FILE,
    ENOUGH,
    a_purpose,
    a_request_that_is_approved,
    approved,
    ready,
)
from tracking import clock
from tracking.actions import people
from tracking.vocabulary import ConsentKind

DECIDED = "~Release:decided_at,decided_by,status +AuditEvent"
DECLINED = "~Release:decided_at,decided_by,decision_note,status +AuditEvent"
BUILT_AND_EXPIRED = f"{A_FILE} +ReleaseMember*{ENOUGH} ~Release:status +AuditEvent*2"


@pair(one_first=f"{DECIDED} !decide_release", other_first=f"{DECLINED} !decide_release")
def a_request_that_is_approved_and_declined(clinic: Clinic) -> tuple[Act, Act]:
    approval = a_request_that_is_approved(clinic)
    refusal = approval | {"approve": False, "note": "Too wide."}
    return (releases.decide_release, approval), (releases.decide_release, refusal)


@pair(one_first=f"{DECIDED} +Release +AuditEvent", other_first=DECIDED)
def a_request_that_is_approved_and_made_again(clinic: Clinic) -> tuple[Act, Act]:
    """While it waits it is the same one."""
    approval = a_request_that_is_approved(clinic)
    return (releases.decide_release, approval), (releases.request_release, a_purpose(clinic))


@pair(
    one_first="+AuditEvent*2 +ResearchConsent",
    other_first="+ResearchConsent ~Release:closed_at,reasons,status +AuditEvent*2 +OutboxMail !hand_over",
)
def a_file_that_is_fetched_while_a_consent_is_taken_back(clinic: Clinic) -> tuple[Act, Act]:
    """Either it was out before, or nobody has it any more."""
    release = ready(clinic)
    member = release.members.order_by("pk").first()
    assert member
    taken_back = {"patient": member.patient, "kind": ConsentKind.WITHDRAWN, "stated_on": days_ago(0)}
    fetched = {"by": clinic.researcher, "release": release}
    return (releases.hand_over, fetched), (people.record_consent, {"by": clinic.lead, **taken_back})


@pair(one_first=BUILT_AND_EXPIRED, other_first=BUILT_AND_EXPIRED)
def a_file_that_is_built_while_another_is_over(clinic: Clinic) -> tuple[Act, Act]:
    old, now = ready(clinic), clock.now()
    new = approved(clinic)
    Release.objects.filter(pk=old.pk).update(expires_at=now)
    return (release_builds.build_release, {"release_id": new.pk}), (releases.expire_releases, {"now": now})
