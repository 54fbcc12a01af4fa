"""The caseload: who needs somebody, and why, in one line each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timesince import timesince

from reports.frames import Axis, axes
from reports.models import RETURNS, CourseFlag, EpisodeCourse, FlagState
from tracking.models import (
    Assessment,
    AssessmentRequest,
    SafetyAlert,
    TreatmentEpisode,
    Unblinding,
    User,
)
from tracking.queries.events import LastStop, last_stops
from tracking.queries.raters import ASSIGN_AHEAD
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.rules.policies.wordings import ON_PAPER, Wordings

ALERT, FLAG, RATER, OVERDUE, MISSED, DUE = range(6)  # the order in which people need somebody
MISSED_FOR = timedelta(days=14)  # so long a questionnaire that nobody answered is still spoken of


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is on the list: a tag, and the rule behind it in one sentence."""

    rank: int
    level: str  # the class of the tag: alarm, warn or plain
    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Case:
    """One treatment episode on the caseload, with everything its row shows."""

    episode: TreatmentEpisode
    name: str
    reasons: tuple[Reason, ...]
    course: EpisodeCourse | None
    scale: str

    @property
    def first(self) -> Reason | None:
        return self.reasons[0] if self.reasons else None

    @property
    def urgency(self) -> tuple[int, str]:
        return (self.first.rank if self.first else DUE + 1, self.name)


def caseload(user: User, now: datetime) -> list[Case]:
    """Every episode that the user may see, those who need somebody first; what is due, by the day that it is where
    each patient lives. More rows need no more queries."""
    visible = TreatmentEpisode.objects.visible_to(user)
    episodes = list(visible.select_related("patient__identity", "patient__team__site", "study"))
    shelf = Shelf()
    reasons = _reasons(episodes, now, shelf)
    courses = _courses(episodes)
    return sorted(
        (_case(episode, reasons[episode.pk], courses[episode.pk], shelf) for episode in episodes),
        key=lambda case: case.urgency,
    )


def patient_name(episode: TreatmentEpisode) -> str:
    """The name where an identity is held; imported people have none, only their code."""
    identity = getattr(episode.patient, "identity", None)
    return identity.name if identity else episode.patient.study_code


def main_course(episode: TreatmentEpisode, courses: Iterable[EpisodeCourse]) -> EpisodeCourse | None:
    """The course of the study's outcome; without a study, the one with most scores."""
    outcome = (episode.study.outcome_instrument, episode.study.outcome_scale) if episode.study else None
    ranked = sorted(courses, key=lambda course: ((course.instrument, course.scale) != outcome, -course.n))
    return ranked[0] if ranked else None


def _case(
    episode: TreatmentEpisode, reasons: list[Reason], courses: list[EpisodeCourse], shelf: Shelf
) -> Case:
    course = main_course(episode, courses)
    return Case(
        episode=episode,
        name=patient_name(episode),
        reasons=tuple(sorted(reasons, key=lambda reason: reason.rank)),
        course=course,
        scale=shelf.get(course.instrument, study=episode.study).short_title if course else "",
    )


def _reasons(episodes: list[TreatmentEpisode], now: datetime, shelf: Shelf) -> defaultdict[int, list[Reason]]:
    found: defaultdict[int, list[Reason]] = defaultdict(list)
    known = {episode.pk: episode for episode in episodes}
    for alert in SafetyAlert.objects.filter(episode__in=episodes).unresolved():
        found[alert.episode_id].append(_alert_reason(alert, now, shelf))
    for flag, after in _flags(episodes):
        said = f"{flag.sentence} {after}".strip()
        found[flag.episode_id].append(Reason(FLAG, "warn", flag.kind.replace("_", " "), said))
    for unblinding in Unblinding.objects.pending().filter(episode__in=episodes):
        unblinding.episode = known[unblinding.episode_id]
        found[unblinding.episode_id].append(_unblinding_reason(unblinding))
    wordings = Wordings()
    days = {episode.pk: local_day(episode.patient, now) for episode in episodes}
    for request in _waiting(days):
        request.episode = known[request.episode_id]
        found[request.episode_id].append(_due_reason(request, days[request.episode_id], shelf, wordings))
    return found


