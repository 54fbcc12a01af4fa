"""What a patient's sitting reads: the link, what it asks for, what was answered so far."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet

from measures.instrument import Instrument, Item
from measures.scoring import Answer, skipped
from tracking import clock
from tracking.models import AssessmentRequest, DraftAnswers, Patient, SittingLink, TreatmentEpisode
from tracking.models.schedules import RequestQuerySet
from tracking.queries.assessments import AnswerLine, answer_lines
from tracking.rules.crisis import Contact, contacts_of
from tracking.rules.policies.assessments import can_be_finished, is_being_finished
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import (
    Wordings,
    can_be_asked,
    is_begun,
    shown_instrument,
)
from tracking.rules.tokens import token_hash
from tracking.vocabulary import AnswerSource, RequestStatus

Answers = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One questionnaire of a sitting, in the words that it shows. ``answers`` has a key for each item seen,
    ``None`` where it was skipped; ``number`` is that of the latest."""

    request: AssessmentRequest
    instrument: Instrument
    answers: Answers
    number: int = 0

    @property
    def language(self) -> str:
        return self.instrument.language

    @property
    def items(self) -> tuple[Item, ...]:
        return self.instrument.items

    @property
    def spared(self) -> Collection[str]:
        """Codes of the items that need no answer, given the answers so far: they are not asked."""
        return skipped(self.instrument, self.answers)

    @property
    def resume_at(self) -> int:
        """Number of the first item that is to be asked and was not seen yet; the last one when all were."""
        seen = {*self.answers, *self.spared}
        unseen = (n for n, item in enumerate(self.items, 1) if item.code not in seen)
        return next(unseen, self.last)

    @property
    def last(self) -> int:
        """Number of the last item to be asked."""
        return self.number_before(len(self.items) + 1)

    def number_after(self, number: int) -> int:
        """Number of the next item to be asked; one more than there are items when that was the last."""
        spared = self.spared
        later = (n for n, item in enumerate(self.items, 1) if n > number and item.code not in spared)
        return next(later, len(self.items) + 1)

    def number_before(self, number: int) -> int:
        """Number of the item asked before this one; 0 when this is the first."""
        spared = self.spared
        earlier = (n for n in range(number - 1, 0, -1) if self.items[n - 1].code not in spared)
        return next(earlier, 0)

    def answered(self, code: str, answer: Answer) -> Questionnaire:
        """The same with one more answer."""
        return replace(self, answers=self.answers | {code: answer})

    @property
    def is_begun(self) -> bool:
        return bool(self.answers)

    @property
    def unanswered(self) -> list[tuple[int, Item]]:
        """The items without an answer that are part of the questionnaire proper, with their numbers. What needs
        no answer is not among them."""
        spared = self.spared
        wanted = ((n, item) for n, item in enumerate(self.items, 1) if item.code not in spared)
        return [(n, item) for n, item in wanted if item.required and self.answers.get(item.code) is None]


