"""The names by which FHIR and this platform call things. Ours are URNs: no site's address is part of them."""

from __future__ import annotations

from measures.instrument import Instrument, Number

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
UUID_SYSTEM = "urn:ietf:rfc:3986"

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL_VALUE = f"{_HL7}ordinalValue"
ITEM_WEIGHT = f"{_HL7}itemWeight"  # the later name of the same, used by SDC
MIN_VALUE = f"{_HL7}minValue"
MAX_VALUE = f"{_HL7}maxValue"
UNIT = f"{_HL7}questionnaire-unit"
DESIGN_NOTE = f"{_HL7}designNote"
ITEM_CONTROL = f"{_HL7}questionnaire-itemControl"
HIDDEN = f"{_HL7}questionnaire-hidden"
EPISODE_OF_CARE = f"{_HL7}workflow-episodeOfCare"
CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"

ITEM_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

STUDY_CODE = "urn:throughline:study-code"
WORDING = "urn:throughline:wording"
ESTIMATE = "urn:throughline:estimate"

INSTRUCTION = "text:instruction"  # item codes have no colon: these never meet one
HELP = "text:help:"


_QUESTIONNAIRE = "urn:throughline:questionnaire:"


def canonical(instrument: Instrument) -> str:
    """The URL of the Questionnaire, without its version."""
    return f"{_QUESTIONNAIRE}{instrument.key}"


def key_of_canonical(url: str) -> str:
    """The key of the instrument that a canonical names, with a version or without; empty if it names none."""
    return url.removeprefix(_QUESTIONNAIRE).partition("|")[0] if url.startswith(_QUESTIONNAIRE) else ""


def versioned(instrument: Instrument) -> str:
    """The canonical by which a response names exactly what was asked."""
    return f"{canonical(instrument)}|{instrument.version}"


def logical_id(key: str) -> str:
    """The id of the resource; FHIR allows no underscore there, and a key has no hyphen."""
    return key.replace("_", "-")


def key_of(logical: str) -> str:
    """The key of the instrument that an id stands for."""
    return logical.replace("-", "_")


def answers_system(instrument: Instrument) -> str:
    """The code system of the answers to choice items; a code is the number that is stored."""
    return f"urn:throughline:answers:{instrument.key}"


def scores_system(instrument: Instrument) -> str:
    """The code system of the scales; a code is the key of one."""
    return f"urn:throughline:scores:{instrument.key}"


def bands_system(instrument: Instrument, scale: str, band_set: str) -> str:
    """The code system of one set of bands; a code is the key of one."""
    return f"urn:throughline:bands:{instrument.key}:{scale}:{band_set}"


def code_of(value: Number | str) -> str:
    """A stored answer as a code: 2, 0.5."""
    return f"{value}"