def _flags(episodes: list[TreatmentEpisode]) -> list[tuple[CourseFlag, str]]:
    """The open flags; of a return after the medication was stopped, how long after."""
    flags = list(CourseFlag.objects.filter(episode__in=episodes, state=FlagState.OPEN))
    returned = {flag.episode_id for flag in flags if flag.kind in RETURNS}
    stops = last_stops([episode for episode in episodes if episode.pk in returned]) if returned else {}
    zeros = axes(TreatmentEpisode.objects.filter(pk__in=stops)) if stops else {}
    return [(flag, _after_stop(flag, stops.get(flag.episode_id), zeros)) for flag in flags]


def _after_stop(flag: CourseFlag, stop: LastStop | None, zeros: Mapping[int, Axis]) -> str:
    if stop is None or flag.kind not in RETURNS:
        return ""
    days = (zeros[flag.episode_id].date(flag.day) - stop.last_dose).days
    return (
        f"{days} day{'' if days == 1 else 's'} after the last dose of {stop.substance}." if days > 0 else ""
    )


def _waiting(days: Mapping[int, date]) -> QuerySet[AssessmentRequest]:
    """What is due and not answered, what was missed lately, unless the same was answered since, and which blinded
    rating that opens soon has no rater. ``days``: the day that it is for each episode."""
    since = Assessment.objects.counted().filter(
        episode=OuterRef("episode"), instrument=OuterRef("instrument"), assessed_on__gt=OuterRef("due_on")
    )
    wanted = Q(pk__in=[])
    for as_of in set(days.values()):
        missed = Q(closes_on__lt=as_of, closes_on__gte=as_of - MISSED_FOR) & ~Exists(since)
        due = Q(due_on__lte=as_of) & (Q(closes_on__gte=as_of) | missed)
        unrated = Q(blinded=True, assigned_to=None, opens_on__lte=as_of + ASSIGN_AHEAD, closes_on__gte=as_of)
        wanted |= (due | unrated) & Q(episode__in=[pk for pk, day in days.items() if day == as_of])
    return AssessmentRequest.objects.filter(wanted).open().select_related("draft", "assigned_to")


def _unblinding_reason(row: Unblinding) -> Reason:
    asked_on = local_day(row.episode.patient, row.asked_at)
    asked = f"asked on {asked_on:%-d %B}; a lead of the team decides"
    return Reason(RATER, "warn", "unblinding", f"A rater should be told the treatment or knows it, {asked}")


def _alert_reason(alert: SafetyAlert, now: datetime, shelf: Shelf) -> Reason:
    instrument = shelf.get(alert.instrument)
    label = "safety alert" if alert.status == "open" else "alert, being handled"
    state = "endorsed" if alert.state == "endorsed" else "left unanswered"
    item = instrument.item(alert.item)
    waiting = timesince(alert.raised_at, now).split(",")[0]
    return Reason(ALERT, "alarm", f"{label}, {waiting}", f"{instrument.short_title} item {item.code} {state}")


def _due_reason(request: AssessmentRequest, as_of: date, shelf: Shelf, wordings: Wordings) -> Reason:
    instrument = shelf.get(request.instrument, request.version)
    when = f", {request.time_point.replace('-', ' ')}" if request.time_point else ""
    paper = f", {ON_PAPER}" if wordings.is_on_paper(request, instrument) else ""
    what = f"{instrument.short_title}{when}{paper}"
    if request.blinded and request.closes_on >= as_of:
        if request.assigned_to is None:
            until = f"{request.closes_on:%-d %B}"
            return Reason(RATER, "warn", "no rater", f"{what}: no rater is available, assign one by {until}")
        what = f"{what}, waits for {request.assigned_to.name}"
    if request.closes_on < as_of:
        return Reason(MISSED, "", "missed", f"{what}, could be answered until {request.closes_on:%-d %B}")
    days = (as_of - request.due_on).days
    if days:
        return Reason(OVERDUE, "", f"overdue {days} d", f"{what}, due {request.due_on:%-d %B}")
    return Reason(DUE, "", "due today", what)


def _courses(episodes: list[TreatmentEpisode]) -> defaultdict[int, list[EpisodeCourse]]:
    found: defaultdict[int, list[EpisodeCourse]] = defaultdict(list)
    for course in EpisodeCourse.objects.filter(episode__in=episodes):
        found[course.episode_id].append(course)
    return found