def usable_link(token: str, now: datetime) -> SittingLink | None:
    """The link that this token opens, or ``None`` when it is unknown, expired, revoked or used."""
    found = _links().filter(
        token_hash=token_hash(token), expires_at__gt=now, revoked_at=None, finished_at=None
    )
    link = found.first()
    return link if link and open_requests(link) else None


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of what a link has asked for, once nothing of it can be answered: how many questionnaires the patient
    has sent, how many the staff have entered, the last day of one that nobody has answered, and whether answers to
    one of those are kept. One that was cancelled is none of them."""

    sent: int
    entered: int
    over: date | None
    is_kept: bool
    next_on: date | None  # when the patient is asked again


def ended_link(token: str) -> SittingLink | None:
    """The link of this token if it was not taken back and nothing of it can be answered any more."""
    link = _links().filter(token_hash=token_hash(token), revoked_at=None).first()
    if link is None:
        return None
    today = local_today(link.episode.patient)
    waiting = link.requests.filter(status=RequestStatus.OPEN, closes_on__gte=today)
    return None if waiting.exists() or open_requests(link) else link


def ending(link: SittingLink) -> Ending:
    requests = list(link.requests.select_related("draft").prefetch_related("assessments"))
    sources = [
        one.source for request in requests for one in request.assessments.all() if not one.supersedes_id
    ]
    unanswered = [request for request in requests if request.status == RequestStatus.OPEN]
    later = AssessmentRequest.objects.open().filter(
        episode=link.episode, rater="self", opens_on__gt=local_today(link.episode.patient)
    )
    return Ending(
        sent=sources.count(AnswerSource.SELF),
        entered=len(sources) - sources.count(AnswerSource.SELF),
        over=max((request.closes_on for request in unanswered), default=None),
        is_kept=any(is_begun(request) for request in unanswered),
        next_on=later.order_by("opens_on").values_list("opens_on", flat=True).first(),
    )


def link_of_sitting(public_id: uuid.UUID | str) -> SittingLink | None:
    """The link of a sitting that has begun. It may expire under way; once revoked it is gone."""
    return _links().filter(public_id=public_id, revoked_at=None).first()


def _links() -> QuerySet[SittingLink]:
    return SittingLink.objects.select_related("episode__patient__team__site")


def open_requests(link: SittingLink) -> list[AssessmentRequest]:
    """What this link still asks for today, in the order in which it is due: also what was begun in time and may be
    finished. What has no wording to be asked in, in the language of the sitting, is not among it."""
    asked = answerable(link.requests.select_related("episode__patient__team__site"))
    wordings = Wordings()
    return [one for one in asked if not link.language or link.language in wordings.languages_of(one)]


def answerable(requests: RequestQuerySet) -> list[AssessmentRequest]:
    """Those self-reports that their patients can answer on screen today."""
    asked = requests.open().filter(rater="self")
    return [one for one in asked if _is_open(one) and can_be_asked(one)]


def _is_open(request: AssessmentRequest) -> bool:
    today = local_today(request.episode.patient)
    return request.opens_on <= today <= request.closes_on or can_be_finished(request, today)


def request_of(link: SittingLink, public_id: uuid.UUID) -> AssessmentRequest | None:
    """The request of this link with this id, answered or open; not when there is no wording to ask it in."""
    request = link.requests.filter(public_id=public_id).first()
    if request and request.status == RequestStatus.OPEN and not can_be_asked(request):
        return None
    return request


def questionnaire(request: AssessmentRequest) -> Questionnaire:
    """The questionnaire behind a request, with what was answered so far, in the words that are pinned."""
    draft = DraftAnswers.objects.filter(request=request).first()
    answers = dict(draft.answers) if draft else {}
    number = max(draft.numbers.values(), default=0) if draft else 0
    return Questionnaire(request, shown_instrument(request), answers, number)


@dataclass(frozen=True, slots=True)
class Begun:
    """A sitting that was not sent, as staff are shown it: the items seen so far with their answers in words, how many
    there are, when the latest was given, by the patient's clock, and its number."""

    seen: list[AnswerLine]
    items: int
    latest_at: datetime
    number: int


def begun(request: AssessmentRequest) -> Begun | None:
    """What the patient has answered of an open request and not sent; nothing when that is nothing."""
    draft = DraftAnswers.objects.filter(request=request, request__status=RequestStatus.OPEN).first()
    if draft is None or not draft.answers:
        return None
    lines = answer_lines(shown_instrument(request), draft.answers)
    seen = [line for line in lines if line.item.code in draft.answers]
    latest_at = clock.wall(draft.updated_at, request.episode.patient.timezone)
    return Begun(seen, len(lines), latest_at, max(draft.numbers.values(), default=0))


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a patient had begun when the time for it ended, and whether it can still be sent."""

    request: AssessmentRequest
    title: str
    begun: Begun
    can_be_sent: bool


def unsent(episode: TreatmentEpisode) -> list[Unsent]:
    """The self-reports of an episode that were begun and not sent in their time, the latest first."""
    today = local_today(episode.patient)
    over = episode.requests.open().filter(rater="self", closes_on__lt=today, draft__isnull=False)
    return [
        Unsent(request, shown_instrument(request).short_title, found, can_be_finished(request, today))
        for request in over.select_related("draft", "episode__patient").order_by("-closes_on", "pk")
        if (found := begun(request))
    ]


def minutes_of(requests: list[AssessmentRequest]) -> int:
    """How long answering these takes, in minutes."""
    return sum(instrument_of(request.instrument, request.version).minutes for request in requests)


def ended_on(request: AssessmentRequest) -> date | None:
    """The last day of a questionnaire that is being finished after it; nothing while it is in its time."""
    today = local_today(request.episode.patient)
    return request.closes_on if is_being_finished(request, today) else None


def crisis_contacts(patient: Patient, language: str) -> tuple[Contact, ...]:
    """Whom this patient can call now, in the language of the page where the site has said it in that language."""
    site = patient.team.site
    own = site.contacts.filter(language=language).first()
    return contacts_of(own.contacts if own else site.crisis_contacts)
