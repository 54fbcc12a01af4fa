"""Who may see what of whom: the reviewed tables. What is not in them is shown to nobody."""

from __future__ import annotations

from tests.architecture.ward import ROLES, Ward

OWN, BESIDE, NEIGHBOUR = "own", "beside", "neighbour"
OF_SITE = {"site", "library", "instrument", "room"}  # two wards of a site have these together

# anonymous, link, patient, clinician, rater, researcher, steward, administrator, officer
SIGHT = {
    OWN: {
        "site": "- + + + + + + + +",
        "library": "- + + + + + + + +",  # wordings and washouts of the site
        "instrument": "- + + + - + + + +",  # the site's own, which patients are asked: a rater meets what is rated
        "room": "- - - + - + + - -",  # a study is reported with the rooms of its sessions
        "team": "- - - + - - - + +",
        "staff": "- - - + - + + + +",
        "rater": "- - - + - - - + +",
        "availability": "- - - - + - - - -",
        "token": "- - - + - - - - -",  # the clinician alone has made one
        "access": "- - - - - - - + -",  # roles and memberships, with the way to end them
        "study": "- - - + - + + + -",
        "release": "- - - - - + + - -",
        "patient": "- + + + - - - - -",
        "code": "- - - + + - - + +",  # an administrator: of who may have been enrolled twice
        "rating": "- - - + + - - - -",  # blinded ratings, due and made
        "identity": "- - + + - - - - -",
        "odd": "- - - - - - - - +",
    },
    BESIDE: {
        "team": "- - - + - - - + +",  # to which a patient can be given
        "code": "- - - - - - - + +",
        "staff": "- - - - - - - + +",
        "rater": "- - - + - - - + +",  # independent raters rate for the whole site
        "access": "- - - - - - - + -",
        "study": "- - - - - - - + -",
        "odd": "- - - - - - - - +",
    },
    NEIGHBOUR: {},
}
# What a page must hold: each such mark that the table above lets its reader see. A page that shows nothing fails.
LISTS = {
    "today": "patient.public_id patientidentity.family_name",
    "patients": "patient.public_id patientidentity.family_name",
    "alerts": "safetyalert.public_id",
    "record-moves": "recordmove.public_id",
    "own-teams": "careteam.name breakglass.reason",
    "rooms": "settingtemplate.public_id settingtemplate.name",
    "availability": "rateravailability.starts_on",
    "tokens": "authtoken.token_key",
    "studies": "study.title",
    "releases": "release.public_id",
    "administration": "careteam.name careteam.public_id user.email",
    "oversight": "oddlook.public_id",
    "library": "siteinstrument.public_id",
    "wordings": "wordingpack.public_id",
    "washouts": "site.name",
    "session-new": "washoutrule.days",
    "instruments": "siteinstrument.definition",
    "api-instrument-list": "siteinstrument.title",
    "api-patient-list": "patient.public_id patient.study_code",
    "api-episode-list": "treatmentepisode.public_id",
    "api-request-list": "assessmentrequest.public_id",
    "api-caseload-list": "patient.public_id",
    "api-flag-list": "courseflag.public_id",
    "api-cohort-list": "study.key",
    "api-release-list": "release.public_id",
}


def relation(ward: Ward, other: Ward, kind: str) -> str:
    if ward is other or ward.site == other.site and kind in OF_SITE:
        return OWN
    return BESIDE if ward.site == other.site else NEIGHBOUR


def may_see(ward: Ward, role: str, other: Ward, kind: str) -> bool:
    """Whether somebody of ``ward`` in this role may be shown such a thing of the ``other``."""
    cells = SIGHT[relation(ward, other, kind)].get(kind, "")
    return bool(cells) and dict(zip(ROLES, cells.split(), strict=True))[role] == "+"
