"""Where one person stands today: exactly one state, the worst that is known, with its day and a sentence.

*On course* is earned: a recent enough score that is better than the baseline, judged by the rules as they are, and
nothing else to say. Who is silent, whose scores are old or cannot be compared is none of that, and it is said.

How long is too long is the protocol's to say: a window in which it asks for something has opened and closed since the
last time that something was there. Where it asks for nothing more, ``QUIET_FOR`` holds, a policy of this platform. A
medication that goes on says nothing of the person, and is no sign of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from measures.language import beside, dated, figure, ngettext
from measures.language import gettext as _
from reports.stats.amounts import points

# As long as the protocols of this platform watch for relapse after the last dose.
QUIET_FOR = timedelta(days=84)


class State(StrEnum):
    """The states of a person, the worst first."""

    SAFETY_ALERT = "safety_alert"
    RELAPSE = "relapse"
    WORSENED = "worsened"
    RESPONSE_LOST = "response_lost"
    NO_RESPONSE = "no_response"
    SILENT = "silent"
    NEVER_STARTED = "never_started"
    TO_DECIDE = "to_decide"
    OVERDUE = "overdue"
    MISSED = "missed"
    OLD_SCORE = "old_score"
    DUE = "due"
    NOT_JUDGED = "not_judged"
    NO_BASELINE = "no_baseline"
    NOT_BETTER = "not_better"
    BEGINNING = "beginning"
    ON_COURSE = "on_course"
    ENDED = "ended"
    DIED = "died"

    @property
    def rank(self) -> int:
        return list(State).index(self)


Counted = Callable[[int], str]

# What is said of those of whom nothing else is to be said, by how many they are, in the order in which it is said.
OTHERS: dict[State, Counted] = {
    State.ON_COURSE: lambda n: ngettext("{n} is on course", "{n} are on course", n),
    State.NOT_BETTER: lambda n: ngettext(
        "{n} is not better than at baseline", "{n} are not better than at baseline", n
    ),
    State.NO_BASELINE: lambda n: ngettext(
        "{n} has no baseline to compare with", "{n} have no baseline to compare with", n
    ),
    State.BEGINNING: lambda n: ngettext(
        "{n} has no score since treatment began", "{n} have no score since treatment began", n
    ),
    State.NOT_JUDGED: lambda n: ngettext("{n} is not judged", "{n} are not judged", n),
    State.ENDED: lambda n: ngettext("{n} has ended treatment", "{n} have ended treatment", n),
    State.DIED: lambda n: ngettext("{n} has died", "{n} have died", n),
}


def seen_to(n: int) -> str:
    """What is said of those who are worse, and somebody has dealt with it."""
    return ngettext(
        "{n} is worse or without response, and was seen to",
        "{n} are worse or without response, and were seen to",
        n,
    )


NEEDS_SOMEBODY = frozenset(state for state in State if state.rank <= State.DUE.rank)
WORSE_THAN_BEFORE = frozenset({State.RELAPSE, State.WORSENED, State.RESPONSE_LOST})


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is so. ``since``: from which day on. ``label``: the tag. ``seen``: somebody has dealt with it,
    and the scores say it still. ``scale``: the short title of the scale that says so, where one does."""

    state: State
    since: date
    label: str
    sentence: str
    seen: bool = False
    scale: str = ""

    @property
    def needs_somebody(self) -> bool:
        return self.state in NEEDS_SOMEBODY and not self.seen

    @property
    def order(self) -> tuple[bool, bool, int]:
        """What needs somebody, then what somebody has seen, then the rest: whoever is worse is never on course."""
        return not self.needs_somebody, not self.seen, self.state.rank


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as windows of days. ``over``: the day on which the latest one that is over had opened;
    ``latest``: on which the latest of all that the protocol plans opens. ``None``: there is none."""

    over: date | None = None
    latest: date | None = None

    def is_too_long(self, since: date, today: date) -> bool:
        """Whether a whole window has come and gone after that day; where none is to come, whether ``QUIET_FOR`` has."""
        if self.over is not None and self.over > since:
            return True
        return (self.latest is None or self.latest <= since) and today - since > QUIET_FOR


@dataclass(frozen=True, slots=True)
class Standing:
    """One scale that a course can be judged on, or is to be. ``latest``: the last score since treatment began;
    ``better``: points from baseline to it in the good direction, ``None`` without either. ``is_outcome``: the one that
    the treatment is judged by."""

    scale: str
    latest: float | None
    latest_on: date | None
    better: float | None
    asked: Asked
    is_outcome: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """When somebody was last heard of: a score, an opened sitting, an attended session."""

    score: date | None = None
    sitting: date | None = None
    session: date | None = None

    @property
    def last(self) -> date | None:
        return max((day for day in (self.score, self.sitting, self.session) if day), default=None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one treatment episode. ``told``: alerts, flags, what is due and what waits for a decision.
    ``ended_on``: ``None`` while it runs. ``is_judged``: its scores have been judged by the rules as they are now.
    ``is_dated``: its days are real; those of some imports are not. ``died_on``: ``None`` while the person lives."""

    begun_on: date
    ended_on: date | None
    heard: Heard
    asked: Asked
    scales: Sequence[Standing] = ()
    told: Sequence[Told] = ()
    is_judged: bool = True
    is_dated: bool = True
    died_on: date | None = None


