"""What the audit log calls what was done. The words are stored: a new one may come, none changes."""

from django.db.models import TextChoices


class AuditAction(TextChoices):
    """One write that is noted with who did it; also what ``reports`` does."""

    CREATE_SITE = "create_site"
    CHANGE_SITE_LANGUAGE = "change_site_language"
    CHANGE_SITE_TAP = "change_site_tap"
    CREATE_TEAM = "create_team"
    ADD_MEMBER = "add_member"
    END_MEMBERSHIP = "end_membership"
    CREATE_STUDY = "create_study"
    ADD_STUDY_MEMBER = "add_study_member"
    END_STUDY_MEMBERSHIP = "end_study_membership"

    CREATE_USER = "create_user"
    OPEN_USER = "open_user"
    CLOSE_USER = "close_user"
    GRANT_ROLE = "grant_role"
    END_ROLE = "end_role"
    CREATE_TOKEN = "create_token"
    REVOKE_TOKEN = "revoke_token"

    ENROL_PATIENT = "enrol_patient"
    LINK_ACCOUNT = "link_account"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CHANGE_IDENTITY = "change_identity"
    CHANGE_LANGUAGE = "change_language"

    START_EPISODE = "start_episode"
    EPISODE_COMPLETED = "episode_completed"
    EPISODE_DISCONTINUED = "episode_discontinued"
    EPISODE_RESUMED = "episode_resumed"
    RECORD_DEATH = "record_death"
    VOID_DEATH = "void_death"

    START_MEDICATION = "start_medication"
    MEDICATION_CHANGE = "medication_change"
    MEDICATION_TAPER = "medication_taper"
    MEDICATION_STOP = "medication_stop"
    PLAN_TAPER = "plan_taper"

    RECORD_SESSION = "record_session"
    RECORD_DOSE = "record_dose"
    RECORD_SETTING = "record_setting"
    OVERRIDE_WASHOUT = "override_washout"
    CONFIRM_AMOUNT = "confirm_amount"
    SET_WASHOUT_RULE = "set_washout_rule"

    RUN_SHEET_CHECK = "run_sheet_check"
    RUN_SHEET_WITHHELD = "run_sheet_withheld"
    RUN_SHEET_EVENT = "run_sheet_event"
    RUN_SHEET_OBSERVATION = "run_sheet_observation"
    RUN_SHEET_END = "run_sheet_end"
    SIGN_RUN_SHEET = "sign_run_sheet"

    VOID_MEDICATIONCOURSE = "void_medicationcourse"
    VOID_DOSECHANGE = "void_dosechange"
    VOID_PLANNEDDOSESTEP = "void_planneddosestep"
    VOID_TREATMENTSESSION = "void_treatmentsession"
    VOID_DOSE = "void_dose"
    VOID_RUNSHEETENTRY = "void_runsheetentry"

    STORE_SETTING_TEMPLATE = "store_setting_template"
    RETIRE_SETTING_TEMPLATE = "retire_setting_template"

    CREATE_REQUEST = "create_request"
    MOVE_REQUEST = "move_request"
    LOSE_REQUEST = "lose_request"
    SET_REQUEST_DATES = "set_request_dates"
    CANCEL_REQUEST = "cancel_request"
    HAND_OVER_REQUEST = "hand_over_request"

    ISSUE_LINK = "issue_link"
    MAIL_LINK = "mail_link"
    OPEN_LINK = "open_link"
    REVOKE_LINK = "revoke_link"

    BEGIN_ENTRY = "begin_entry"
    DISCARD_ENTRY = "discard_entry"
    SUBMIT_ASSESSMENT = "submit_assessment"
    CORRECT_ASSESSMENT = "correct_assessment"
    RECORD_TOTAL = "record_total"
    CORRECT_TOTAL = "correct_total"
    IMPORT_SCORES = "import_scores"

    RAISE_ALERT = "raise_alert"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_CLOSED = "alert_closed"
    ESCALATE_ALERT = "escalate_alert"

    ASSIGN_RATER = "assign_rater"
    RELEASE_RATER = "release_rater"
    REQUEST_SECOND_RATING = "request_second_rating"
    SET_AVAILABILITY = "set_availability"
    END_AVAILABILITY = "end_availability"

    ASK_CALL = "ask_call"
    AGREE_CALL = "agree_call"

    ASK_UNBLINDING = "ask_unblinding"
    APPROVE_UNBLINDING = "approve_unblinding"
    REFUSE_UNBLINDING = "refuse_unblinding"

    PUBLISH_INSTRUMENT = "publish_instrument"
    RETIRE_INSTRUMENT = "retire_instrument"
    ADD_WORDING = "add_wording"
    WITHDRAW_WORDING = "withdraw_wording"

    SIMULATE_STUDY = "simulate_study"

    RAISE_FLAG = "raise_flag"
    CLOSE_FLAG = "close_flag"
    FLAG_WITHDRAWN = "flag_withdrawn"
    FLAG_SUPERSEDED = "flag_superseded"

    REQUEST_RELEASE = "request_release"
    DECIDE_RELEASE = "decide_release"
    BUILD_RELEASE = "build_release"
    DOWNLOAD_RELEASE = "download_release"
    EXPIRE_RELEASE = "expire_release"

    RELEASE_PARKED = "release_parked"
    WANT_EVERYTHING = "want_everything"
