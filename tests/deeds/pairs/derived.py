"""A worker and somebody who looks at what it has derived."""

from __future__ import annotations

from reports.actions import courses
from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.derived import OTHER_SCORE, a_flag_that_a_correction_takes_back, the_flag

COMPUTED = f"~EpisodeMark:done_rev {OTHER_SCORE} ~StudyMark:wanted_rev +AuditEvent"
CLOSED = "~CourseFlag:closed_at,closed_by,closed_note,state"


@pair(one_first=f"{CLOSED} {COMPUTED}", other_first=f"~CourseFlag:state {COMPUTED} !close_flag")
def a_flag_that_is_closed_and_that_the_scores_no_longer_support(clinic: Clinic) -> tuple[Act, Act]:
    """What somebody has closed stays closed, and what is withdrawn is no longer closed."""
    wanted = a_flag_that_a_correction_takes_back(clinic)
    close = {"by": clinic.lead, "flag": the_flag(clinic), "note": "Seen; sertraline raised."}
    return (courses.close_flag, close), (courses.recompute_episode, wanted)


@pair(one_first=f"{CLOSED} +AuditEvent !close_flag", other_first=f"{CLOSED} +AuditEvent !close_flag")
def two_who_close_one_flag(clinic: Clinic) -> tuple[Act, Act]:
    a_flag_that_a_correction_takes_back(clinic)
    close = {"by": clinic.lead, "flag": the_flag(clinic), "note": "Seen; sertraline raised."}
    other = close | {"by": clinic.colleague, "note": "A bad week."}
    return (courses.close_flag, close), (courses.close_flag, other)
