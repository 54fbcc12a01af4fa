"""From stored rows to what a FHIR resource may tell of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from measures.fhir.occasion import Occasion
from measures.instrument import Instrument
from measures.language import within
from measures.result import ScaleResult
from tracking.actions.assessments import Submitted
from tracking.api.fhir_wire import ALERT, issue
from tracking.models import Assessment, SafetyAlert, ScaleScore
from tracking.rules.policies.instruments import instrument_of


def instrument_in(assessment: Assessment) -> Instrument:
    """The version that was answered, or of which totals were recorded."""
    return instrument_of(assessment.instrument, assessment.version, assessment.episode.study)


def occasion_of(assessment: Assessment) -> Occasion:
    """Ids, day and study code: the patient's name and contacts are never looked at."""
    return Occasion(
        study_code=assessment.episode.patient.study_code,
        assessed_on=assessment.assessed_on,
        id=assessment.public_id,
        submission_id=assessment.submission_id,
        episode_id=assessment.episode.public_id,
        request_id=assessment.request.public_id if assessment.request else None,
        wording=assessment.wording,
        corrects=assessment.supersedes is not None,
        superseded=hasattr(assessment, "superseded_by"),
        totals_only=not assessment.has_answers,
    )


def result_of(row: ScaleScore) -> ScaleResult:
    """The score as it was stored, with the set of bands that was used then."""
    return ScaleResult(
        value=row.value,
        partial=row.partial or 0,
        items_answered=row.items_answered,
        items_missing=row.items_missing,
        prorated=row.prorated,
        band=row.band or None,
        band_set=row.band_set or None,
        sum=None,
        mean=None,
        percent=None,
    )


def searchset(resources: list[dict[str, Any]]) -> dict[str, Any]:
    """What a search has found."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [
            {"fullUrl": f"urn:uuid:{each['id']}", "resource": each, "search": {"mode": "match"}}
            for each in resources
        ],
    }


def received_issues(submitted: Submitted) -> list[dict[str, Any]]:
    """That it is stored, and what of it somebody must look at: the alert is on the list of the team already."""
    said = _("It is stored.") if submitted.created else _("It was stored before.")
    return [issue("information", "informational", said), *map(_warning, submitted.alerts)]


def _warning(alert: SafetyAlert) -> dict[str, Any]:
    said = _("Safety item {item}: {state}. {level}.").format(
        item=alert.item, state=within(alert.get_state_display()), level=alert.get_level_display()
    )
    return issue(
        "warning",
        "informational",
        said,
        details={"coding": [{"system": ALERT, "code": code} for code in (alert.level, alert.state)]},
        expression=[f"QuestionnaireResponse.item.where(linkId='{alert.item}')"],
    )
