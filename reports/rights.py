"""What the application may do to each table on PostgreSQL, where it is not their owner.

Everything may be read, and added to unless it is said here; what was recorded stays. ``manage.py grant_application``
grants exactly this, and ``tests/deeds/test_rights.py`` holds it to what the actions do.
"""

from __future__ import annotations

ROLE = "throughline_app"  # of the application, unless a site calls it otherwise
READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"

# Made by migrations alone. Who may write the last one may disarm the guard of what is append-only.
NOT_OURS_TO_WRITE = frozenset(
    {
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "append_only_key",
    }
)
# Rows that go from one state to the next, are corrected in place, or are locked while something is decided by them.
CHANGED = frozenset(
    {
        "tracking_assessmentrequest",
        "tracking_breakglass",
        "tracking_careteam",
        "tracking_death",
        "tracking_dose",
        "tracking_dosechange",
        "tracking_draftanswers",
        "tracking_entrydraft",
        "tracking_episodeend",
        "tracking_episodemark",
        "tracking_erasure",
        "tracking_failedtries",
        "tracking_heartbeat",
        "tracking_medicationcourse",
        "tracking_membership",
        "tracking_oddlook",
        "tracking_outboxmail",
        "tracking_patient",
        "tracking_patientidentity",
        "tracking_planneddosestep",
        "tracking_rateravailability",
        "tracking_ratingcall",
        "tracking_recordmove",
        "tracking_rolegrant",
        "tracking_runsheetentry",
        "tracking_safetyalert",
        "tracking_settingtemplate",
        "tracking_site",
        "tracking_sitecontacts",
        "tracking_sittinglink",
        "tracking_study",
        "tracking_studymark",
        "tracking_studymembership",
        "tracking_treatmentepisode",
        "tracking_treatmentsession",
        "tracking_unblinding",
        "tracking_user",
        "reports_courseflag",
        "reports_episodecourse",
        "reports_release",
        "reports_studyresult",
        "account_emailaddress",
        "django_session",
        "knox_authtoken",
        "mfa_authenticator",
        "throughline_cache",
    }
)
# What is derived, or has its time: drafts, links, sessions, tokens, counts of guesses.
REMOVED = frozenset(
    {
        "tracking_draftanswers",
        "tracking_entrydraft",
        "tracking_failedtries",
        "tracking_heartbeat",
        "tracking_rateravailability",
        "tracking_sitecontacts",
        "tracking_sittinglink",
        "tracking_sittinglink_requests",
        "reports_releasemember",
        "reports_studyresult",
        "account_emailaddress",
        "account_emailconfirmation",
        "django_session",
        "knox_authtoken",
        "mfa_authenticator",
        "throughline_cache",
    }
)


def rights_on(table: str) -> tuple[str, ...]:
    """The rights of the application on this table, in the words of PostgreSQL."""
    if table in NOT_OURS_TO_WRITE:
        return (READ,)
    more = ((CHANGE, CHANGED), (REMOVE, REMOVED))
    return (READ, ADD, *(right for right, tables in more if table in tables))
