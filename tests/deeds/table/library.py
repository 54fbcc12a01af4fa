"""What a site adds to the library: instruments of its own, and words."""

from __future__ import annotations

import uuid

from measures import registry
from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.tracking.definitions import CHECK_IN, published, second
from tests.tracking.packs import as_csv, installed
from tracking.actions import assessments, library, scheduling, wordings
from tracking.models import AssessmentRequest, SiteInstrument
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource, AuditAction

SCALE = "wai_sr"
ADDED = Note(AuditAction.ADD_WORDING)
PUBLISHED = Note(AuditAction.PUBLISH_INSTRUMENT)


@deed(
    library.publish_instrument,
    PUBLISHED,
    writes="+SiteInstrument +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def first_version(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "definition": definition(clinic)}


@deed(
    library.publish_instrument,
    PUBLISHED,
    writes="+SiteInstrument ~EpisodeMark:wanted_rev ~StudyMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def second_version(clinic: Clinic) -> Arguments:
    answered(clinic)
    return first_version(clinic) | {"definition": second(definition(clinic))}


@deed(
    library.retire_instrument,
    Note(AuditAction.RETIRE_INSTRUMENT, of="instrument"),
    writes="+InstrumentRetirement ~EpisodeMark:wanted_rev ~StudyMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def an_answered_instrument(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "instrument": answered(clinic), "reason": "Nobody used it"}


def definition(clinic: Clinic) -> str:
    return CHECK_IN.replace('"check_in"', f'"check_in_{clinic.word}"')


def answered(clinic: Clinic) -> SiteInstrument:
    """An own instrument that this patient has answered."""
    row = published(clinic.site, definition(clinic))
    assessments.record_assessment(
        by=None,
        episode=clinic.episode,
        instrument=instrument_of(row.key),
        answers={"calm": 1, "afraid": 0, "dead": 0},
        source=AnswerSource.SELF,
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    )
    return row


@deed(wordings.add_wording, ADDED, writes="+WordingPack +AuditEvent", twice=Twice.REFUSED, of_site=True)
def first_words(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.administrator,
        "site": clinic.site,
        "instrument": registry.get(SCALE),
        "text": as_csv(SCALE),
        "kind": "csv",
    }


@deed(wordings.add_wording, ADDED, writes="+WordingPack +AuditEvent", twice=Twice.REFUSED, of_site=True)
def next_words(clinic: Clinic) -> Arguments:
    installed(clinic.site, SCALE)
    return first_words(clinic) | {"text": as_csv(SCALE, mark="Newer: ")}


@deed(
    wordings.withdraw_wording,
    Note(AuditAction.WITHDRAW_WORDING, of="pack"),
    writes="+WordingWithdrawal +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def wrong_words(clinic: Clinic) -> Arguments:
    pack = installed(clinic.site, SCALE)
    return {"by": clinic.administrator, "pack": pack, "reason": "A word was wrong"}


@deed(wordings.pin_wording, writes="~AssessmentRequest:wording_pack", twice=Twice.ONCE)
def a_sitting_that_begins(clinic: Clinic) -> Arguments:
    installed(clinic.site, SCALE, mark=f"{clinic.patient.study_code} ")
    return {"request": asked(clinic)}


@deed(wordings.give_words, writes="~AssessmentRequest:wording_pack", twice=Twice.ONCE)
def a_sitting_that_began_without_words(clinic: Clinic) -> Arguments:
    return a_sitting_that_begins(clinic)


def asked(clinic: Clinic) -> AssessmentRequest:
    return scheduling.create_request(
        by=clinic.lead, episode=clinic.episode, instrument=SCALE, due_on=days_ago(0)
    )
