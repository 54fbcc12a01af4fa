"""Who gets in where: the reviewed table. A route that is not in it fails the tests.

One line a route and place. A cell says what somebody meets, in the order of ``ROLES``: ``+`` is let in, ``L`` is
sent to sign in (the API: 401), ``3`` is told that this kind of page is not theirs, ``4`` is told that there is
nothing, in the very words for what does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.architecture.world import ROLES

#               anonymous, link, patient, clinician, outsider, rater, researcher, steward, administrator, officer
ANYBODY = "+ + + + + + + + + +"
SITTING = "4 + 4 4 4 4 4 4 4 4"
SIGNED_IN = "L L + + + + + + + +"
STAFF = "L L 3 + + + + + + +"
STAFF_NOT_RATER = "L L 3 + + 4 + + + +"  # what patients are asked: a rater meets only what is rated
PATIENT = "L L + 3 3 3 3 3 3 3"
CLINICIANS = "L L 3 + + 3 3 3 3 3"
TEAM = "L L 3 + 4 3 3 3 3 3"
TEAM_NOT_RATER = "L L 3 + 4 4 3 3 3 3"  # a kind of page that raters have, too, but not of this row
TEAM_AND_RATER = "L L 3 + 4 + 3 3 3 3"
OPENER = "L L 3 + 4 3 3 3 3 3"  # a record that the clinician has opened in an emergency
AUTHOR = "L L 3 + 4 4 3 3 3 3"  # a form that the clinician has begun: nobody else's, whoever they are
RATER_ALONE = "L L 3 3 4 + 3 3 3 3"  # a rating that was given away: the therapist may see it, not make it
RATERS = "L L 3 3 3 + 3 3 3 3"
NOT_ANY_RATERS = "L L 3 3 3 4 3 3 3 3"
FIGURES = "L L 3 + + 3 + + 3 3"
PROTOCOLS = "L L 3 + + 3 + + + 3"
OF_STUDY = "L L 3 4 4 3 + + 3 3"
RELEASES = "L L 3 3 3 3 + + 3 3"
RESEARCHERS = "L L 3 3 3 3 + 3 3 3"
STEWARDS = "L L 3 3 3 3 3 + 3 3"
ADMINISTRATORS = "L L 3 3 3 3 3 3 + 3"
OFFICERS = "L L 3 3 3 3 3 3 3 +"


@dataclass(frozen=True)
class Row:
    """``get`` and ``post``: the cells by role, empty where the route does not know the method. ``body``: what
    an API route is sent."""

    route: str
    place: str = ""
    get: str = ""
    post: str = ""
    body: str = ""

    def cell(self, method: str, role: str) -> str:
        cells = self.get if method in {"GET", "HEAD"} else self.post if method == "POST" else ""
        return dict(zip(ROLES, cells.split(), strict=True))[role] if cells else ""

    def denial(self, role: str) -> str:
        """What the role meets at this route by whatever method, if it is never let in."""
        cells = {self.cell(method, role) for method in ("GET", "POST")} - {""}
        return cells.pop() if len(cells) == 1 else "+"

    def __str__(self) -> str:
        return f"{self.route}-{self.place}" if self.place else self.route


def reads(route: str, cells: str, place: str = "") -> Row:
    return Row(route, place, get=cells)


def writes(route: str, cells: str, place: str = "", body: str = "") -> Row:
    return Row(route, place, post=cells, body=body)


def both(route: str, cells: str, place: str = "") -> Row:
    return Row(route, place, get=cells, post=cells)


SITTINGS = [
    both("sitting-landing", ANYBODY, "token"),
    reads("sitting", SITTING),
    reads("sitting-done", SITTING),
    both("sitting-item", SITTING, "item"),
    writes("sitting-answer", SITTING, "open-report"),
    both("sitting-review", SITTING, "open-report"),
]
OWN = [
    reads("own-course", PATIENT),
    reads("own-looks", PATIENT),
    writes("own-answer", PATIENT),
    reads("own-answers", PATIENT, "self-report"),
    reads("own-answers", "L L 4 3 3 3 3 3 3 3", "rating-of-team"),
]
ENTRY = [
    both("rate", TEAM_NOT_RATER, "open-report"),
    both("rate", RATER_ALONE, "open-rating"),
    both("rate-new", TEAM, "rate-new"),
    both("entry-discard", AUTHOR, "entry-draft"),
    both("total-new", TEAM, "total-new"),
    both("total-correct", TEAM, "total"),
    both("request-new", TEAM, "episode"),
    both("link-new", TEAM, "episode"),
    both("request-excuse", TEAM, "open-report"),
    both("request-hand-over", TEAM, "open-to-team"),
    reads("assessment", TEAM_NOT_RATER, "self-report"),
    reads("assessment", TEAM_NOT_RATER, "rating-of-team"),
    reads("assessment", TEAM_AND_RATER, "rating-of-rater"),
    both("assessment-correct", TEAM_NOT_RATER, "rating-of-team"),
    both("assessment-correct", TEAM_AND_RATER, "rating-of-rater"),
    reads("ratings", RATERS),
    writes("call-ask", RATERS, "open-rating"),
    writes("call-ask", NOT_ANY_RATERS, "open-report"),
    both("call-agree", TEAM, "call"),
    both("rating-guess", RATERS, "rating-of-rater"),
    both("rating-guess", NOT_ANY_RATERS, "rating-of-team"),
    both("availability", RATERS),
    writes("availability-end", RATERS),
    both("rating-learnt", RATERS),
    both("rater-assign", TEAM, "open-rating"),
    both("second-rating", TEAM, "open-rating"),
    both("unblinding-new", TEAM, "episode"),
    both("unblinding", TEAM, "unblinding"),
    reads("alerts", CLINICIANS),
    writes("alert-acknowledge", TEAM, "alert"),
    writes("alert-close", TEAM, "alert"),
]
TREATMENT = [
    both("patient-new", CLINICIANS),
    both("patient-identity", TEAM, "patient"),
    both("patient-responsible", TEAM, "patient"),
    both("patient-transfer", TEAM, "patient"),
    both("patient-copy", TEAM, "patient"),
    both("patient-erase", TEAM, "patient"),
    both("record-undo", TEAM, "patient"),
    both("record-merge", TEAM, "patient"),
    reads("record-moves", CLINICIANS),
    both("record-move", TEAM, "record-move"),
    both("consent", TEAM, "patient"),
    both("episode-new", TEAM, "patient"),
    both("session-new", TEAM, "episode"),
    both("medication-new", TEAM, "episode"),
    both("session", TEAM, "session"),
    both("dose-new", TEAM, "session"),
    both("session-setting", TEAM, "session"),
    both("medication", TEAM, "medication"),
    both("taper-plan", TEAM, "medication"),
    both("planned-take", TEAM, "planned-step"),
    both("discontinuation-ask", TEAM, "medication"),
    both("record-void", TEAM, "record"),
]
SETTINGS = [
    reads("rooms", CLINICIANS),
    both("room-new", CLINICIANS),
    reads("room", CLINICIANS, "room"),
    both("room-revise", CLINICIANS, "room"),
    both("room-retire", CLINICIANS, "room"),
]
DOSING = [
    both("dosing-begin", TEAM, "episode"),
    reads("run-sheet", TEAM, "session"),
    both("run-sheet-line", TEAM, "session-line"),
    both("run-sheet-dose", TEAM, "session"),
    both("run-sheet-form", TEAM, "session-form"),
    both("run-sheet-sign", TEAM, "session"),
    both("record-void", TEAM, "line"),
]
ADMINISTRATION = [
    reads("administration", ADMINISTRATORS),
    reads("administration-audit", ADMINISTRATORS),
    reads("administration-duplicates", ADMINISTRATORS),
    both("administration-user-new", ADMINISTRATORS),
    reads("administration-user", ADMINISTRATORS, "person"),
    reads("administration-user", ADMINISTRATORS, "person-of-two-sites"),
    writes("administration-user-active", ADMINISTRATORS, "person"),
    writes("administration-user-password", ADMINISTRATORS, "person"),
    writes("administration-user-sign-out", ADMINISTRATORS, "person"),
    both("site-name", ADMINISTRATORS, "site"),
    both("site-retention", ADMINISTRATORS, "site"),
    both("second-factor-reset", ADMINISTRATORS, "person"),
    both("administration-grant-new", ADMINISTRATORS, "person"),
    both("administration-study-join", ADMINISTRATORS, "person"),
    both("administration-grant-end", ADMINISTRATORS, "grant"),
    both("administration-study-leave", ADMINISTRATORS, "study-membership"),
    both("administration-team-new", ADMINISTRATORS),
    both("administration-team", ADMINISTRATORS, "team"),
    both("administration-membership-end", ADMINISTRATORS, "membership"),
    both("access", "L L 3 + 4 3 3 3 + 3", "joining"),
    reads("own-teams", CLINICIANS),
    reads("library", ADMINISTRATORS),
    both("library-new", ADMINISTRATORS),
    writes("library-try", ADMINISTRATORS),
    writes("library-publish", ADMINISTRATORS),
    reads("library-version", ADMINISTRATORS, "own-instrument"),
    both("library-retire", ADMINISTRATORS, "own-instrument"),
    writes("parked-release", ADMINISTRATORS),
    reads("wordings", ADMINISTRATORS),
    both("wording-new", ADMINISTRATORS, "worded-instrument"),
    reads("wording-template", ADMINISTRATORS, "empty-pack"),
    reads("wording", ADMINISTRATORS, "pack"),
    reads("wording-file", ADMINISTRATORS, "pack-file"),
    both("wording-withdraw", ADMINISTRATORS, "pack"),
    both("site-asking", ADMINISTRATORS, "site"),
    both("site-contacts", ADMINISTRATORS, "site"),
    reads("washouts", ADMINISTRATORS),
    both("washout-set", ADMINISTRATORS, "washout"),
    both("language", SIGNED_IN),
    reads("second-factor", SIGNED_IN),
    both("tokens", STAFF),
    writes("token-revoke", STAFF),
]
EMERGENCY = [
    both("emergency", CLINICIANS),
    reads("emergency-record", OPENER, "glass"),
    writes("emergency-end", OPENER, "glass"),
]
OVERSIGHT = [
    reads("oversight", OFFICERS),
    both("oversight-odd", OFFICERS, "odd-look"),
]
CATALOGUE = [
    reads("instruments", STAFF),
    reads("instrument", STAFF, "instrument"),
    reads("instrument", STAFF_NOT_RATER, "questionnaire"),
    reads("instrument", STAFF_NOT_RATER, "worded"),
    reads("instrument-version", STAFF_NOT_RATER, "questionnaire-version"),
    both("instrument-try", STAFF_NOT_RATER, "questionnaire-version"),
    reads("instrument-definition", STAFF_NOT_RATER, "questionnaire-version"),
    reads("instrument-version", STAFF, "instrument-version"),
    both("instrument-try", STAFF, "instrument-version"),
    reads("instrument-definition", STAFF, "instrument-version"),
]
REPORTS = [
    reads("home", SIGNED_IN),
    reads("today", CLINICIANS),
    reads("patients", CLINICIANS),
    reads("patient", TEAM, "patient"),
    reads("patient-course", TEAM, "episode"),
    writes("flag-close", TEAM, "flag"),
    both("episode-end", TEAM, "episode"),
    both("death-new", TEAM, "patient"),
    both("death-void", TEAM, "death"),
    reads("studies", FIGURES),
    reads("study", OF_STUDY, "study"),
    reads("study-setting", OF_STUDY, "study"),
    reads("study-agreement", OF_STUDY, "study"),
    reads("protocols", PROTOCOLS),
    reads("protocol", PROTOCOLS, "protocol"),
    reads("protocol-version", PROTOCOLS, "protocol-version"),
    reads("releases", RELEASES),
    both("release-new", RESEARCHERS),
    reads("release", RELEASES, "release"),
    writes("release-decide", STEWARDS, "release"),
    writes("release-revoke", STEWARDS, "release"),
    writes("release-download", RESEARCHERS, "release"),
]
WATCH = [reads("healthz", ANYBODY), reads("readyz", ANYBODY)]
API = [
    reads("api-schema", STAFF),
    reads("api-instrument-list", STAFF),
    reads("api-instrument-detail", STAFF, "instrument"),
    reads("api-instrument-detail", STAFF_NOT_RATER, "questionnaire"),
    reads("api-instrument-version", STAFF_NOT_RATER, "questionnaire-version"),
    reads("api-fhir-questionnaire", STAFF_NOT_RATER, "fhir-of-questionnaire"),
    reads("api-instrument-version", STAFF, "instrument-version"),
    reads("api-patient-list", CLINICIANS),
    reads("api-patient-detail", TEAM, "patient"),
    reads("api-episode-list", CLINICIANS),
    reads("api-episode-detail", TEAM, "episode"),
    reads("api-request-list", CLINICIANS),
    reads("api-request-detail", TEAM, "open-rating"),
    Row("api-assessment-list", get=CLINICIANS, post=CLINICIANS, body="assessment"),
    reads("api-assessment-detail", TEAM, "self-report"),
    reads("api-assessment-detail", TEAM, "rating-of-rater"),
    writes("api-assessment-correct", TEAM, "rating-of-team", "correction"),
    Row("api-rating-list", get=RATERS, post=RATERS, body="rating"),
    reads("api-rating-due", RATERS),
    reads("api-rating-detail", RATERS, "rating-of-rater"),
    reads("api-rating-detail", NOT_ANY_RATERS, "rating-of-team"),
    writes("api-rating-correct", RATERS, "rating-of-rater", "correction"),
    writes("api-rating-correct", NOT_ANY_RATERS, "self-report", "correction"),
    reads("api-fhir-questionnaire", STAFF, "fhir-questionnaire"),
    reads("api-fhir-questionnaire-version", STAFF, "fhir-questionnaire-version"),
    writes("api-fhir-draft", ADMINISTRATORS, body="fhir-questionnaire"),
    writes("api-fhir-response-new", CLINICIANS, body="fhir-response"),
    reads("api-fhir-response", TEAM, "self-report"),
    reads("api-fhir-response", TEAM, "rating-of-rater"),
    Row("api-fhir-observation-list", get=CLINICIANS, post=CLINICIANS, body="fhir-total"),
    reads("api-caseload-list", CLINICIANS),
    reads("api-course-list", CLINICIANS),
    reads("api-flag-list", CLINICIANS),
    reads("api-flag-detail", TEAM, "flag"),
    reads("api-cohort-list", FIGURES),
    reads("api-cohort-detail", OF_STUDY, "study"),
    Row("api-release-list", get=RELEASES, post=RESEARCHERS, body="release"),
    reads("api-release-detail", RELEASES, "release"),
    writes("api-release-decide", STEWARDS, "release", "decision"),
    writes("api-release-revoke", STEWARDS, "release", "revocation"),
    writes("api-release-download", RESEARCHERS, "release"),
]
MATRIX = [
    *SITTINGS,
    *OWN,
    *ENTRY,
    *TREATMENT,
    *SETTINGS,
    *DOSING,
    *ADMINISTRATION,
    *EMERGENCY,
    *OVERSIGHT,
    *CATALOGUE,
    *REPORTS,
    *WATCH,
    *API,
]

# Doors of the sign-in library. Those that anybody may open ask for nothing but a password, an address or a code.
SIGN_IN_OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
SIGN_IN_CLOSED = {
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}
