"""Scores as FHIR Observations, one for each scale; and totals back from Observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid5

from fhir.resources.R4B.observation import Observation

from measures.errors import AnswerError
from measures.fhir.names import (
    ABSENT_REASONS,
    CATEGORIES,
    ESTIMATE,
    LOINC,
    UCUM,
    bands_system,
    scores_system,
)
from measures.fhir.occasion import Occasion, episode_of, subject_of
from measures.fhir.resource import FhirError, Resource, checked, received, refuse_modifiers
from measures.instrument import Instrument, Number, Scale
from measures.result import ScaleResult
from measures.scoring import score_total

FINISHED = ("final", "amended", "corrected")
_ENTERED = "The total as it was entered; no item was recorded."


def observations(
    instrument: Instrument, results: Mapping[str, ScaleResult], occasion: Occasion
) -> tuple[Observation, ...]:
    """One Observation for each scale in ``results``, checked by the R4B model.

    The value is the strict score alone. Where an answer is missing there is none, but the reason; an estimate
    stands in a component of its own that calls itself one. The band is an interpretation, in the set of bands
    that was used. A scale has its LOINC code where one is verified, and always ours.
    """
    return tuple(
        checked(Observation, _observation(instrument, instrument.scale(key), result, occasion))
        for key, result in results.items()
    )


def totals_of(instrument: Instrument, resources: Iterable[object]) -> dict[str, Number]:
    """The totals in Observations of one occasion, by scale: also of an instrument that has no items here.

    An Observation without a value gives none; an estimate is never taken for a total. Raises ``FhirError`` for
    one that is not finished, is of no scale of this instrument, or says the same scale again; ``AnswerError``
    for a total that the scale cannot reach.
    """
    totals: dict[str, Number] = {}
    seen: set[str] = set()
    for resource in resources:
        sent = received(Observation, resource)
        scale = _scale_of(instrument, sent)
        if scale.key in seen:
            raise FhirError("code", f"says {scale.key} twice")
        seen.add(scale.key)
        total = _total(instrument, scale, sent)
        if total is not None:
            totals[scale.key] = total
    return totals


def _observation(
    instrument: Instrument, scale: Scale, result: ScaleResult, occasion: Occasion
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": _status(occasion),
        "category": [{"coding": [{"system": CATEGORIES, "code": "survey"}]}],
        "code": {"coding": _codes(instrument, scale), "text": scale.title},
        "subject": subject_of(occasion),
        "effectiveDateTime": occasion.assessed_on.isoformat(),
        **_value(instrument, scale, result),
        **_origin(scale, occasion),
        **episode_of(occasion),
    }


def _origin(scale: Scale, occasion: Occasion) -> dict[str, Any]:
    """Its own id, the same whenever it is asked for, and what it was computed from."""
    said: dict[str, Any] = {"method": {"text": _ENTERED}} if occasion.totals_only else {}
    if occasion.id is None:
        return said
    said["id"] = str(uuid5(occasion.id, scale.key))
    if not occasion.totals_only:
        said["derivedFrom"] = [{"reference": f"QuestionnaireResponse/{occasion.id}"}]
    return said


def _status(occasion: Occasion) -> str:
    if occasion.superseded:
        return "entered-in-error"
    return "corrected" if occasion.corrects else "final"


def _codes(instrument: Instrument, scale: Scale) -> list[dict[str, str]]:
    own = {
        "system": scores_system(instrument),
        "version": instrument.version,
        "code": scale.key,
        "display": scale.title,
    }
    loinc = instrument.loinc.get(scale.key)
    return [*([{"system": LOINC, "code": loinc}] if loinc else []), own]


def _value(instrument: Instrument, scale: Scale, result: ScaleResult) -> dict[str, Any]:
    if result.value is None:
        return _absence(result) | _estimate(instrument, scale, result)
    return {"valueQuantity": _quantity(scale, result.value)} | _band(instrument, scale, result)


def _absence(result: ScaleResult) -> dict[str, Any]:
    count = result.items_answered + result.items_missing
    return {
        "dataAbsentReason": {
            "coding": [{"system": ABSENT_REASONS, "code": "unknown"}],
            "text": f"{result.items_missing} of {count} answers are missing.",
        }
    }


def _estimate(instrument: Instrument, scale: Scale, result: ScaleResult) -> dict[str, Any]:
    if result.prorated is None:
        return {}
    count = result.items_answered + result.items_missing
    said = f"Estimate from {result.items_answered} of {count} answers; not a score."
    code = {
        "coding": [{"system": ESTIMATE, "code": "prorated", "display": "Prorated estimate"}],
        "text": said,
    }
    quantity = {"valueQuantity": _quantity(scale, result.prorated)}
    return {"component": [{"code": code, **quantity, **_band(instrument, scale, result)}]}


def _quantity(scale: Scale, value: Number) -> dict[str, Any]:
    said: dict[str, Any] = {"value": value, "unit": scale.unit}
    return said | ({"system": UCUM, "code": "{score}"} if scale.unit == "points" else {})


def _band(instrument: Instrument, scale: Scale, result: ScaleResult) -> dict[str, Any]:
    if result.band is None or result.band_set is None:
        return {}
    labels = {
        band.key: band.label
        for band_set in scale.band_sets
        for band in band_set.bands
        if band_set.key == result.band_set
    }
    coding = {"system": bands_system(instrument, scale.key, result.band_set), "code": result.band}
    shown = {"display": labels[result.band]} if result.band in labels else {}
    return {"interpretation": [{"coding": [coding | shown]}]}


def _scale_of(instrument: Instrument, resource: Resource) -> Scale:
    refuse_modifiers(resource, "")
    if resource["status"] not in FINISHED:
        raise FhirError("status", f"must be one of {', '.join(FINISHED)}")
    scales = {scale.key: scale for scale in instrument.scales}
    for coding in resource["code"].get("coding", ()):
        if coding.get("system") == scores_system(instrument) and coding.get("code") in scales:
            if coding.get("version", instrument.version) != instrument.version:
                raise FhirError("code", f"must be of version {instrument.version}")
            return scales[coding["code"]]
    raise FhirError("code", f"names no scale of {instrument.key}: the system is {scores_system(instrument)}")


def _total(instrument: Instrument, scale: Scale, resource: Resource) -> Number | None:
    quantity = resource.get("valueQuantity")
    if quantity is None:
        if "dataAbsentReason" not in resource:
            raise FhirError("valueQuantity", "is missing, and no dataAbsentReason says why")
        return None
    if "comparator" in quantity:
        raise AnswerError(scale.key, "must be one number, not a bound")
    if quantity.get("unit", scale.unit) != scale.unit:
        raise AnswerError(scale.key, f"must be in {scale.unit}")
    return score_total(instrument, scale.key, quantity.get("value")).value
