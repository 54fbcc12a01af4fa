"""The language of the pages, and whom a patient can call in which language."""

from __future__ import annotations

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking.actions import languages
from tracking.vocabulary import AuditAction

LINE = "Krisentelefon, 555 0101"


@deed(
    languages.choose_language,
    Note(AuditAction.CHOOSE_LANGUAGE, of="by"),
    writes="~User:language +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def a_reader_of_german(clinic: Clinic) -> Arguments:
    return {"by": clinic.colleague, "language": "de"}


@deed(
    languages.change_contacts,
    Note(AuditAction.CHANGE_CONTACTS, of="site"),
    writes="~Site:crisis_contacts +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def contacts_for_everybody(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "contacts": {"": "Line, 555 0199"}}


@deed(
    languages.change_contacts,
    Note(AuditAction.CHANGE_CONTACTS, of="site"),
    writes="+SiteContacts +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def contacts_in_german(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "site": clinic.site, "contacts": {"de": LINE}}


@deed(
    languages.change_contacts,
    Note(AuditAction.CHANGE_CONTACTS, of="site"),
    writes="-SiteContacts +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def contacts_taken_back(clinic: Clinic) -> Arguments:
    arguments = contacts_in_german(clinic)
    languages.change_contacts(**arguments)
    return arguments | {"contacts": {"de": ""}}
