"""Two who decide about a release, and what is built while another is removed."""

from __future__ import annotations

from reports.actions import release_builds, releases
from reports.models import Release
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


@pair(one_first=BUILT_AND_EXPIRED, other_first=BUILT_AND_EXPIRED)
def a_file_that_is_built_while_another_is_over(clinic: Clinic) -> tuple[Act, Act]:
    old, now = ready(clinic), clock.now()
    new = approved(clinic)
    Release.objects.filter(pk=old.pk).update(expires_at=now)
    return (release_builds.build_release, {"release_id": new.pk}), (releases.expire_releases, {"now": now})
