"""The caseload: who needs somebody, and why, in one line each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.frames import Axis
from reports.models import RETURNS, CourseFlag, EpisodeCourse, FlagState
from reports.pages.caseload.facts import Known, facts_of, known_of, outcome_of
from reports.stats.flags import flag_words
from reports.stats.present import Facts, State, Told, age, findings
from tracking.models import (
    Assessment,
    AssessmentRequest,
    SafetyAlert,
    TreatmentEpisode,
    Unblinding,
    User,
)
from tracking.queries.events import LastStop, last_stops
from tracking.queries.names import Whose, whose
from tracking.queries.raters import ASSIGN_AHEAD
from tracking.rules.due_work import places
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.rules.policies.wordings import ON_PAPER, Wordings
from tracking.tongues import heard
from tracking.vocabulary import EpisodeStatus
from tracking.vocabulary.time_points import time_point_in_words

MISSED_FOR = timedelta(days=14)  # so long a questionnaire that nobody answered is still spoken of
# The class of the tag.
LEVELS = {State.SAFETY_ALERT: "alarm"} | dict.fromkeys(
    (
        State.RELAPSE,
        State.WORSENED,
        State.RESPONSE_LOST,
        State.NO_RESPONSE,
        State.SILENT,
        State.NEVER_STARTED,
        State.TO_DECIDE,
    ),
    "warn",
)
STATE_WORDS = {
    State.SAFETY_ALERT: gettext_lazy("safety alert"),
    State.RELAPSE: gettext_lazy("relapse"),
    State.WORSENED: gettext_lazy("worsened"),
    State.RESPONSE_LOST: gettext_lazy("response lost"),
    State.NO_RESPONSE: gettext_lazy("no response"),
    State.SILENT: gettext_lazy("silent"),
    State.NEVER_STARTED: gettext_lazy("never started"),
    State.TO_DECIDE: gettext_lazy("to be decided"),
    State.OVERDUE: gettext_lazy("overdue"),
    State.MISSED: gettext_lazy("missed"),
    State.OLD_SCORE: gettext_lazy("no recent score"),
    State.DUE: gettext_lazy("due today"),
    State.NOT_JUDGED: gettext_lazy("not judged"),
    State.NO_BASELINE: gettext_lazy("no baseline"),
    State.NOT_BETTER: gettext_lazy("not better"),
    State.BEGINNING: gettext_lazy("beginning"),
    State.ON_COURSE: gettext_lazy("on course"),
    State.ENDED: gettext_lazy("treatment ended"),
    State.DIED: gettext_lazy("died"),
}
# Whose labels in the definitions are longer; any other is a label itself.
BRIEF_BANDS = {
    "significant": gettext_lazy("significant"),
    "subthreshold": gettext_lazy("subthreshold"),
    "zone_1": gettext_lazy("zone 1"),
    "zone_2": gettext_lazy("zone 2"),
    "zone_3": gettext_lazy("zone 3"),
    "zone_4": gettext_lazy("zone 4"),
}
FLAGGED = dict.fromkeys(RETURNS, State.RELAPSE) | {
    "deterioration": State.WORSENED,
    "response_lost": State.RESPONSE_LOST,
    "no_response": State.NO_RESPONSE,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One person on the caseload, with everything their row shows. ``told``: all that is so, the worst first; never
    empty. ``episode``: the treatment that it is about. ``age``: how many days old the latest score is."""

    episode: TreatmentEpisode
    whose: Whose
    told: tuple[Told, ...]
    course: EpisodeCourse | None
    scale: str
    age: int | None

    @property
    def present(self) -> Told:
        """Where the person stands: exactly one state."""
        return self.told[0]

    @property
    def others(self) -> tuple[Told, ...]:
        """What else is so."""
        return self.told[1:]

    @property
    def beside(self) -> str:
        """What tells namesakes apart, and the treatment."""
        return " · ".join(part for part in (self.whose.apart, self.episode.protocol) if part)

    @property
    def band(self) -> str:
        """The severity band of the latest score, in a word; empty without one."""
        key = self.course.latest_band if self.course else ""
        return str(BRIEF_BANDS.get(key) or _(key.replace("_", " "))) if key else ""

    @property
    def level(self) -> str:
        return "" if self.present.seen else LEVELS.get(self.present.state, "")

    @property
    def said_age(self) -> str:
        """How old the latest score is, in words."""
        return "" if self.age is None else age(self.age)

    @property
    def reasons(self) -> tuple[Told, ...]:
        """Why somebody is needed."""
        return tuple(each for each in self.told if each.needs_somebody)

    @property
    def urgency(self) -> tuple[object, ...]:
        return (*self.present.order, self.whose.name, self.whose.apart)


