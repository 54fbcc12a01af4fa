"""Two files for one study."""

from __future__ import annotations

import hashlib

from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.imports import two_people_in_three_rows
from tests.tracking.imports.small import ROWS, plan, table
from tracking.imports.writing import store as imports
from tracking.imports.writing.store import Source

FURTHER = "P3,52,f,placebo,,0,21,1,1,1,1,1,1,1,1,0,8"
STORED = (
    "+ImportBatch*2 +Patient*3 +TreatmentEpisode*3 +EpisodeSource*3 +ResearchConsent*3 +Assessment*8"
    " +ScaleScore*16 +OutcomeResult*20 +EpisodeMark*3 ~StudyMark:wanted_rev"
)


@pair(one_first=f"{STORED} +AuditEvent*5", other_first=f"{STORED} +AuditEvent*6")
def two_files_that_tell_of_the_same_patient(clinic: Clinic) -> tuple[Act, Act]:
    """Whoever is in both is one patient; to whom the second file adds is told by the log."""
    first = two_people_in_three_rows(clinic)
    data = table(ROWS[0], FURTHER)
    other = {
        "plan": plan(data, first["spec"]),
        "source": Source("more.csv", hashlib.sha256(data).hexdigest()),
    }
    return (imports.import_scores, first), (imports.import_scores, first | other)
