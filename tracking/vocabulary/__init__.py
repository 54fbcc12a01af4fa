"""The closed lists of the domain: what a column may say. Labels are what people read.

Imports no other room.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking.vocabulary.audit import AuditAction as AuditAction
from tracking.vocabulary.reads import Place as Place
from tracking.vocabulary.reads import ReadPage as ReadPage
from tracking.vocabulary.reads import place_of as place_of


class Role(TextChoices):
    """What somebody is trusted with. Each role's sentence is shown where roles are granted."""

    CLINICIAN = "clinician", gettext_lazy("Clinician")
    RATER = "rater", gettext_lazy("Independent rater")
    RESEARCHER = "researcher", gettext_lazy("Researcher")
    STEWARD = "steward", gettext_lazy("Data steward")
    ADMINISTRATOR = "administrator", gettext_lazy("Site administrator")
    OFFICER = "officer", gettext_lazy("Privacy officer")
    PATIENT = "patient", gettext_lazy("Patient")

    @property
    def sentence(self) -> str:
        return str(ROLE_SENTENCES[self])


ROLE_SENTENCES = {
    Role.CLINICIAN: gettext_lazy("Sees and records everything about the patients of the own care teams."),
    Role.RATER: gettext_lazy("Sees a study code and the scale that was assigned, nothing else."),
    Role.RESEARCHER: gettext_lazy("Sees figures of the own studies, and asks for de-identified releases."),
    Role.STEWARD: gettext_lazy("Approves or refuses the releases that somebody else asked for."),
    Role.ADMINISTRATOR: gettext_lazy("Manages users, teams and roles of a site. Sees no clinical value."),
    Role.OFFICER: gettext_lazy("Sees who looked at whom at a site, by study code. Sees no clinical value."),
    Role.PATIENT: gettext_lazy("Answers questionnaires and reads the own answers."),
}


class Standing(TextChoices):
    """How far something is that an administrator gives: a role, a place in a team, a study."""

    GIVEN = "given"
    ASKED = "asked"  # of a second person
    DELAYED = "delayed"  # where there is none
    REFUSED = "refused"  # or taken back


class Sex(TextChoices):
    FEMALE = "female", pgettext_lazy("sex", "Female")
    MALE = "male", pgettext_lazy("sex", "Male")
    OTHER = "other", pgettext_lazy("sex", "Another")
    UNKNOWN = "unknown", pgettext_lazy("sex", "Not recorded")


class Holding(TextChoices):
    """What is held about a person, by how long it has to be kept."""

    RECORD = "record", gettext_lazy("The record of treatment")
    IDENTITY = "identity", gettext_lazy("Who the person is")
    REST = "rest", gettext_lazy("What is no record: account, links, drafts, mail")


class MoveKind(TextChoices):
    """What becomes of a record that should not be one of its own."""

    UNDO = "undo", gettext_lazy("Enrolled by mistake")
    MERGE = "merge", gettext_lazy("Merged into another record")


class Diagnosis(TextChoices):
    MDD = "mdd", gettext_lazy("Major depressive disorder")
    PTSD = "ptsd", gettext_lazy("Post-traumatic stress disorder")
    ANXIETY = "anxiety", gettext_lazy("Anxiety disorder")
    OTHER = "other", gettext_lazy("Another diagnosis")


class EpisodeStatus(TextChoices):
    ACTIVE = "active", gettext_lazy("In treatment")
    COMPLETED = "completed", pgettext_lazy("treatment", "Completed")
    DISCONTINUED = "discontinued", pgettext_lazy("treatment", "Stopped early")


class EndReason(TextChoices):
    """Why a treatment ended."""

    COMPLETED = "completed", pgettext_lazy("treatment", "Completed")
    PATIENT = "patient", gettext_lazy("Stopped by the patient")
    CLINICIAN = "clinician", gettext_lazy("Stopped by the clinician")
    MOVED = "moved", gettext_lazy("Moved to another place")
    LOST = "lost", gettext_lazy("Lost from sight")
    DIED = "died", gettext_lazy("Died")

    @property
    def status(self) -> EpisodeStatus:
        return EpisodeStatus.COMPLETED if self == EndReason.COMPLETED else EpisodeStatus.DISCONTINUED


class SessionKind(TextChoices):
    PREPARATION = "preparation", gettext_lazy("Preparation")
    PSYCHOTHERAPY = "psychotherapy", gettext_lazy("Psychotherapy")
    DOSING = "dosing", gettext_lazy("Dosing session")
    INTEGRATION = "integration", gettext_lazy("Integration")
    MEDICATION = "medication", gettext_lazy("Medication visit")


class Attendance(TextChoices):
    ATTENDED = "attended", pgettext_lazy("session", "Attended")
    MISSED = "missed", pgettext_lazy("session", "Missed")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class PresenceRole(TextChoices):
    LEAD = "lead", gettext_lazy("Lead therapist")
    SECOND = "second", gettext_lazy("Second therapist")
    PHYSICIAN = "physician", gettext_lazy("Physician")
    NURSE = "nurse", gettext_lazy("Nurse")
    FACILITATOR = "facilitator", gettext_lazy("Facilitator")
    OTHER = "other", gettext_lazy("Another person")


class Route(TextChoices):
    ORAL = "oral", gettext_lazy("By mouth")
    INTRAVENOUS = "intravenous", gettext_lazy("Into a vein")
    INTRAMUSCULAR = "intramuscular", gettext_lazy("Into a muscle")
    INTRANASAL = "intranasal", gettext_lazy("Into the nose")
    TRANSCRANIAL = "transcranial", gettext_lazy("Through the skull, by a device")
    OTHER = "other", gettext_lazy("Another route")