def caseload(user: User, now: datetime) -> list[Case]:
    """Everybody whom the user may see, each once, those who need somebody first; what is due, by the day that it is
    where each patient lives. More rows need no more queries."""
    return cases_of(TreatmentEpisode.objects.visible_to(user), now)


def cases_of(visible: QuerySet[TreatmentEpisode], now: datetime) -> list[Case]:
    """A case for each person who has one of these episodes. A treatment that has ended says nothing of somebody who
    is in another, beyond what is open in it."""
    related = ("patient__identity", "patient__team__site", "study", "mark")
    episodes = list(visible.select_related(*related).order_by("starts_on", "pk"))
    shelf, known = Shelf(), known_of(episodes)
    facts = facts_of(episodes, _told(episodes, known, now, shelf), known, now, shelf)
    people: defaultdict[int, list[TreatmentEpisode]] = defaultdict(list)
    for episode in episodes:
        people[episode.patient_id].append(episode)
    cases = (_case(own, facts, known, now, shelf) for own in people.values())
    return sorted(cases, key=lambda case: case.urgency)


def counts_of(cases: Iterable[Case]) -> list[tuple[str, str, int]]:
    """How many people are in each state that somebody is in, the worst first: its words, its level and the number."""
    counts = Counter(case.present.state for case in cases)
    return [
        (str(STATE_WORDS[state]), LEVELS.get(state, ""), counts[state]) for state in State if counts[state]
    ]


def main_course(episode: TreatmentEpisode, courses: Iterable[EpisodeCourse]) -> EpisodeCourse | None:
    """The course of the outcome of the study, else of the protocol; else the one with most scores."""
    outcome = outcome_of(episode)
    ranked = sorted(courses, key=lambda course: ((course.instrument, course.scale) != outcome, -course.n))
    return ranked[0] if ranked else None


def _case(
    own: list[TreatmentEpisode], facts: Mapping[int, Facts], known: Known, now: datetime, shelf: Shelf
) -> Case:
    """``own``: the treatments of one person, in the order in which they began."""
    today = local_day(own[0].patient, now)
    running = [episode for episode in own if facts[episode.pk].ended_on is None]
    found = [
        (told, episode)
        for episode in reversed(own)
        for told in findings(facts[episode.pk], today)
        if not (running and told.state == State.ENDED)
        and not (told.state == State.DIED and episode != own[-1])
    ]
    found.sort(key=lambda pair: (pair[0].order, pair[1] not in running))
    episode = found[0][1]
    course = main_course(episode, known.courses.get(episode.pk, ()))
    day = course.latest_day if course else None
    return Case(
        episode=episode,
        whose=whose(episode.patient),
        told=tuple(told for told, _episode in found),
        course=course,
        scale=shelf.get(course.instrument, study=episode.study).short_title if course else "",
        age=None if day is None else (today - known.axes[episode.pk].date(day)).days,
    )


def _told(
    episodes: list[TreatmentEpisode], known: Known, now: datetime, shelf: Shelf
) -> defaultdict[int, list[Told]]:
    """What is open in each episode: alerts, flags, decisions, and what is due."""
    found: defaultdict[int, list[Told]] = defaultdict(list)
    own = {episode.pk: episode for episode in episodes}
    for alert in SafetyAlert.objects.filter(episode__in=episodes).unresolved():
        found[alert.episode_id].append(_alert_told(alert, own[alert.episode_id], now, shelf))
    for flag, after in _flags(own, known):
        found[flag.episode_id].append(_flag_told(flag, after, own[flag.episode_id], known, shelf))
    for unblinding in Unblinding.objects.pending().filter(episode__in=episodes):
        unblinding.episode = own[unblinding.episode_id]
        found[unblinding.episode_id].append(_unblinding_told(unblinding))
    wordings = Wordings()
    days = {episode.pk: local_day(episode.patient, now) for episode in episodes}
    for request in _waiting(days):
        request.episode = own[request.episode_id]
        found[request.episode_id].append(_due_told(request, days[request.episode_id], shelf, wordings))
    return found


