"""The closed lists of the domain: what a column may say. Labels are what people read.

Imports no other room.
"""

from django.db.models import TextChoices

from tracking.vocabulary.audit import AuditAction as AuditAction
from tracking.vocabulary.reads import ReadPage as ReadPage


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


class MoveKind(TextChoices):
    """What becomes of a record that should not be one of its own."""

    UNDO = "undo", "Enrolled by mistake"
    MERGE = "merge", "Merged into another record"


class Diagnosis(TextChoices):
    MDD = "mdd", "Major depressive disorder"
    PTSD = "ptsd", "Post-traumatic stress disorder"
    ANXIETY = "anxiety", "Anxiety disorder"
    OTHER = "other", "Another diagnosis"


class EpisodeStatus(TextChoices):
    ACTIVE = "active", "In treatment"
    COMPLETED = "completed", "Completed"
    DISCONTINUED = "discontinued", "Stopped early"


class EndReason(TextChoices):
    """Why a treatment ended."""

    COMPLETED = "completed", "Completed"
    PATIENT = "patient", "Stopped by the patient"
    CLINICIAN = "clinician", "Stopped by the clinician"
    MOVED = "moved", "Moved to another place"
    LOST = "lost", "Lost from sight"
    DIED = "died", "Died"

    @property
    def status(self) -> EpisodeStatus:
        return EpisodeStatus.COMPLETED if self == EndReason.COMPLETED else EpisodeStatus.DISCONTINUED


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
    NURSE = "nurse", "Nurse"
    FACILITATOR = "facilitator", "Facilitator"
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
    LIMIT = "limit", "Dose given although a value was beyond its limit"
    AMOUNT = "amount", "What was given although it was asked about"
    LEAVING = "leaving", "Ended although something was open"


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
    PREVENTED = "prevented", "The patient could not: ill, away, not reached"
    MISTAKE = "mistake", "Asked for by mistake"
    ENDED = "ended", "The treatment ended"
    DIED = "died", "The patient died"


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
