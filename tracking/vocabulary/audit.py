"""What the audit log calls what was done, and how a reader is told. The words that are stored do not change: a new one
may come."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class AuditAction(TextChoices):
    """One write that is noted with who did it; also what ``reports`` does."""

    CREATE_SITE = "create_site", gettext_lazy("site set up")
    CHANGE_SITE_NAME = "change_site_name", gettext_lazy("name of the site changed")
    CHANGE_SITE_LANGUAGE = "change_site_language", gettext_lazy("language of the site changed")
    CHANGE_SITE_TAP = "change_site_tap", gettext_lazy("how questions are asked changed")
    CHANGE_CONTACTS = "change_contacts", gettext_lazy("crisis contacts changed")
    CREATE_TEAM = "create_team", gettext_lazy("care team created")
    ADD_MEMBER = "add_member", gettext_lazy("place in a team given")
    END_MEMBERSHIP = "end_membership", gettext_lazy("place in a team ended")
    CREATE_STUDY = "create_study", gettext_lazy("study created")
    ADD_STUDY_MEMBER = "add_study_member", gettext_lazy("study opened to somebody")
    END_STUDY_MEMBERSHIP = "end_study_membership", gettext_lazy("study closed to somebody")

    CREATE_USER = "create_user", gettext_lazy("account created")
    OPEN_USER = "open_user", gettext_lazy("account opened again")
    CLOSE_USER = "close_user", gettext_lazy("account closed")
    SEND_PASSWORD_LINK = "send_password_link", gettext_lazy("link to choose a password sent")
    END_SESSIONS = "end_sessions", gettext_lazy("signed out everywhere")
    RESET_SECOND_FACTOR = "reset_second_factor", gettext_lazy("second step of the sign-in reset")
    CHOOSE_LANGUAGE = "choose_language", gettext_lazy("own language chosen")
    GRANT_ROLE = "grant_role", gettext_lazy("role granted")
    END_ROLE = "end_role", gettext_lazy("role ended")
    APPROVE_ACCESS = "approve_access", gettext_lazy("access approved")
    REFUSE_ACCESS = "refuse_access", gettext_lazy("access refused")
    CREATE_TOKEN = "create_token", gettext_lazy("token made")
    REVOKE_TOKEN = "revoke_token", gettext_lazy("token revoked")

    ENROL_PATIENT = "enrol_patient", gettext_lazy("patient enrolled")
    LINK_ACCOUNT = "link_account", gettext_lazy("account of a patient linked")
    CONSENT_GIVEN = "consent_given", gettext_lazy("consent to research noted")
    CONSENT_WITHDRAWN = "consent_withdrawn", gettext_lazy("consent to research withdrawn")
    CHANGE_IDENTITY = "change_identity", gettext_lazy("name or contacts changed")
    CHANGE_LANGUAGE = "change_language", gettext_lazy("language of a patient changed")
    CHANGE_SEX = "change_sex", gettext_lazy("sex corrected")
    CHANGE_TIME_ZONE = "change_time_zone", gettext_lazy("time zone of a patient changed")
    SET_RESPONSIBLE = "set_responsible", gettext_lazy("responsible clinician named")
    TRANSFER_PATIENT = "transfer_patient", gettext_lazy("moved to another team")
    ASK_IF_KNOWN = "ask_if_known", gettext_lazy("asked whether somebody is known")
    ENROL_ALL_THE_SAME = "enrol_all_the_same", gettext_lazy("enrolled all the same")
    PROPOSE_UNDO = "propose_undo", gettext_lazy("taking a record out proposed")
    PROPOSE_MERGE = "propose_merge", gettext_lazy("merging two records proposed")
    APPROVE_MOVE = "approve_move", gettext_lazy("change of a record approved")
    REFUSE_MOVE = "refuse_move", gettext_lazy("change of a record refused")
    REVERSE_MOVE = "reverse_move", gettext_lazy("record put back")
    MAKE_COPY = "make_copy", gettext_lazy("own copy made")
    SET_RETENTION = "set_retention", gettext_lazy("rule of retention set")
    ASK_ERASURE = "ask_erasure", gettext_lazy("erasure asked for")
    APPROVE_ERASURE = "approve_erasure", gettext_lazy("erasure approved")
    REFUSE_ERASURE = "refuse_erasure", gettext_lazy("erasure refused")
    ERASE = "erase", gettext_lazy("erased")

    START_EPISODE = "start_episode", gettext_lazy("treatment begun")
    EPISODE_COMPLETED = "episode_completed", gettext_lazy("treatment completed")
    EPISODE_DISCONTINUED = "episode_discontinued", gettext_lazy("treatment ended early")
    EPISODE_RESUMED = "episode_resumed", gettext_lazy("treatment taken up again")
    RECORD_DEATH = "record_death", gettext_lazy("death recorded")
    VOID_DEATH = "void_death", gettext_lazy("death taken back")

    START_MEDICATION = "start_medication", gettext_lazy("medication started")
    MEDICATION_CHANGE = "medication_change", gettext_lazy("amount of a medication changed")
    MEDICATION_TAPER = "medication_taper", gettext_lazy("medication tapered")
    MEDICATION_STOP = "medication_stop", gettext_lazy("medication stopped")
    PLAN_TAPER = "plan_taper", gettext_lazy("taper planned")

    RECORD_SESSION = "record_session", gettext_lazy("session recorded")
    RECORD_DOSE = "record_dose", gettext_lazy("dose recorded")
    RECORD_SETTING = "record_setting", gettext_lazy("setting recorded")
    OVERRIDE_WASHOUT = "override_washout", gettext_lazy("dose given before the end of a washout")
    CONFIRM_AMOUNT = "confirm_amount", gettext_lazy("odd amount confirmed")
    SET_WASHOUT_RULE = "set_washout_rule", gettext_lazy("washout rule set")

    RUN_SHEET_CHECK = "run_sheet_check", gettext_lazy("check on the run-sheet")
    RUN_SHEET_WITHHELD = "run_sheet_withheld", gettext_lazy("supplement withheld")
    RUN_SHEET_EVENT = "run_sheet_event", gettext_lazy("event on the run-sheet")
    RUN_SHEET_OBSERVATION = "run_sheet_observation", gettext_lazy("observation on the run-sheet")
    RUN_SHEET_END = "run_sheet_end", gettext_lazy("dosing session ended")
    SIGN_RUN_SHEET = "sign_run_sheet", gettext_lazy("run-sheet signed")

    VOID_MEDICATIONCOURSE = "void_medicationcourse", gettext_lazy("medication taken back")
    VOID_DOSECHANGE = "void_dosechange", gettext_lazy("step of a medication taken back")
    VOID_PLANNEDDOSESTEP = "void_planneddosestep", gettext_lazy("planned step taken back")
    VOID_TREATMENTSESSION = "void_treatmentsession", gettext_lazy("session taken back")
    VOID_DOSE = "void_dose", gettext_lazy("dose taken back")
    VOID_RUNSHEETENTRY = "void_runsheetentry", gettext_lazy("line of the run-sheet taken back")

    STORE_SETTING_TEMPLATE = "store_setting_template", gettext_lazy("room described")
    RETIRE_SETTING_TEMPLATE = "retire_setting_template", gettext_lazy("room retired")

    CREATE_REQUEST = "create_request", gettext_lazy("questionnaire asked for")
    MOVE_REQUEST = "move_request", gettext_lazy("questionnaire moved")
    LOSE_REQUEST = "lose_request", gettext_lazy("questionnaire dropped by the plan")
    SET_REQUEST_DATES = "set_request_dates", gettext_lazy("days of a questionnaire set")
    CANCEL_REQUEST = "cancel_request", gettext_lazy("questionnaire cancelled")
    HAND_OVER_REQUEST = "hand_over_request", gettext_lazy("rating handed over")

    ISSUE_LINK = "issue_link", gettext_lazy("link made for a patient")
    MAIL_LINK = "mail_link", gettext_lazy("link mailed to a patient")
    OPEN_LINK = "open_link", gettext_lazy("link opened")
    REVOKE_LINK = "revoke_link", gettext_lazy("link revoked")

    BEGIN_ENTRY = "begin_entry", gettext_lazy("form begun")
    DISCARD_ENTRY = "discard_entry", gettext_lazy("form discarded")
    SUBMIT_ASSESSMENT = "submit_assessment", gettext_lazy("answers received")
    CORRECT_ASSESSMENT = "correct_assessment", gettext_lazy("answers corrected")
    RECORD_TOTAL = "record_total", gettext_lazy("total recorded")
    CORRECT_TOTAL = "correct_total", gettext_lazy("total corrected")
    IMPORT_SCORES = "import_scores", gettext_lazy("file imported")

    RAISE_ALERT = "raise_alert", gettext_lazy("safety alert raised")
    ALERT_ACKNOWLEDGED = "alert_acknowledged", gettext_lazy("safety alert taken on")
    ALERT_CLOSED = "alert_closed", gettext_lazy("safety alert closed")
    ESCALATE_ALERT = "escalate_alert", gettext_lazy("whole team told of a safety alert")

    ASSIGN_RATER = "assign_rater", gettext_lazy("rater assigned")
    RELEASE_RATER = "release_rater", gettext_lazy("rater released")
    REQUEST_SECOND_RATING = "request_second_rating", gettext_lazy("second rating asked for")
    SET_AVAILABILITY = "set_availability", gettext_lazy("availability said")
    END_AVAILABILITY = "end_availability", gettext_lazy("availability ended")

    ASK_CALL = "ask_call", gettext_lazy("call asked for")
    AGREE_CALL = "agree_call", gettext_lazy("time of a call agreed")

    ASK_UNBLINDING = "ask_unblinding", gettext_lazy("unblinding asked for")
    APPROVE_UNBLINDING = "approve_unblinding", gettext_lazy("unblinding approved")
    REFUSE_UNBLINDING = "refuse_unblinding", gettext_lazy("unblinding refused")

    PUBLISH_INSTRUMENT = "publish_instrument", gettext_lazy("own instrument published")
    RETIRE_INSTRUMENT = "retire_instrument", gettext_lazy("own instrument retired")
    ADD_WORDING = "add_wording", gettext_lazy("wording installed")
    WITHDRAW_WORDING = "withdraw_wording", gettext_lazy("wording withdrawn")

    SIMULATE_STUDY = "simulate_study", gettext_lazy("invented study made")

    RAISE_FLAG = "raise_flag", gettext_lazy("flag raised")
    CLOSE_FLAG = "close_flag", gettext_lazy("flag closed")
    FLAG_WITHDRAWN = "flag_withdrawn", gettext_lazy("flag withdrawn")
    FLAG_SUPERSEDED = "flag_superseded", gettext_lazy("flag replaced")

    REQUEST_RELEASE = "request_release", gettext_lazy("release asked for")
    DECIDE_RELEASE = "decide_release", gettext_lazy("release decided")
    BUILD_RELEASE = "build_release", gettext_lazy("release built")
    DOWNLOAD_RELEASE = "download_release", gettext_lazy("release fetched")
    EXPIRE_RELEASE = "expire_release", gettext_lazy("release expired")
    REVOKE_RELEASE = "revoke_release", gettext_lazy("release revoked")
    CLOSE_RELEASE = "close_release", gettext_lazy("release closed by itself")

    RELEASE_PARKED = "release_parked", gettext_lazy("parked jobs tried again")
    WANT_EVERYTHING = "want_everything", gettext_lazy("everything computed anew")
    SETTLE_CHAIN = "settle_chain", gettext_lazy("finding about the record explained")
    CLOSE_ODD_LOOK = "close_odd_look", gettext_lazy("odd look looked into")
    OPEN_GLASS = "open_glass", gettext_lazy("record opened in an emergency")
    END_GLASS = "end_glass", gettext_lazy("record of an emergency closed")

    @property
    def kind(self) -> DeedKind:
        """What it belongs to, as the list of all that was done is narrowed by."""
        return KINDS.get(self, DeedKind.CARE)


class DeedKind(TextChoices):
    """The kinds of what is done at a site."""

    ACCESS = "access", gettext_lazy("people, roles and teams")
    SIGN_IN = "sign-in", gettext_lazy("sign-in and tokens")
    SITE = "site", gettext_lazy("settings of the site")
    RELEASE = "release", gettext_lazy("releases and imports")
    RIGHTS = "rights", gettext_lazy("copies and erasures")
    OVERSIGHT = "oversight", gettext_lazy("emergencies and oversight")
    CARE = "care", gettext_lazy("work on records")


KINDS = {
    action: kind
    for kind, actions in {
        DeedKind.ACCESS: (
            AuditAction.CREATE_TEAM,
            AuditAction.ADD_MEMBER,
            AuditAction.END_MEMBERSHIP,
            AuditAction.CREATE_STUDY,
            AuditAction.ADD_STUDY_MEMBER,
            AuditAction.END_STUDY_MEMBERSHIP,
            AuditAction.CREATE_USER,
            AuditAction.OPEN_USER,
            AuditAction.CLOSE_USER,
            AuditAction.GRANT_ROLE,
            AuditAction.END_ROLE,
            AuditAction.APPROVE_ACCESS,
            AuditAction.REFUSE_ACCESS,
        ),
        DeedKind.SIGN_IN: (
            AuditAction.SEND_PASSWORD_LINK,
            AuditAction.END_SESSIONS,
            AuditAction.RESET_SECOND_FACTOR,
            AuditAction.CHOOSE_LANGUAGE,
            AuditAction.CREATE_TOKEN,
            AuditAction.REVOKE_TOKEN,
        ),
        DeedKind.SITE: (
            AuditAction.CREATE_SITE,
            AuditAction.CHANGE_SITE_NAME,
            AuditAction.CHANGE_SITE_LANGUAGE,
            AuditAction.CHANGE_SITE_TAP,
            AuditAction.CHANGE_CONTACTS,
            AuditAction.SET_RETENTION,
            AuditAction.SET_WASHOUT_RULE,
            AuditAction.STORE_SETTING_TEMPLATE,
            AuditAction.RETIRE_SETTING_TEMPLATE,
            AuditAction.PUBLISH_INSTRUMENT,
            AuditAction.RETIRE_INSTRUMENT,
            AuditAction.ADD_WORDING,
            AuditAction.WITHDRAW_WORDING,
            AuditAction.RELEASE_PARKED,
            AuditAction.WANT_EVERYTHING,
        ),
        DeedKind.RELEASE: (
            AuditAction.REQUEST_RELEASE,
            AuditAction.DECIDE_RELEASE,
            AuditAction.BUILD_RELEASE,
            AuditAction.DOWNLOAD_RELEASE,
            AuditAction.EXPIRE_RELEASE,
            AuditAction.REVOKE_RELEASE,
            AuditAction.CLOSE_RELEASE,
            AuditAction.IMPORT_SCORES,
            AuditAction.SIMULATE_STUDY,
        ),
        DeedKind.RIGHTS: (
            AuditAction.MAKE_COPY,
            AuditAction.ASK_ERASURE,
            AuditAction.APPROVE_ERASURE,
            AuditAction.REFUSE_ERASURE,
            AuditAction.ERASE,
        ),
        DeedKind.OVERSIGHT: (
            AuditAction.OPEN_GLASS,
            AuditAction.END_GLASS,
            AuditAction.CLOSE_ODD_LOOK,
            AuditAction.SETTLE_CHAIN,
        ),
    }.items()
    for action in actions
}
