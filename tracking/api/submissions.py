"""The bodies by which answers come in."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from tracking.api.caseload import caseload_requests
from tracking.api.fields import AnswersField, IdField, StrictSerializer, VisibleField
from tracking.models import AssessmentRequest, TreatmentEpisode, User
from tracking.rules.policies.instruments import instrument_of, offered_instrument

HEADER = "Idempotency-Key"


def assigned_requests(user: User) -> QuerySet[AssessmentRequest]:
    """The ratings that were given to this user."""
    return AssessmentRequest.objects.visible_to(user).filter(assigned_to=user, rater="clinician")


def submission_id(request: Request, given: uuid.UUID | None) -> uuid.UUID:
    """The id that was given in the body, as the header, or as both alike."""
    text = request.headers.get(HEADER)
    if text is None:
        if given is None:
            said = _("Needed, here or as the header {header}.").format(header=HEADER)
            raise ValidationError({"submission_id": [said]})
        return given
    header = _uuid(text)
    if given not in (None, header):
        said = _("Differs from the header {header}.").format(header=HEADER)
        raise ValidationError({"submission_id": [said]})
    return header


class AnswersSerializer(StrictSerializer):
    """Answers to every item that must be answered: ``null`` says that one was left out. An item that is not
    named at all is refused, for nobody can tell whether it was left out or forgotten."""

    answers = AnswersField()
    assessed_on = serializers.DateField()

    def check_complete(self, instrument: Instrument, answers: dict[str, Any]) -> None:
        missing = [item.code for item in instrument.items if item.required and item.code not in answers]
        if missing:
            said = _("Say null for an item that was left unanswered. Not named: {items}.")
            raise ValidationError({"answers": [said.format(items=", ".join(missing))]})


class SubmissionSerializer(AnswersSerializer):
    """``submission_id`` is chosen by the sender and makes a retry harmless. It may come as a header instead."""

    submission_id = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["submission_id"] = submission_id(self.context["request"], attrs.get("submission_id"))
        return attrs


class RatingSubmissionSerializer(SubmissionSerializer):
    """The answer to a rating that was assigned."""

    request = VisibleField(assigned_requests)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        asked = attrs["request"]
        self.check_complete(instrument_of(asked.instrument, asked.version), attrs["answers"])
        return attrs


class AssessmentSubmissionSerializer(SubmissionSerializer):
    """The answer to ``request``; or, unasked, an assessment of ``episode`` with ``instrument``. ``two_sheets``: this is
    another sheet than the one of the same day that is on record."""

    request = VisibleField(caseload_requests, required=False)
    episode = VisibleField(TreatmentEpisode.objects.visible_to, required=False)
    instrument = serializers.SlugField(required=False)
    two_sheets = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        given = {"request", "episode", "instrument"} & set(attrs)
        if given not in ({"request"}, {"episode", "instrument"}):
            raise ValidationError({"request": [_("Give either a request, or an episode and an instrument.")]})
        attrs["instrument"] = self._instrument(attrs)
        self.check_complete(attrs["instrument"], attrs["answers"])
        return attrs

    def _instrument(self, attrs: dict[str, Any]) -> Instrument:
        if "request" in attrs:
            return instrument_of(attrs["request"].instrument, attrs["request"].version)
        try:
            return offered_instrument(attrs["instrument"], attrs["episode"].patient.team.site)
        except UnknownInstrument:
            raise ValidationError({"instrument": [_("There is no such instrument.")]}) from None


class CorrectionSerializer(AnswersSerializer):
    """All answers anew, with the reason. ``assessed_on`` is given when the day was wrong, ``assessed_at`` when the
    moment was, or was not known."""

    assessed_on = serializers.DateField(required=False)
    assessed_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(max_length=2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        assessment = self.context["assessment"]
        if assessment.answers:
            instrument = instrument_of(assessment.instrument, assessment.version)
            self.check_complete(instrument, attrs["answers"])
        return attrs


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        said = _("The header {header} must be a UUID.").format(header=HEADER)
        raise ValidationError({"submission_id": [said]}) from None
