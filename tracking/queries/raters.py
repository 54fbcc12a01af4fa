"""Who can rate what, and what each rater has to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from tracking import clock
from tracking.models import AssessmentRequest, RaterAvailability, TreatmentEpisode, Unblinding, User
from tracking.queries.events import protocol_of
from tracking.rules import protocol as protocols
from tracking.rules.policies.days import local_day, local_today
from tracking.rules.policies.rating import barred, raters_of, rates_the_same, team_of, therapists, treating
from tracking.rules.rater_choice import Candidate
from tracking.vocabulary import RequestStatus

ASSIGN_AHEAD = timedelta(days=7)  # so long before its window opens a rating is given to somebody


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be named as the rater, and how much that person has to do. ``candidate`` is ``None`` for
    whoever is not available in that week; ``treats``: of the treating team, which needs a reason."""

    user: User
    candidate: Candidate | None
    treats: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One unblinding as its rater sees it; ``treatment`` and ``arm`` are empty until it is approved."""

    unblinding: Unblinding
    treatment: str
    arm: str


def rating_day(request: AssessmentRequest) -> date:
    """The day for which a rater is sought: when it is due, or today where that has passed."""
    return max(request.due_on, min(local_today(request.episode.patient), request.closes_on))


def candidates(request: AssessmentRequest) -> list[Candidate]:
    """Independent raters of the patient's site who are available in the week in which the rating is due, with
    nobody of the treating team, nobody who knows the treatment, and neither the present rater nor the rater of
    the same occasion."""
    episode = request.episode
    out = treating(episode) | barred(episode) | rates_the_same(request) | {request.assigned_to_id}
    users = raters_of(episode.patient.team.site).exclude(pk__in=[pk for pk in out if pk is not None])
    return loads(users.values_list("pk", flat=True), rating_day(request))


def loads(users: Iterable[int], day: date) -> list[Candidate]:
    """How much of the week around ``day`` each of those who are available on it has been given."""
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    rows = RaterAvailability.objects.filter(running, user__in=list(users), starts_on__lte=day)
    offered = dict(rows.order_by("pk").values_list("user", "per_week"))
    monday = day - timedelta(days=day.weekday())
    given = AssessmentRequest.objects.filter(blinded=True, assigned_to__in=list(offered))
    given = given.exclude(status=RequestStatus.CANCELLED)
    week = given.filter(due_on__gte=monday, due_on__lt=monday + timedelta(days=7))
    taken = Counter(week.values_list("assigned_to", flat=True))
    waiting = Counter(given.open().values_list("assigned_to", flat=True))
    return [Candidate(user, taken[user], most, waiting[user]) for user, most in sorted(offered.items())]


def choices(request: AssessmentRequest) -> list[Choice]:
    """Everybody who can be named for a rating: independent raters first, then the treating team."""
    episode = request.episode
    never = therapists(episode) | barred(episode) | rates_the_same(request)
    team = treating(episode)
    people = (raters_of(episode.patient.team.site) | team_of(episode)).exclude(pk__in=never)
    found = {one.rater: one for one in loads(people.values_list("pk", flat=True), rating_day(request))}
    rows = [Choice(user, found.get(user.pk), user.pk in team) for user in people]
    return sorted(rows, key=lambda row: (row.treats, row.user.name.casefold(), row.user.pk))


def without_rater(now: datetime) -> list[AssessmentRequest]:
    """Blinded ratings that nobody has been given and that open soon or are open, by the day of each patient."""
    rows = AssessmentRequest.objects.open().filter(blinded=True, assigned_to=None)
    first, last = (now + side * timedelta(days=1) for side in (-1, 1))  # no place is a whole day off
    soon = clock.day_of(last, "UTC") + ASSIGN_AHEAD
    near = rows.filter(opens_on__lte=soon, closes_on__gte=clock.day_of(first, "UTC"))
    found = near.select_related("episode__patient__team__site").order_by("due_on", "pk")
    return [one for one in found if _opens_soon(one, local_day(one.episode.patient, now))]


def _opens_soon(request: AssessmentRequest, today: date) -> bool:
    return request.opens_on - ASSIGN_AHEAD <= today <= request.closes_on


def availabilities(user: User, today: date) -> QuerySet[RaterAvailability]:
    """When somebody is available from today on."""
    rows = RaterAvailability.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), user=user)
    return rows.order_by("starts_on", "pk")


def blind_raters(episode: TreatmentEpisode) -> QuerySet[User]:
    """Whoever is to rate, or has rated, this episode blind and has not been told the treatment."""
    asked = AssessmentRequest.objects.filter(episode=episode, blinded=True, assigned_to__isnull=False)
    known = Unblinding.objects.filter(Q(approved=True) | Q(approved__isnull=True), episode=episode)
    users = User.objects.filter(pk__in=asked.values("assigned_to")).exclude(pk__in=known.values("rater"))
    return users.order_by("name", "pk")


def raters_not_blind(episodes: QuerySet[TreatmentEpisode]) -> list[str]:
    """Why those who rate these episodes blind can know the arm all the same, as the protocols say that they follow:
    each reason once. Nothing where no protocol says so."""
    followed = episodes.order_by("protocol", "protocol_version").values_list("protocol", "protocol_version")
    known = [protocols.find(*each) for each in followed.distinct()]
    return list(dict.fromkeys(one.raters_not_blind for one in known if one and one.raters_not_blind))


def treatments_told(user: User) -> list[Told]:
    """What became of what this rater has reported, and what the rater was told. What others have asked and nobody
    has granted is not the rater's to know."""
    rows = Unblinding.objects.filter(Q(asked_by=user) | Q(approved=True), rater=user)
    return [_told(row) for row in rows.select_related("episode__patient")]


def _told(row: Unblinding) -> Told:
    if not row.approved:
        return Told(row, "", "")
    protocol = protocol_of(row.episode)
    arm = next((arm for arm in protocol.arms if arm.key == row.episode.arm), None) if protocol else None
    return Told(
        row,
        treatment=protocol.title if protocol else row.episode.protocol,
        arm=arm.title if arm else row.episode.arm,
    )


def last_rated_episode(user: User, study_code: str) -> TreatmentEpisode | None:
    """The episode of this code that the user was last given a blinded rating of; nothing for any other code."""
    mine = AssessmentRequest.objects.filter(
        blinded=True, assigned_to=user, episode__patient__study_code__iexact=study_code.strip()
    )
    row = mine.select_related("episode__patient").order_by("-episode__starts_on", "-episode__pk").first()
    return row.episode if row else None
