"""What is overdue, due, next and planned of one treatment, and what can be done about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from tracking.models import AssessmentRequest, TreatmentEpisode, User
from tracking.queries.requests import asked_on_paper
from tracking.rules.due_work import ORDER, Place, places
from tracking.rules.policies.instruments import Shelf
from tracking.rules.policies.rating import raters_of, rating_blind, team_of


@dataclass(frozen=True, slots=True)
class Work:
    """One open request. ``is_on_paper``: it has no wording in which the patient could answer it on a screen;
    ``is_others``: a rating that was given to somebody else."""

    request: AssessmentRequest
    title: str
    place: Place
    is_on_paper: bool
    is_others: bool

    @property
    def is_now(self) -> bool:
        """Whether it can be answered today."""
        return self.place in ("overdue", "due")

    @property
    def is_rating(self) -> bool:
        return self.request.rater == "clinician"


@dataclass(frozen=True, slots=True)
class DueWork:
    """All open requests of a treatment that are not rated blind, by urgency and then by day."""

    rows: Sequence[Work]

    @property
    def near(self) -> Sequence[Work]:
        """What is open now, and what comes next."""
        return [row for row in self.rows if row.place in ("overdue", "due", "next")]

    @property
    def planned(self) -> Sequence[Work]:
        return [row for row in self.rows if row.place == "planned"]

    @property
    def missed(self) -> Sequence[Work]:
        return [row for row in self.rows if row.place == "missed"]


def due_work(user: User, episode: TreatmentEpisode, today: date, shelf: Shelf) -> DueWork:
    """What is asked of this treatment and was not answered. Who rates blind is asked for elsewhere."""
    found = episode.requests.open().filter(blinded=False).select_related("assigned_to", "draft")
    requests = list(found.order_by("due_on", "pk"))
    for request in requests:
        request.episode = episode
    on_paper = {one.pk for one, _ in asked_on_paper(one for one in requests if one.rater == "self")}
    rows = [
        Work(
            request=one,
            title=shelf.get(one.instrument, one.version).short_title,
            place=place,
            is_on_paper=one.pk in on_paper,
            is_others=one.assigned_to_id not in (None, user.pk),
        )
        for one, place in zip(requests, places(requests, today), strict=True)
    ]
    return DueWork(sorted(rows, key=lambda row: ORDER.index(row.place)))


def takes_over(request: AssessmentRequest) -> QuerySet[User]:
    """Who may be handed a rating that is not blind: the team, and the independent raters of the site, but for those
    who rate the patient blind."""
    episode = request.episode
    people = (team_of(episode) | raters_of(episode.patient.team.site)).exclude(pk__in=rating_blind(episode))
    return people.exclude(pk=request.assigned_to_id) if request.assigned_to_id else people