def findings(facts: Facts, today: date) -> tuple[Told, ...]:
    """Everything that is so of an episode on a day, the worst first; what somebody has dealt with after what nobody
    has. Never empty, so that the first is its state.

    Several scales that say that somebody is worse than before tell one event, and are one. Missing data: what was
    not recorded was not there. Nothing is concluded from a day that has not come. Of somebody who has died nothing
    else is said: nobody can be called any more.
    """
    if facts.died_on:
        return (
            Told(State.DIED, facts.died_on, _("died"), _("Died on {day}.").format(day=dated(facts.died_on))),
        )
    told = [
        *_one_event(facts.told),
        *([_ended(facts.ended_on)] if facts.ended_on else _running(facts, today)),
    ]
    return tuple(sorted(told, key=lambda each: each.order))


def age(days: int) -> str:
    """ "today", "1 day ago", "234 days ago" """
    return _("today") if days <= 0 else ngettext("{n} day ago", "{n} days ago", days).format(n=days)


def others_in_words(others: Iterable[Told]) -> str:
    """Those who need nobody now, counted by what is known of them: "38 others are on course, 4 are not better than at
    baseline." Empty without any."""
    counts = Counter(seen_to if each.seen else OTHERS[each.state] for each in others)
    said = [
        words(counts[words]).format(n=counts[words]) for words in (*OTHERS.values(), seen_to) if counts[words]
    ]
    return _("Of the others {counted}.").format(counted=beside(said)) if said else ""


def _one_event(told: Iterable[Told]) -> list[Told]:
    kept: list[Told] = []
    for each in sorted(told, key=lambda one: one.order):
        same = next((n for n, one in enumerate(kept) if _is_same(one, each)), None)
        if same is None:
            kept.append(each)
        else:
            first = kept[same]
            more = _("{scale} is worse, too.").format(scale=each.scale)
            sentence = f"{first.sentence} {more}"
            kept[same] = replace(first, since=min(first.since, each.since), sentence=sentence)
    return kept


def _is_same(one: Told, other: Told) -> bool:
    return one.seen == other.seen and {one.state, other.state} <= WORSE_THAN_BEFORE


def _ended(on: date) -> Told:
    words = _("Treatment ended on {day}.").format(day=dated(on))
    return Told(State.ENDED, on, _("treatment ended"), words)


def _running(facts: Facts, today: date) -> list[Told]:
    if not facts.is_dated:
        words = _("Imported without dates: how old its scores are is not known.")
        return [Told(State.NOT_JUDGED, facts.begun_on, _("no dates"), words)]
    return [*_silence(facts, today), _course(facts, today)]


def _silence(facts: Facts, today: date) -> list[Told]:
    last = facts.heard.last
    since = last or facts.begun_on
    if not facts.asked.is_too_long(since, today):
        return []
    days = (today - since).days
    if last is None:
        words = _("No score, no sitting and no session since treatment was to begin, {age}.")
        label = _("never started, {days} d").format(days=days)
        return [Told(State.NEVER_STARTED, since, label, words.format(age=age(days)))]
    words = _("No score, no sitting and no session since {day}, {age}.")
    label = _("silent, {days} d").format(days=days)
    return [Told(State.SILENT, since, label, words.format(day=dated(since), age=age(days)))]


def _course(facts: Facts, today: date) -> Told:
    if not facts.is_judged:
        words = _("Something is newer than what was judged, or was judged by earlier rules.")
        return Told(State.NOT_JUDGED, today, _("not judged yet"), words)
    recent = [
        (each.is_outcome, each.latest_on, each)
        for each in facts.scales
        if each.latest_on and not each.asked.is_too_long(each.latest_on, today)
    ]
    if not recent:
        return _without_score(facts, today)
    on, best = max(recent, key=lambda row: row[:2])[1:]
    if best.better is None:
        state, label = State.NO_BASELINE, _("no baseline")
        words = _("{scale} {score} on {day}, {age}: nothing from before treatment to compare with.")
    elif best.better > 0:
        state, label = State.ON_COURSE, _("on course")
        words = _("{scale} {score} on {day}, {age}: {points} better than at baseline.")
    else:
        state, label = State.NOT_BETTER, _("not better")
        words = _("{scale} {score} on {day}, {age}: not better than at baseline.")
    better = points(best.better or 0)
    return Told(state, on, label, _filled(words, best, on, today, points=better))


def _without_score(facts: Facts, today: date) -> Told:
    """No score that is recent enough: there was one, one was asked for and did not come, or it is early."""
    scored = [(each.latest_on, each) for each in facts.scales if each.latest_on]
    if scored:
        on, latest = max(scored, key=lambda row: row[0])
        days = (today - on).days
        words = _("The last score that can be judged is {scale} {score} of {day}, {age}.")
        label = _("score {days} d old").format(days=days)
        return Told(State.OLD_SCORE, on, label, _filled(words, latest, on, today))
    begun = facts.begun_on
    if any(each.asked.is_too_long(begun, today) for each in facts.scales):
        words = _("No score that can be judged since treatment began on {day}.")
        return Told(State.OLD_SCORE, begun, _("no score"), words.format(day=dated(begun)))
    words = _("No score since treatment began on {day}.")
    return Told(State.BEGINNING, begun, _("beginning"), words.format(day=dated(begun)))


def _filled(words: str, latest: Standing, on: date, today: date, **more: str) -> str:
    score, ago = figure(latest.latest or 0), age((today - on).days)
    return words.format(scale=latest.scale, score=score, day=dated(on), age=ago, **more)
