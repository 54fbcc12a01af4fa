"""Whom the team is to call for a rater, and what the rater is told of it: a time and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tracking import clock
from tracking.models import AssessmentRequest, RatingCall, User
from tracking.queries.names import Whose, whose
from tracking.rules.policies.calls import is_wanted
from tracking.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call of the team's list. ``agreed_for``: by the patient's clock."""

    call: RatingCall
    whose: Whose
    agreed_for: datetime | None


def calls_to_make(user: User) -> list[CallLine]:
    """The calls that raters have asked for about the user's patients and that a rating still waits for: first those
    without a time, the longest waiting first."""
    rows = RatingCall.objects.visible_to(user).filter(request__status=RequestStatus.OPEN)
    related = rows.select_related("request__episode__patient__identity", "asked_by")
    lines = [_line(call) for call in related if is_wanted(call)]
    return sorted(lines, key=lambda line: line.agreed_for is not None)


def _line(call: RatingCall) -> CallLine:
    patient = call.request.episode.patient
    agreed = clock.wall(call.agreed_for, patient.timezone) if call.agreed_for else None
    return CallLine(call, whose(patient), agreed)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rater is told of an own call: by the clock of the site, when it is agreed; ``None`` until then."""

    agreed_for: datetime | None


def calls_asked(user: User, requests: Iterable[AssessmentRequest]) -> dict[int, Asked]:
    """The own calls of a rater, by the key of the rating."""
    rows = RatingCall.objects.filter(asked_by=user, request__in=list(requests))
    return {
        call.request_id: _asked(call) for call in rows.select_related("request__episode__patient__team__site")
    }


def _asked(call: RatingCall) -> Asked:
    zone = call.episode.patient.team.site.timezone
    return Asked(clock.wall(call.agreed_for, zone) if call.agreed_for else None)