class DoseUnit(TextChoices):
    MG = "mg", "mg"
    UG = "ug", "µg"
    MG_PER_KG = "mg/kg", "mg/kg"
    PULSES = "pulses", gettext_lazy("pulses")


class DosePart(TextChoices):
    MAIN = "main", pgettext_lazy("given in a session", "Dose")
    SUPPLEMENT = "supplement", gettext_lazy("Supplemental dose")


class RunSheetKind(TextChoices):
    """A line of a dosing session's run-sheet that is neither a dose nor an assessment."""

    CHECK = "check", gettext_lazy("Check before the dose")
    WITHHELD = "withheld", gettext_lazy("Supplemental dose withheld")
    EVENT = "event", pgettext_lazy("run-sheet", "Event")
    OBSERVATION = "observation", pgettext_lazy("run-sheet", "Observation")
    END = "end", gettext_lazy("End of the session")


class CheckTopic(TextChoices):
    """What is asked before the dose and answered by a tap. Vital signs and interviews are assessments."""

    TWO_PRESENT = "two_present", gettext_lazy("Two clinicians present")
    WASHOUT = "washout", gettext_lazy("Medication stopped long enough before")
    CONSENT = "consent_today", gettext_lazy("The patient consents to go on today")
    WAY_HOME = "way_home", gettext_lazy("Somebody to take the patient home is known")
    OVERRIDE = "override", gettext_lazy("Dose given although a check was open or not met")
    LIMIT = "limit", gettext_lazy("Dose given although a value was beyond its limit")
    AMOUNT = "amount", gettext_lazy("What was given although it was asked about")
    LEAVING = "leaving", gettext_lazy("Ended although something was open")


class EventTopic(TextChoices):
    """What often happens in a session, for one tap."""

    MUSIC = "music", gettext_lazy("Music changed")
    EYESHADES_OFF = "eyeshades_off", gettext_lazy("Eyeshades off")
    EYESHADES_ON = "eyeshades_on", gettext_lazy("Eyeshades on")
    BATHROOM = "bathroom", pgettext_lazy("event", "Bathroom")
    DRINK = "drink", pgettext_lazy("event", "Drank or ate")
    TOUCH_ASKED = "touch_asked", gettext_lazy("Touch asked for")
    TOUCH_DECLINED = "touch_declined", gettext_lazy("Touch declined")
    NAUSEA = "nausea", pgettext_lazy("event", "Nausea")
    DISTRESS = "distress", pgettext_lazy("event", "Anxious or distressed")
    TALK = "talk", pgettext_lazy("event", "Talked")
    DISTURBANCE = "disturbance", pgettext_lazy("event", "Disturbance")


class DoseStep(TextChoices):
    START = "start", pgettext_lazy("step of a medication", "Start")
    CHANGE = "change", pgettext_lazy("step of a medication", "Change")
    TAPER = "taper", gettext_lazy("Taper step")
    STOP = "stop", pgettext_lazy("step of a medication", "Stop")


class StopReason(TextChoices):
    WASHOUT = "washout", gettext_lazy("Washout before dosing")
    RECOVERED = "recovered", gettext_lazy("No longer needed")
    NO_EFFECT = "no_effect", gettext_lazy("Not enough effect")
    SIDE_EFFECTS = "side_effects", gettext_lazy("Side effects")
    PATIENT_CHOICE = "patient_choice", gettext_lazy("The patient's choice")
    OTHER = "other", gettext_lazy("Another reason")


class AnswerSource(TextChoices):
    SELF = "self", gettext_lazy("Answered by the patient")
    CLINICIAN = "clinician", gettext_lazy("Rated by a clinician")
    CLINICIAN_ENTERED = "clinician_entered", gettext_lazy("Entered for the patient")
    IMPORTED = "imported", gettext_lazy("Imported")


class Wording(TextChoices):
    """Which words were on the screen or on the paper; the first three are those of an instrument's rights."""

    VERBATIM = "verbatim", gettext_lazy("The original wording.")
    SITE = "site", gettext_lazy("Wording supplied by the site.")
    LABELS = "labels", gettext_lazy("Labels in our own words: the original wording is not ours to show.")
    IMPORTED = "imported", gettext_lazy("Imported from a file: which wording was on the paper is not known.")
    SCORE_ONLY = "score-only", gettext_lazy("Only totals were recorded.")


class RequestStatus(TextChoices):
    OPEN = "open", pgettext_lazy("questionnaire", "Open")
    DONE = "done", pgettext_lazy("questionnaire", "Done")
    CANCELLED = "cancelled", pgettext_lazy("questionnaire", "Cancelled")


class CancelReason(TextChoices):
    NOT_NEEDED = "not_needed", gettext_lazy("No longer needed")
    DECLINED = "declined", gettext_lazy("The patient declined")
    PREVENTED = "prevented", gettext_lazy("The patient could not: ill, away, not reached")
    MISTAKE = "mistake", gettext_lazy("Asked for by mistake")
    ENDED = "ended", gettext_lazy("The treatment ended")
    DIED = "died", gettext_lazy("The patient died")


class AlertLevel(TextChoices):
    REVIEW = "review", gettext_lazy("Needs review")
    URGENT = "urgent", gettext_lazy("Urgent")


class AlertStatus(TextChoices):
    OPEN = "open", pgettext_lazy("alert", "Open")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "Acknowledged")
    CLOSED = "closed", pgettext_lazy("alert", "Closed")


class ItemState(TextChoices):
    ENDORSED = "endorsed", pgettext_lazy("safety item", "Endorsed")
    DENIED = "denied", pgettext_lazy("safety item", "Denied")
    UNANSWERED = "unanswered", pgettext_lazy("safety item", "Left unanswered")


class ConsentKind(TextChoices):
    GIVEN = "given", pgettext_lazy("consent", "Given")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