def _flags(own: Mapping[int, TreatmentEpisode], known: Known) -> list[tuple[CourseFlag, str]]:
    """The open flags, and of running treatments those that somebody has closed while the scores say them still; of a
    return after the medication was stopped, how long after."""
    rows = CourseFlag.objects.filter(episode__in=list(own), state__in=[FlagState.OPEN, FlagState.CLOSED])
    standing = {key: _standing(known.courses.get(key, ())) for key in own}
    flags = [
        flag
        for flag in rows
        if flag.state == FlagState.OPEN
        or own[flag.episode_id].status == EpisodeStatus.ACTIVE
        and (flag.instrument, flag.scale, flag.kind, flag.day) in standing[flag.episode_id]
    ]
    returned = {flag.episode_id for flag in flags if flag.kind in RETURNS}
    stops = last_stops([own[key] for key in returned]) if returned else {}
    return [(flag, _after_stop(flag, stops.get(flag.episode_id), known.axes)) for flag in flags]


def _standing(courses: Iterable[EpisodeCourse]) -> set[tuple[str, str, str, int]]:
    """What the scores say now, by scale, kind and day."""
    return {
        (course.instrument, course.scale, flag["kind"], flag["day"])
        for course in courses
        for flag in course.details.get("flags", ())
        if flag.get("standing")
    }


def _after_stop(flag: CourseFlag, stop: LastStop | None, zeros: Mapping[int, Axis]) -> str:
    if stop is None or flag.kind not in RETURNS:
        return ""
    days = (zeros[flag.episode_id].date(flag.day) - stop.last_dose).days
    if days <= 0:
        return ""
    words = ngettext(
        "{n} day after the last dose of {substance}.", "{n} days after the last dose of {substance}.", days
    )
    return words.format(n=days, substance=stop.substance)


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


def _unblinding_told(row: Unblinding) -> Told:
    asked_on = local_day(row.episode.patient, row.asked_at)
    words = _(
        "A rater should be told the treatment or knows it, asked on {day}; a lead of the team decides"
    ).format(day=_day(asked_on))
    return Told(State.TO_DECIDE, asked_on, _("unblinding"), words)


def _alert_told(alert: SafetyAlert, episode: TreatmentEpisode, now: datetime, shelf: Shelf) -> Told:
    instrument = shelf.get(alert.instrument)
    label = _("safety alert, {time}") if alert.status == "open" else _("alert, being handled, {time}")
    is_endorsed = alert.state == "endorsed"
    words = _("{scale} item {item} endorsed") if is_endorsed else _("{scale} item {item} left unanswered")
    return Told(
        State.SAFETY_ALERT,
        local_day(episode.patient, alert.raised_at),
        label.format(time=timesince(alert.raised_at, now, depth=1)),
        words.format(scale=instrument.short_title, item=instrument.item(alert.item).code),
    )


def _flag_told(flag: CourseFlag, after: str, episode: TreatmentEpisode, known: Known, shelf: Shelf) -> Told:
    state = FLAGGED[flag.kind]
    return Told(
        state,
        known.axes[flag.episode_id].date(flag.day),
        flag_words(flag.kind),
        f"{heard(flag.sentence)} {after}".strip(),
        seen=flag.state == FlagState.CLOSED,
        scale=shelf.get(flag.instrument, study=episode.study).short_title,
    )


def _due_told(request: AssessmentRequest, as_of: date, shelf: Shelf, wordings: Wordings) -> Told:
    instrument = shelf.get(request.instrument, request.version)
    point = request.time_point.replace("-", " ")
    parts = [instrument.short_title, *([time_point_in_words(point)] if point else [])]
    parts += [str(ON_PAPER)] if wordings.is_on_paper(request, instrument) else []
    what = ", ".join(parts)
    if request.blinded and request.closes_on >= as_of:
        if request.assigned_to is None:
            words = _("{what}: no rater is available, assign one by {day}")
            said = words.format(what=what, day=_day(request.closes_on))
            return Told(State.TO_DECIDE, request.opens_on, _("no rater"), said)
        what = _("{what}, waits for {name}").format(what=what, name=request.assigned_to.name)
    (place,) = places([request], as_of)
    if place == "missed":
        words = _("{what}, could be answered until {day}")
        said = words.format(what=what, day=_day(request.closes_on))
        return Told(State.MISSED, request.closes_on, _("missed"), said)
    if place == "overdue":
        label = _("overdue {days} d").format(days=(as_of - request.due_on).days)
        said = _("{what}, due {day}").format(what=what, day=_day(request.due_on))
        return Told(State.OVERDUE, request.due_on, label, said)
    return Told(State.DUE, request.due_on, _("due today"), what)


def _day(on: date) -> str:
    return date_format(on, "MONTH_DAY_FORMAT")
