"""Forms that somebody of the staff has begun and not submitted: one at its place, or all of them to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from measures.instrument import Instrument, Item
from measures.scoring import Answer, skipped
from tracking import clock
from tracking.models import (
    Assessment,
    AssessmentRequest,
    EntryDraft,
    Patient,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.assessments import in_words
from tracking.queries.names import Whose, whose
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class Place:
    """What a form is filled in for: an open request, a session that is under way, an episode of which nobody had asked
    for it, or a version on record that it corrects."""

    episode: TreatmentEpisode
    instrument: str
    request: AssessmentRequest | None = None
    session: TreatmentSession | None = None
    corrects: Assessment | None = None


def drafts_at(place: Place) -> QuerySet[EntryDraft]:
    """What is begun there, by anybody. Each of them is shown to its author alone."""
    if place.request:
        return EntryDraft.objects.filter(request=place.request)
    if place.corrects:
        return EntryDraft.objects.filter(corrects=place.corrects)
    rows = EntryDraft.objects.filter(episode=place.episode, instrument=place.instrument, request=None)
    return rows.filter(session=place.session, corrects=None)


def draft_at(user: User, place: Place) -> EntryDraft | None:
    """What this user has begun there."""
    return drafts_at(place).filter(author=user).select_related("wording_pack").first()


@dataclass(frozen=True, slots=True)
class BegunEntry:
    """One draft as its author is shown it, its moments by the patient's clock. ``over``: it cannot be submitted
    any more."""

    draft: EntryDraft
    instrument: Instrument
    answered: int
    needed: int
    begun_at: datetime
    latest_at: datetime
    over: bool

    @property
    def patient(self) -> Patient:
        return self.draft.episode.patient

    @property
    def whose(self) -> Whose:
        return whose(self.patient)

    @property
    def url(self) -> str:
        """Where it goes on."""
        draft = self.draft
        if draft.corrects:
            return reverse("assessment-correct", args=[draft.corrects.public_id])
        if draft.request:
            return reverse("rate", args=[draft.request.public_id])
        if draft.session:
            return reverse("run-sheet-form", args=[draft.session.public_id, draft.instrument])
        return reverse("rate-new", args=[draft.episode.public_id, draft.instrument])


def begun_entries(user: User) -> list[BegunEntry]:
    """What this user has begun of the own patients and not submitted, the latest first."""
    own = TreatmentEpisode.objects.visible_to(user)
    return _entries(EntryDraft.objects.visible_to(user).filter(episode__in=own))


def begun_ratings(user: User) -> list[BegunEntry]:
    """The same of the ratings that were assigned to this user and can be made today, and of the corrections of those
    that were made: what a blind rater may meet."""
    own = Q(request__assigned_to=user) | Q(corrects__in=Assessment.objects.open_to_rater(user))
    mine = _entries(EntryDraft.objects.visible_to(user).filter(own))
    return [one for one in mine if not one.over]


def _entries(rows: QuerySet[EntryDraft]) -> list[BegunEntry]:
    rows = rows.select_related("episode__patient__identity", "request", "session", "corrects__superseded_by")
    shelf = Shelf()
    return [begun_entry(draft, shelf) for draft in rows]


def begun_entry(draft: EntryDraft, shelf: Shelf) -> BegunEntry:
    instrument = shelf.get(draft.instrument, draft.version)
    answered, needed = progress(instrument, draft.answers)
    zone = draft.episode.patient.timezone
    begun_at, latest_at = (clock.wall(moment, zone) for moment in (draft.begun_at, draft.updated_at))
    return BegunEntry(draft, instrument, answered, needed, begun_at, latest_at, _is_over(draft))


@dataclass(frozen=True, slots=True)
class Changed:
    """An item whose answer is another one than before, both in words."""

    item: Item
    before: str | None
    now: str | None


def changed_since(draft: EntryDraft, instrument: Instrument, answers: Mapping[str, Answer]) -> list[Changed]:
    """What differs from the draft as its author found it; nothing where the form was filled in at one go."""
    return [] if draft.resumed_from is None else changed(instrument, draft.resumed_from, answers)


def changed(
    instrument: Instrument, before: Mapping[str, Answer], answers: Mapping[str, Answer]
) -> list[Changed]:
    """The items, in their order, that were answered otherwise."""
    return [
        Changed(item, in_words(item, before.get(item.code)), in_words(item, answers.get(item.code)))
        for item in instrument.items
        if before.get(item.code) != answers.get(item.code)
    ]


def _is_over(draft: EntryDraft) -> bool:
    request, session = draft.request, draft.session
    if request:
        today = local_today(draft.episode.patient)
        return request.status != RequestStatus.OPEN or not request.opens_on <= today <= request.closes_on
    if draft.corrects:
        return hasattr(draft.corrects, "superseded_by")
    return bool(session and session.voided_at)


def progress(instrument: Instrument, answers: dict[str, Answer]) -> tuple[int, int]:
    """How many of the items that need an answer have one, and how many need one."""
    spared = skipped(instrument, answers)
    asked = [item for item in instrument.items if item.required and item.code not in spared]
    return sum(answers.get(item.code) is not None for item in asked), len(asked)
