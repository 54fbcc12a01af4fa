"""Whatever is held about a person is found: each table is about patients, or is said to be of nobody."""

from __future__ import annotations

from django.apps import apps

from tracking.queries.copies import FIELDS_LEFT_OUT, OWN_WORDS, TABLES_LEFT_OUT
from tracking.queries.holdings import ACCOUNT, LOGS, tables_about_patients

OF_NOBODY = {
    **dict.fromkeys(("Site", "SiteContacts", "CareTeam", "WashoutRule", "RetentionRule"), "what a clinic is"),
    **dict.fromkeys(("Membership", "RaterAvailability", "StudyMembership"), "the staff"),
    **dict.fromkeys(
        ("WordingPack", "WordingWithdrawal", "SiteInstrument", "InstrumentRetirement"), "instruments"
    ),
    **dict.fromkeys(
        ("Study", "DeclaredScale", "StudyMark", "ImportBatch", "SettingTemplate"), "many people's"
    ),
    **dict.fromkeys(
        ("StudyResult", "StudyPublication", "Release"), "many people's, de-identified or by number alone"
    ),
    **dict.fromkeys(("AuditSegment", "ChainCheck", "ChainSettlement"), "prints of rows"),
    **dict.fromkeys(
        ("Heartbeat", "FieldKey", "FailedTries"), "the machine's; tries are counted under a hash"
    ),
    **dict.fromkeys(("Permission", "Group", "Group_permissions", "ContentType"), "made by migrations"),
    "Session": "of a browser, for hours",
}


def test_each_table_is_about_patients_or_said_to_be_of_nobody() -> None:
    every = {model for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    known = tables_about_patients() | {*ACCOUNT, *LOGS}
    assert sorted(model.__name__ for model in every - known) == sorted(OF_NOBODY)


def test_what_a_copy_leaves_out_is_there_to_be_left_out() -> None:
    labels = {model._meta.label for model in tables_about_patients() | {*ACCOUNT, *LOGS}}
    assert labels >= {*TABLES_LEFT_OUT, *FIELDS_LEFT_OUT, *OWN_WORDS}
    for label, fields in FIELDS_LEFT_OUT.items():
        assert {field.name for field in apps.get_model(label)._meta.fields} >= set(fields)
