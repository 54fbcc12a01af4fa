"""The closed lists of the domain: what a column may say. Labels are what people read."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What somebody is trusted with. Each role's sentence is shown where roles are granted."""

    CLINICIAN = "clinician", "Clinician"
    RATER = "rater", "Independent rater"
    RESEARCHER = "researcher", "Researcher"
    STEWARD = "steward", "Data steward"
    ADMINISTRATOR = "administrator", "Site administrator"
    PATIENT = "patient", "Patient"

    @property
    def sentence(self) -> str:
        return ROLE_SENTENCES[self]


ROLE_SENTENCES = {
    Role.CLINICIAN: "Sees and records everything about the patients of the own care teams.",
    Role.RATER: "Sees a study code and the scale that was assigned, nothing else.",
    Role.RESEARCHER: "Sees figures of the own studies, and asks for de-identified releases.",
    Role.STEWARD: "Approves or refuses the releases that somebody else asked for.",
    Role.ADMINISTRATOR: "Manages users, teams and roles of a site. Sees no clinical value.",
    Role.PATIENT: "Answers questionnaires and reads the own answers.",
}


class Sex(TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Another"
    UNKNOWN = "unknown", "Not recorded"


class Diagnosis(TextChoices):
    MDD = "mdd", "Major depressive disorder"
    PTSD = "ptsd", "Post-traumatic stress disorder"
    ANXIETY = "anxiety", "Anxiety disorder"
    OTHER = "other", "Another diagnosis"


class EpisodeStatus(TextChoices):
    ACTIVE = "active", "In treatment"
    COMPLETED = "completed", "Completed"
    DISCONTINUED = "discontinued", "Stopped early"


class SessionKind(TextChoices):
    PREPARATION = "preparation", "Preparation"
    PSYCHOTHERAPY = "psychotherapy", "Psychotherapy"
    DOSING = "dosing", "Dosing session"
    INTEGRATION = "integration", "Integration"
    MEDICATION = "medication", "Medication visit"


class Attendance(TextChoices):
    ATTENDED = "attended", "Attended"
    MISSED = "missed", "Missed"
    CANCELLED = "cancelled", "Cancelled"


class PresenceRole(TextChoices):
    LEAD = "lead", "Lead therapist"
    SECOND = "second", "Second therapist"
    PHYSICIAN = "physician", "Physician"
    OTHER = "other", "Another person"


class Route(TextChoices):
    ORAL = "oral", "By mouth"
    INTRAVENOUS = "intravenous", "Into a vein"
    INTRAMUSCULAR = "intramuscular", "Into a muscle"
    INTRANASAL = "intranasal", "Into the nose"
    TRANSCRANIAL = "transcranial", "Through the skull, by a device"
    OTHER = "other", "Another route"


class DoseUnit(TextChoices):
    MG = "mg", "mg"
    UG = "ug", "µg"
    MG_PER_KG = "mg/kg", "mg/kg"
    PULSES = "pulses", "pulses"


class DosePart(TextChoices):
    MAIN = "main", "Dose"
    SUPPLEMENT = "supplement", "Supplemental dose"


class RunSheetKind(TextChoices):
    """A line of a dosing session's run-sheet that is neither a dose nor an assessment."""

    CHECK = "check", "Check before the dose"
    WITHHELD = "withheld", "Supplemental dose withheld"
    EVENT = "event", "Event"
    OBSERVATION = "observation", "Observation"
    END = "end", "End of the session"


class CheckTopic(TextChoices):
    """What is asked before the dose and answered by a tap. Vital signs and interviews are assessments."""

    TWO_PRESENT = "two_present", "Two clinicians present"
    WASHOUT = "washout", "Medication stopped long enough before"
    CONSENT = "consent_today", "The patient consents to go on today"
    WAY_HOME = "way_home", "Somebody to take the patient home is known"
    OVERRIDE = "override", "Dose given although a check was open or not met"


class EventTopic(TextChoices):
    """What often happens in a session, for one tap."""

    MUSIC = "music", "Music changed"
    EYESHADES_OFF = "eyeshades_off", "Eyeshades off"
    EYESHADES_ON = "eyeshades_on", "Eyeshades on"
    BATHROOM = "bathroom", "Bathroom"
    DRINK = "drink", "Drank or ate"
    TOUCH_ASKED = "touch_asked", "Touch asked for"
    TOUCH_DECLINED = "touch_declined", "Touch declined"
    NAUSEA = "nausea", "Nausea"
    DISTRESS = "distress", "Anxious or distressed"
    TALK = "talk", "Talked"
    DISTURBANCE = "disturbance", "Disturbance"


class DoseStep(TextChoices):
    START = "start", "Start"
    CHANGE = "change", "Change"
    TAPER = "taper", "Taper step"
    STOP = "stop", "Stop"


class StopReason(TextChoices):
    WASHOUT = "washout", "Washout before dosing"
    RECOVERED = "recovered", "No longer needed"
    NO_EFFECT = "no_effect", "Not enough effect"
    SIDE_EFFECTS = "side_effects", "Side effects"
    PATIENT_CHOICE = "patient_choice", "The patient's choice"
    OTHER = "other", "Another reason"


class AnswerSource(TextChoices):
    SELF = "self", "Answered by the patient"
    CLINICIAN = "clinician", "Rated by a clinician"
    CLINICIAN_ENTERED = "clinician_entered", "Entered for the patient"
    IMPORTED = "imported", "Imported"


class Wording(TextChoices):
    """Which words were on the screen or on the paper; the first three are those of an instrument's rights."""

    VERBATIM = "verbatim", "The original wording."
    SITE = "site", "Wording supplied by the site."
    LABELS = "labels", "Labels in our own words: the original wording is not ours to show."
    IMPORTED = "imported", "Imported from a file: which wording was on the paper is not known."
    SCORE_ONLY = "score-only", "Only totals were recorded."


class RequestStatus(TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class CancelReason(TextChoices):
    NOT_NEEDED = "not_needed", "No longer needed"
    DECLINED = "declined", "The patient declined"
    MISTAKE = "mistake", "Asked for by mistake"


class AlertLevel(TextChoices):
    REVIEW = "review", "Needs review"
    URGENT = "urgent", "Urgent"


class AlertStatus(TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


class ItemState(TextChoices):
    ENDORSED = "endorsed", "Endorsed"
    DENIED = "denied", "Denied"
    UNANSWERED = "unanswered", "Left unanswered"


class ConsentKind(TextChoices):
    GIVEN = "given", "Given"
    WITHDRAWN = "withdrawn", "Withdrawn"


class AuditAction(TextChoices):
    """What was done, as the audit log names it; also what ``reports`` does. Stored words: never renamed."""

    CREATE_SITE = "create_site"
    CHANGE_SITE_LANGUAGE = "change_site_language"
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

    START_MEDICATION = "start_medication"
    MEDICATION_CHANGE = "medication_change"
    MEDICATION_TAPER = "medication_taper"
    MEDICATION_STOP = "medication_stop"
    PLAN_TAPER = "plan_taper"

    RECORD_SESSION = "record_session"
    RECORD_DOSE = "record_dose"
    RECORD_SETTING = "record_setting"
    OVERRIDE_WASHOUT = "override_washout"
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

    ISSUE_LINK = "issue_link"
    MAIL_LINK = "mail_link"
    OPEN_LINK = "open_link"
    REVOKE_LINK = "revoke_link"

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
