"""Two who write about what a site has: its words, its instruments, its rooms."""

from __future__ import annotations

import uuid

from tests.cast import CRISIS
from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.table.library import first_version, first_words
from tests.deeds.table.rooms import ROOM, a_changed_room, in_a_room
from tests.tracking.definitions import second
from tracking.actions import care, library, setting, treatment, wordings

ONE_SITE = "+SiteInstrument +AuditEvent !publish_instrument"
SETTING = "+Assessment +ScaleScore*6 ~EpisodeMark:wanted_rev"
VOIDED = "void_reason,voided_at,voided_by"


@pair(
    one_first="+WordingWithdrawal +WordingPack +AuditEvent*2",
    other_first="+WordingWithdrawal +AuditEvent !add_wording",
)
def words_that_are_withdrawn_and_the_same_again(clinic: Clinic) -> tuple[Act, Act]:
    words = first_words(clinic)
    withdrawal = {"by": clinic.administrator, "pack": wordings.add_wording(**words), "reason": "By mistake"}
    return (wordings.withdraw_wording, withdrawal), (wordings.add_wording, words)


@pair(one_first=ONE_SITE, other_first=ONE_SITE)
def a_key_that_two_sites_take(clinic: Clinic) -> tuple[Act, Act]:
    own = first_version(clinic)
    elsewhere = care.create_site(by=None, key=f"else-{clinic.word}", name="Elsewhere", crisis_contacts=CRISIS)
    theirs = {"by": None, "site": elsewhere, "definition": second(own["definition"])}
    return (library.publish_instrument, own), (library.publish_instrument, theirs)


@pair(
    one_first="~SettingTemplate:retired_at +SettingTemplate +AuditEvent !retire_template",
    other_first="~SettingTemplate:retired_at +AuditEvent !revise_template",
)
def a_room_that_is_changed_and_closed(clinic: Clinic) -> tuple[Act, Act]:
    changed = a_changed_room(clinic)
    closed = {"by": clinic.colleague, "template": changed["template"]}
    return (setting.revise_template, changed), (setting.retire_template, closed)


@pair(
    one_first=f"{SETTING} ~TreatmentSession:setting_template +AuditEvent*2 !record_setting",
    other_first=f"{SETTING} +AuditEvent*2 !record_setting",
)
def two_settings_of_one_session(clinic: Clinic) -> tuple[Act, Act]:
    """The second would be a correction, and says not why."""
    mine = in_a_room(clinic)
    yours = {"by": clinic.colleague, "template": None, "overrides": ROOM, "submission_id": uuid.uuid4()}
    return (setting.record_setting, mine), (setting.record_setting, mine | yours)


@pair(
    one_first=f"{SETTING} ~TreatmentSession:setting_template,{VOIDED} +AuditEvent*3",
    other_first=f"~TreatmentSession:{VOIDED} ~EpisodeMark:wanted_rev +AuditEvent !record_setting",
)
def the_setting_of_a_session_that_is_taken_back(clinic: Clinic) -> tuple[Act, Act]:
    mine = in_a_room(clinic)
    void = {"by": clinic.colleague, "record": mine["session"], "reason": "Of another patient"}
    return (setting.record_setting, mine), (treatment.void, void)
