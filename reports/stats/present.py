"""Where one person stands today: exactly one state, the worst that is known, with its day and a sentence.

*On course* is earned: a recent enough score that is better than the baseline, judged by the rules as they are, and
nothing else to say. Who is silent, whose scores are old or cannot be compared is none of that, and it is said.

How long is too long is the protocol's to say: a window in which it asks for something has opened and closed since the
last time that something was there. Where it asks for nothing more, ``QUIET_FOR`` holds, a policy of this platform. A
medication that goes on says nothing of the person, and is no sign of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

QUIET_FOR = timedelta(
    days=84
)  # as long as the protocols of this platform watch for relapse after the last dose


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


# What is said of those of whom nothing else is to be said, in the order in which it is said.
OTHERS = {
    State.ON_COURSE: ("is on course", "are on course"),
    State.NOT_BETTER: ("is not better than at baseline", "are not better than at baseline"),
    State.NO_BASELINE: ("has no baseline to compare with", "have no baseline to compare with"),
    State.BEGINNING: ("has no score since treatment began", "have no score since treatment began"),
    State.NOT_JUDGED: ("is not judged", "are not judged"),
    State.ENDED: ("has ended treatment", "have ended treatment"),
    State.DIED: ("has died", "have died"),
}
SEEN = ("is worse or without response, and was seen to", "are worse or without response, and were seen to")
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
        return (Told(State.DIED, facts.died_on, "died", f"Died on {facts.died_on:%-d %B %Y}."),)
    told = [
        *_one_event(facts.told),
        *([_ended(facts.ended_on)] if facts.ended_on else _running(facts, today)),
    ]
    return tuple(sorted(told, key=lambda each: each.order))


def age(days: int) -> str:
    """ "today", "1 day ago", "234 days ago" """
    return "today" if days <= 0 else f"{days} day{'' if days == 1 else 's'} ago"


def others_in_words(others: Iterable[Told]) -> str:
    """Those who need nobody now, counted by what is known of them: "38 others are on course, 4 are not better than at
    baseline." Empty without any."""
    counts = Counter(SEEN if each.seen else OTHERS[each.state] for each in others)
    said = [
        f"{counts[words]} {words[0] if counts[words] == 1 else words[1]}"
        for words in (*OTHERS.values(), SEEN)
        if counts[words]
    ]
    return f"Of the others {', '.join(said)}." if said else ""


def _one_event(told: Iterable[Told]) -> list[Told]:
    kept: list[Told] = []
    for each in sorted(told, key=lambda one: one.order):
        same = next((n for n, one in enumerate(kept) if _is_same(one, each)), None)
        if same is None:
            kept.append(each)
        else:
            first = kept[same]
            sentence = f"{first.sentence} {each.scale} is worse, too."
            kept[same] = replace(first, since=min(first.since, each.since), sentence=sentence)
    return kept


def _is_same(one: Told, other: Told) -> bool:
    return one.seen == other.seen and {one.state, other.state} <= WORSE_THAN_BEFORE


def _ended(on: date) -> Told:
    return Told(State.ENDED, on, "treatment ended", f"Treatment ended on {on:%-d %B %Y}.")


def _running(facts: Facts, today: date) -> list[Told]:
    if not facts.is_dated:
        words = "Imported without dates: how old its scores are is not known."
        return [Told(State.NOT_JUDGED, facts.begun_on, "no dates", words)]
    return [*_silence(facts, today), _course(facts, today)]


def _silence(facts: Facts, today: date) -> list[Told]:
    last = facts.heard.last
    since = last or facts.begun_on
    if not facts.asked.is_too_long(since, today):
        return []
    days = (today - since).days
    if last is None:
        words = f"No score, no sitting and no session since treatment was to begin, {age(days)}."
        return [Told(State.NEVER_STARTED, since, f"never started, {days} d", words)]
    words = f"No score, no sitting and no session since {since:%-d %B %Y}, {age(days)}."
    return [Told(State.SILENT, since, f"silent, {days} d", words)]


def _course(facts: Facts, today: date) -> Told:
    if not facts.is_judged:
        words = "Something is newer than what was judged, or was judged by earlier rules."
        return Told(State.NOT_JUDGED, today, "not judged yet", words)
    recent = [
        (each.is_outcome, each.latest_on, each)
        for each in facts.scales
        if each.latest_on and not each.asked.is_too_long(each.latest_on, today)
    ]
    if not recent:
        return _without_score(facts, today)
    _, on, best = max(recent, key=lambda row: row[:2])
    now = f"{best.scale} {best.latest:g} on {on:%-d %B %Y}, {age((today - on).days)}"
    if best.better is None:
        return Told(
            State.NO_BASELINE, on, "no baseline", f"{now}: nothing from before treatment to compare with."
        )
    if best.better > 0:
        return Told(
            State.ON_COURSE, on, "on course", f"{now}: {best.better:g} points better than at baseline."
        )
    return Told(State.NOT_BETTER, on, "not better", f"{now}: not better than at baseline.")


def _without_score(facts: Facts, today: date) -> Told:
    """No score that is recent enough: there was one, one was asked for and did not come, or it is early."""
    scored = [(each.latest_on, each) for each in facts.scales if each.latest_on]
    if scored:
        on, latest = max(scored, key=lambda row: row[0])
        days = (today - on).days
        words = f"The last score that can be judged is {latest.scale} {latest.latest:g} of {on:%-d %B %Y}, {age(days)}."
        return Told(State.OLD_SCORE, on, f"score {days} d old", words)
    begun = facts.begun_on
    if any(each.asked.is_too_long(begun, today) for each in facts.scales):
        words = f"No score that can be judged since treatment began on {begun:%-d %B %Y}."
        return Told(State.OLD_SCORE, begun, "no score", words)
    return Told(State.BEGINNING, begun, "beginning", f"No score since treatment began on {begun:%-d %B %Y}.")
