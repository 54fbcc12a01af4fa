"""A clinic of simulated people, day by day through the actions that real people take, and what its pages say of each.

Beside it stands a judge of its own, which reads the stored scores and days and knows the thresholds from the
publications, not from the product: who is reliably worse than at any earlier score, who has lost a treatment response,
of whom nothing was heard for longer than the protocol waits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from reports.actions.courses import close_flag, recompute_episode
from reports.actions.jobs import pending
from reports.models import CourseFlag
from reports.pages.caseload.cases import Case, caseload
from reports.stats.present import State
from tests.tracking.simulation.replay import Replay
from tracking import clock
from tracking.actions.care import add_member
from tracking.models import (
    Assessment,
    AssessmentRequest,
    Dose,
    EpisodeMark,
    SittingLink,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.rules import protocol as protocols
from tracking.simulation.people.course import Ended, Step, days_needed
from tracking.simulation.study import courses, new_cohort

DAY = timedelta(days=1)
WITHIN = 7 * DAY  # a row that is gone so soon was a false alarm
SPREAD = 365  # days over which they begin
VANISH = 0.15  # share of people who one day come no more, and of whom nobody says that treatment has ended
SEEN_AFTER, SEEN = 3 * DAY, 0.5  # a clinician closes so many of the flags after so long

# Points that are more than error: Leucht 2013 (policy for one person), Gyani 2013, Marx 2022, Barkham 2013, IAPT 2018.
RELIABLE = {"hamd17": 7, "phq9": 6, "caps5": 13, "pcl5": 15, "gad7": 4, "core10": 6, "wsas": 8}
HALVED = {"hamd17", "phq9", "madrs", "qids_sr16"}  # treatment response: half of baseline
FALLEN = {"caps5": 10, "pcl5": 10}  # treatment response: points
ACUTE = {"psilocybin-mdd": 2, "mdma-ptsd": 3, "psilocybin-escitalopram": 2}  # days after a dose
LONGEST_QUIET = 84 * DAY
FOLLOWED = RELIABLE.keys() | HALVED | FALLEN.keys()
CONCLUSIONS = (
    State.RELAPSE, State.WORSENED, State.RESPONSE_LOST, State.NO_RESPONSE, State.SILENT, State.NEVER_STARTED,
    State.OLD_SCORE,
)  # fmt: skip
WORSE = {State.RELAPSE, State.WORSENED, State.RESPONSE_LOST}


@dataclass(frozen=True)
class Raw:
    """What is stored of one episode up to a day, as plain values."""

    scores: Mapping[str, list[tuple[date, float]]]  # by instrument, in order, without those of an acute state
    index: date
    signs: list[date]
    windows: list[tuple[date, date]]

    def is_worse(self, instrument: str) -> bool:
        *before, last = [value for _, value in self.scores[instrument]] or [0.0]
        return instrument in RELIABLE and any(last - each >= RELIABLE[instrument] for each in before)

    def has_lost_response(self, instrument: str) -> bool:
        known = self.scores[instrument]
        baseline = next((value for day, value in reversed(known) if day <= self.index), None)
        treated = [value for day, value in known if day > self.index]
        if baseline is None or not any(responds(instrument, baseline, each) for each in treated[:-1]):
            return False
        best, last = min(treated[:-1]), treated[-1]
        half = last - best >= (baseline - best) / 2
        if instrument not in RELIABLE:
            return half
        return last - best >= RELIABLE[instrument] and (half or not responds(instrument, baseline, last))

    def is_silent(self, begun: date, today: date) -> bool:
        last = max(self.signs, default=begun)
        if any(opens > last and closes < today for opens, closes in self.windows):
            return True
        return not any(opens > last for opens, _ in self.windows) and today - last > LONGEST_QUIET


def responds(instrument: str, baseline: float, score: float) -> bool:
    if instrument in HALVED:
        return baseline > 0 and score <= baseline / 2
    return instrument in FALLEN and baseline - score >= FALLEN[instrument]


@dataclass
class Counts:
    """What came of it. ``wrong``: who stood as on course and was not, by what they were, on how many person-days.
    ``was``: how many people were so on some day."""

    person_days: int = 0
    on_course_days: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    was: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    oldest: int = 0  # days of the oldest score on which somebody stood as on course
    rows: Counter[State] = field(default_factory=Counter)
    withdrawn: Counter[State] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)  # on the last day

    @property
    def concluded(self) -> int:
        return sum(self.rows[state] for state in CONCLUSIONS)

    @property
    def taken_back(self) -> int:
        return sum(self.withdrawn.values())


class Clinic:
    """``people``: how many follow each protocol. The last day is yesterday of ``today``."""

    def __init__(self, by: User, people: Mapping[str, int], days: int, today: date, seed: int = 1) -> None:
        self.by, self.first, self.today = by, today - days * DAY, today
        self.rng = Random(seed)  # noqa: S311 (simulated people, not secrets)
        self.counts = Counts()
        self.shown: dict[tuple[int, State], date] = {}
        self.raised: dict[int, date] = {}
        self.steps = sorted(self._steps(people, seed), key=lambda step: step[0])

    def _steps(
        self, people: Mapping[str, int], seed: int
    ) -> Iterator[tuple[datetime, int, Replay, Step | None]]:
        order = 0
        for key, n in people.items():
            protocol = protocols.get(key)
            latest = self.first + SPREAD / 2 * DAY + (days_needed(protocol) + 1) * DAY
            since = self.first - 400 * DAY
            cohort = new_cohort(
                by=None, protocol=protocol, key=f"year-{key}", provenance="", members=(), since=since
            )
            add_member(by=None, team=cohort.team, user=self.by, starts_on=since)
            for course in courses(protocol, n, seed, latest):
                replay, order = Replay(cohort, course), order + 1
                yield cohort.moment(course.starts_on, 8.0), order, replay, None
                gone = self._vanishes(course.steps)
                for step in course.steps:
                    if gone is None or (step.on < gone and not isinstance(step.what, Ended)):
                        order += 1
                        yield cohort.moment(step.on, step.hour), order, replay, step

    def _vanishes(self, steps: Iterable[Step]) -> date | None:
        days = sorted({step.on for step in steps})
        return self.rng.choice(days[1:]) if self.rng.random() < VANISH else None

    def run(self, every: int = 1) -> Counts:
        """Through the days; the pages are read at the end of each ``every``-th."""
        todo = iter([*self.steps, (datetime.max.replace(tzinfo=UTC), 0, None, None)])
        moment, _, replay, step = next(todo)
        day = self.first
        while day < self.today:
            evening = datetime.combine(day, time(23, 59), UTC)
            while moment <= evening:
                replay.take(step) if step else replay.begin()
                moment, _, replay, step = next(todo)
            if (day - self.first).days % every == 0:
                self._look(day, evening)
            day += DAY
        return self.counts

    def _look(self, day: date, now: datetime) -> None:
        with clock.simulated(now):
            for key in list(pending(EpisodeMark.objects.all()).values_list("episode", flat=True)):
                recompute_episode(episode_id=key)
            self._close_some(day)
            cases = caseload(self.by, now)
            self._judge(cases, day)
            self._follow_rows(cases, day)

    def _close_some(self, day: date) -> None:
        """The clinician has looked after some of the flags that have stood for a while."""
        for flag in CourseFlag.objects.filter(state="open").order_by("pk"):
            if flag.pk not in self.raised:
                self.raised[flag.pk] = day if self.rng.random() < SEEN else date.max
            if self.raised[flag.pk] <= day - SEEN_AFTER:
                close_flag(by=self.by, flag=flag, note="Seen, spoken to.")

    def _judge(self, cases: Iterable[Case], today: date) -> None:
        counts, raw = self.counts, raw_of(today)
        counts.states = Counter(case.present.state for case in cases)
        for case in cases:
            episode = case.episode
            if episode.status != "active":
                continue
            known = raw[episode.pk]
            found = {
                "worse": any(known.is_worse(key) for key in FOLLOWED),
                "response lost": any(known.has_lost_response(key) for key in FOLLOWED),
                "silent": known.is_silent(episode.starts_on, today),
            }
            counts.person_days += 1
            on_course = case.present.state == State.ON_COURSE
            counts.on_course_days += on_course
            for what, so in found.items():
                if so:
                    counts.was[what].add(episode.patient_id)
                    counts.wrong[what] += on_course
            if on_course:
                counts.oldest = max(counts.oldest, (today - case.present.since).days)

    def _follow_rows(self, cases: Iterable[Case], today: date) -> None:
        """Each reason for which somebody stands on Today. It was withdrawn when it was gone within a week and nobody
        had done anything: not closed, not answered, nothing worse in its place, and the treatment not ended."""
        now = {
            case.episode.patient_id: {told.state: told.needs_somebody for told in reversed(case.told)}
            for case in cases
        }
        for (person, state), since in list(self.shown.items()):
            told = now[person]
            if told.get(state):
                continue
            del self.shown[person, state]
            worse = state in WORSE and any(told.get(other) for other in WORSE)
            handled = state in told or worse or State.ENDED in told
            if state in CONCLUSIONS and not handled and today - since <= WITHIN:
                self.counts.withdrawn[state] += 1
        for person, told in now.items():
            for state in (
                state for state, needs in told.items() if needs and (person, state) not in self.shown
            ):
                self.counts.rows[state] += 1
                self.shown[person, state] = today


def raw_of(today: date) -> dict[int, Raw]:
    """Everything that the judge needs, by episode, read without the product's own reading."""
    doses: defaultdict[int, list[date]] = defaultdict(list)
    for key, given_at in Dose.objects.order_by("given_at").values_list("session__episode", "given_at"):
        doses[key].append(given_at.date())
    scores: defaultdict[int, defaultdict[str, dict[date, float]]] = defaultdict(lambda: defaultdict(dict))
    signs: defaultdict[int, list[date]] = defaultdict(list)
    rows = Assessment.objects.filter(superseded_by=None, scores__scale="total").order_by("assessed_on", "pk")
    wanted = rows.values_list(
        "episode", "episode__protocol", "instrument", "assessed_on", "scores__value", "scores__prorated"
    )
    for key, protocol, instrument, on, value, prorated in wanted:
        acute = ACUTE.get(protocol, 0)
        score = prorated if value is None else value
        if instrument in FOLLOWED and score is not None and not _is_acute(on, doses[key], acute):
            scores[key][instrument][on] = score
    for key, on in Assessment.objects.values_list("episode", "assessed_on"):
        signs[key].append(on)
    for key, at in TreatmentSession.objects.filter(attendance="attended").values_list("episode", "starts_at"):
        signs[key].append(at.date())
    for key, at in SittingLink.objects.exclude(opened_at=None).values_list("episode", "opened_at"):
        signs[key].append(at.date())
    windows: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    asked = AssessmentRequest.objects.exclude(status="cancelled")
    for key, opens, closes in asked.values_list("episode", "opens_on", "closes_on"):
        windows[key].append((opens, closes))
    return {
        episode.pk: Raw(
            defaultdict(list, {name: sorted(found.items()) for name, found in scores[episode.pk].items()}),
            doses[episode.pk][0] if doses[episode.pk] else episode.starts_on,
            signs[episode.pk],
            windows[episode.pk],
        )
        for episode in TreatmentEpisode.objects.all()
    }


def _is_acute(on: date, doses: Iterable[date], days: int) -> bool:
    return days > 0 and any(dose <= on <= dose + days * DAY for dose in doses)
