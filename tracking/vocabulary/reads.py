"""What the read log calls the pages on which somebody is shown. The words are stored: a new one may come, none
changes."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class ReadPage(TextChoices):
    """A page, or a door of the API, that shows patients. Each is noted with the person who looked."""

    ADMINISTRATION_AUDIT = "administration-audit"
    ADMINISTRATION_DUPLICATES = "administration-duplicates"
    ALERTS = "alerts"
    ASSESSMENT = "assessment"
    ASSESSMENT_CORRECT = "assessment-correct"
    CALL_AGREE = "call-agree"
    CONSENT = "consent"
    DEATH_NEW = "death-new"
    DEATH_VOID = "death-void"
    DISCONTINUATION_ASK = "discontinuation-ask"
    DOSE_NEW = "dose-new"
    DOSING_BEGIN = "dosing-begin"
    EMERGENCY_RECORD = "emergency-record"
    ENTRY_DISCARD = "entry-discard"
    EPISODE_END = "episode-end"
    EPISODE_NEW = "episode-new"
    LINK_NEW = "link-new"
    MEDICATION = "medication"
    MEDICATION_NEW = "medication-new"
    OVERSIGHT = "oversight"
    OWN_TEAMS = "own-teams"
    PATIENT = "patient"
    PATIENT_COPY = "patient-copy"
    PATIENT_ERASE = "patient-erase"
    PATIENT_IDENTITY = "patient-identity"
    PATIENT_NEW = "patient-new"
    PATIENT_RESPONSIBLE = "patient-responsible"
    PATIENT_TRANSFER = "patient-transfer"
    PATIENTS = "patients"
    PLANNED_TAKE = "planned-take"
    RATE = "rate"
    RATE_NEW = "rate-new"
    RATER_ASSIGN = "rater-assign"
    RATING_GUESS = "rating-guess"
    RATING_LEARNT = "rating-learnt"
    RATINGS = "ratings"
    RECORD_MERGE = "record-merge"
    RECORD_MOVE = "record-move"
    RECORD_MOVES = "record-moves"
    RECORD_UNDO = "record-undo"
    RECORD_VOID = "record-void"
    REQUEST_EXCUSE = "request-excuse"
    REQUEST_HAND_OVER = "request-hand-over"
    REQUEST_NEW = "request-new"
    RUN_SHEET = "run-sheet"
    RUN_SHEET_DOSE = "run-sheet-dose"
    RUN_SHEET_FORM = "run-sheet-form"
    RUN_SHEET_LINE = "run-sheet-line"
    RUN_SHEET_SIGN = "run-sheet-sign"
    SECOND_RATING = "second-rating"
    SESSION = "session"
    SESSION_NEW = "session-new"
    SESSION_SETTING = "session-setting"
    STUDY_SETTING = "study-setting"
    TAPER_PLAN = "taper-plan"
    TODAY = "today"
    TOTAL_CORRECT = "total-correct"
    TOTAL_NEW = "total-new"
    UNBLINDING = "unblinding"
    UNBLINDING_NEW = "unblinding-new"

    API_ASSESSMENTS = "api-assessments"
    API_CASELOAD = "api-caseload"
    API_COURSES = "api-courses"
    API_EPISODES = "api-episodes"
    API_FHIR_OBSERVATIONS = "api-fhir-observations"
    API_FHIR_RESPONSES = "api-fhir-responses"
    API_FLAGS = "api-flags"
    API_PATIENTS = "api-patients"
    API_RATINGS = "api-ratings"
    API_REQUESTS = "api-requests"

    @property
    def place(self) -> Place:
        """What somebody was shown there, as it is told to whoever watches over it and to the patient."""
        return OTHER_PLACES.get(self, Place.PROGRAM if self.startswith("api-") else Place.RECORD)


class Place(TextChoices):
    """What is shown on such a page, in words for people who do not know the pages."""

    LIST = "list", gettext_lazy("a list of patients")
    RECORD = "record", gettext_lazy("the record")
    IDENTITY = "identity", gettext_lazy("name and contacts")
    ANSWERS = "answers", gettext_lazy("answers")
    RATING = "rating", gettext_lazy("what is rated")
    EMERGENCY = "emergency", gettext_lazy("the record, in an emergency")
    OVERSIGHT = "oversight", gettext_lazy("who looked")
    DEEDS = "deeds", gettext_lazy("who did what")
    PROGRAM = "program", gettext_lazy("by another program")


OTHER_PLACES = {
    page: place
    for place, pages in {
        Place.LIST: (
            ReadPage.ADMINISTRATION_DUPLICATES,
            ReadPage.ALERTS,
            ReadPage.OWN_TEAMS,
            ReadPage.PATIENTS,
            ReadPage.RECORD_MOVES,
            ReadPage.STUDY_SETTING,
            ReadPage.TODAY,
        ),
        Place.IDENTITY: (ReadPage.PATIENT_IDENTITY, ReadPage.PATIENT_NEW),
        Place.ANSWERS: (
            ReadPage.ASSESSMENT,
            ReadPage.ASSESSMENT_CORRECT,
            ReadPage.RATE,
            ReadPage.RATE_NEW,
            ReadPage.TOTAL_CORRECT,
            ReadPage.TOTAL_NEW,
        ),
        Place.RATING: (
            ReadPage.RATING_GUESS,
            ReadPage.RATING_LEARNT,
            ReadPage.RATINGS,
            ReadPage.API_RATINGS,
        ),
        Place.EMERGENCY: (ReadPage.EMERGENCY_RECORD,),
        Place.OVERSIGHT: (ReadPage.OVERSIGHT,),
        Place.DEEDS: (ReadPage.ADMINISTRATION_AUDIT,),
    }.items()
    for page in pages
}

PLACES = {page.value: page.place for page in ReadPage}


def place_of(page: str) -> Place:
    """What was shown on a page of the log; where there is no such page any more, the record. For many rows: a choice
    makes the list of its values anew whenever it is asked for."""
    return PLACES.get(page, Place.RECORD)
