"""Rooms, and the setting of a dosing session."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking import clock
from tracking.actions import setting, treatment
from tracking.models import SettingTemplate, TreatmentSession
from tracking.vocabulary import AuditAction, SessionKind

STORED = Note(AuditAction.STORE_SETTING_TEMPLATE)
ROOM = {"light": 2, "music": 1, "objects": "flowers, a rug", "people": 3}
RECORDED = Note(AuditAction.RECORD_SETTING, of="session", patient="session.episode.patient")


def has_this_room(clinic: Clinic) -> Arguments:
    setting.create_template(**new_room(clinic))
    return {}


@deed(
    setting.create_template,
    STORED,
    writes="+SettingTemplate +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
    others=has_this_room,
)
def new_room(clinic: Clinic) -> Arguments:
    room(clinic)
    return {"by": clinic.lead, "site": clinic.site, "name": "Garden room", "answers": ROOM}


@deed(
    setting.revise_template,
    STORED,
    writes="+SettingTemplate ~SettingTemplate:retired_at +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_changed_room(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "template": room(clinic), "answers": ROOM | {"light": 1}}


@deed(
    setting.retire_template,
    Note(AuditAction.RETIRE_SETTING_TEMPLATE, of="template"),
    writes="~SettingTemplate:retired_at +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_closed_room(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "template": room(clinic)}


@deed(
    setting.record_setting,
    Note(AuditAction.SUBMIT_ASSESSMENT, of="result.assessment", patient="session.episode.patient"),
    RECORDED,
    writes="+Assessment +ScaleScore*6 ~EpisodeMark:wanted_rev ~TreatmentSession:setting_template"
    " +AuditEvent*2",
    twice=Twice.ONCE,
)
def in_a_room(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "session": dosing_session(clinic),
        "template": room(clinic),
        "overrides": {"light": 3},
        "submission_id": uuid.uuid4(),
    }


@deed(
    setting.record_setting,
    Note(AuditAction.CORRECT_ASSESSMENT, of="result.assessment", patient="session.episode.patient"),
    RECORDED,
    writes="+Assessment +ScaleScore*6 ~EpisodeMark:wanted_rev ~TreatmentSession:setting_template"
    " +AuditEvent*2",
    twice=Twice.ONCE,
)
def in_no_room_after_all(clinic: Clinic) -> Arguments:
    first = in_a_room(clinic)
    setting.record_setting(**first)
    return first | {
        "template": None,
        "overrides": ROOM,
        "submission_id": uuid.uuid4(),
        "reason": "It was in the hall",
    }


def room(clinic: Clinic) -> SettingTemplate:
    """A room of the site. Its name says whose scene it is in: two patients of a site have one each."""
    name = f"Garden room {clinic.patient.study_code}"
    return setting.create_template(by=clinic.lead, site=clinic.site, name=name, answers=ROOM)


def dosing_session(clinic: Clinic) -> TreatmentSession:
    return treatment.record_session(
        by=clinic.lead,
        episode=clinic.episode,
        kind=SessionKind.DOSING,
        starts_at=clock.now() - timedelta(days=2),
    )
