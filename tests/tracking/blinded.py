"""Steps of a blinded rating that several tests take."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from tests.cast import days_ago, person, server_days_ago
from tests.tracking.answers import HAMD
from tracking.actions import assessments, availability, care, rating, scheduling, treatment
from tracking.actions.assessments import Submitted
from tracking.models import AssessmentRequest, TreatmentEpisode, TreatmentSession, User
from tracking.vocabulary import AnswerSource, PresenceRole, Role


def blinded(episode: TreatmentEpisode, by: User, **more: object) -> AssessmentRequest:
    """A blinded HAM-D that can be made today."""
    asked = {"instrument": "hamd17", "due_on": days_ago(0), "blinded": True} | more
    return scheduling.create_request(by=by, episode=episode, **asked)


def available(name: str, per_week: int = 5, until: date | None = None) -> User:
    """An independent rater of every site who can take ratings from today on."""
    user = person(name, Role.RATER)
    availability.set_availability(by=user, starts_on=server_days_ago(0), ends_on=until, per_week=per_week)
    return user


def lead(episode: TreatmentEpisode, name: str, *, is_lead: bool = True) -> User:
    """One more clinician of the care team."""
    user = person(name, Role.CLINICIAN)
    team = episode.patient.team
    care.add_member(by=None, team=team, user=user, is_lead=is_lead, starts_on=days_ago(100))
    return user


def rated(request: AssessmentRequest, rater: User, **changed: int) -> Submitted:
    """The rating is given to somebody who then makes it."""
    rating.assign_rater(by=None, request=request, rater=rater)
    answers = HAMD | {code.removeprefix("item_"): value for code, value in changed.items()}
    return assessments.submit_assessment(
        by=rater,
        request=request,
        answers=answers,
        source=AnswerSource.CLINICIAN,
        assessed_on=days_ago(0),
    )


def held_session(episode: TreatmentEpisode, by: User, *present: User, days: float = 2) -> TreatmentSession:
    """A session with these people in the room."""
    roles = list(PresenceRole)
    return treatment.record_session(
        by=by,
        episode=episode,
        kind="psychotherapy",
        starts_at=timezone.now() - timedelta(days=days),
        people_present=[(user, roles[number]) for number, user in enumerate(present)],
    )
