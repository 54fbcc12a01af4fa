"""Files of scores that a site has."""

from __future__ import annotations

import hashlib

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.tracking.imports.small import ROWS, plan, spec, table
from tracking.actions import care
from tracking.imports.writing import store as imports
from tracking.imports.writing.store import Source
from tracking.models import EpisodeSource, ImportBatch
from tracking.vocabulary import AuditAction

CONSENT = {"research": "given", "basis": "Each patient signed."}


def batch(known: Arguments) -> ImportBatch:
    return ImportBatch.objects.get(study__key=known["study"])


def episodes(known: Arguments) -> list[object]:
    sources = EpisodeSource.objects.filter(episode__study__key=known["study"]).order_by("episode")
    return [source.episode for source in sources.select_related("episode__patient")]


@deed(
    imports.import_scores,
    Note(AuditAction.IMPORT_SCORES, of=batch),
    Note(AuditAction.IMPORT_SCORES, of=episodes, patient="row.patient"),
    writes="+ImportBatch +Patient*2 +TreatmentEpisode*2 +EpisodeSource*2 +ResearchConsent*2 +Assessment*6"
    " +ScaleScore*12 +OutcomeResult*15 +EpisodeMark*2 ~StudyMark:wanted_rev +AuditEvent*3",
    twice=Twice.ONCE,
    of_site=True,
)
def two_people_in_three_rows(clinic: Clinic) -> Arguments:
    key = f"{clinic.word}-old"
    care.create_study(
        by=None, key=key, title="Old", site=clinic.site, outcome_instrument="hamd17", endpoint="week 1"
    )
    written = spec(place={"site": clinic.word, "team": clinic.team.name}, consent=CONSENT)
    data = table(*ROWS)
    return {
        "by": clinic.administrator,
        "study": key,
        "spec": written,
        "plan": plan(data, written),
        "source": Source("scores.csv", hashlib.sha256(data).hexdigest()),
    }
