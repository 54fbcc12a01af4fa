"""What a blind rater sees of a whole study, day by day through the real queries, and how well it tells the arms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tracking import clock
from tracking.models import Assessment, AssessmentRequest, Study, TreatmentEpisode, User
from tracking.queries.requests import ratings_due, ratings_made
from tracking.vocabulary import RequestStatus, Role

MOST = 6  # ratings of one code that are told apart; nobody is rated blind more often
FOLDS, NEIGHBOURS = 10, 15
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass
class Listed:
    """One rating on the list: the days on which it stood there, what it said, and whether it was made."""

    first: date
    last: date
    says: tuple[str, str, date]
    days: int = 1
    made: date | None = None


@dataclass
class Code:
    """Everything that was ever seen of one study code, and how many others stood on the list beside it."""

    name: str
    listed: dict[object, Listed] = field(default_factory=dict)
    beside: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def seen_by_the_rater(study: Study) -> dict[str, Code]:
    """The list of the rater as it was on every day of a simulated study, at noon, with the ratings just made."""
    rater = User.objects.get(email=f"rater.{study.key}@people.example")
    assert rater.has_role(Role.RATER)
    rows = AssessmentRequest.objects.filter(episode__study=study, blinded=True)
    rows.update(assigned_to=rater)  # given out a week before it opens, as the sweep does
    zone = ZoneInfo(study.site.timezone) if study.site else ZoneInfo("UTC")
    codes: dict[str, Code] = {}
    for day in _days(rows):
        with clock.simulated(datetime.combine(day, time(12), zone)):
            _as_it_stood(rows, study, day)
            _look(rater, day, codes)
    return codes


def _days(rows: Sequence[AssessmentRequest]) -> Iterator[date]:
    windows = list(rows.values_list("opens_on", "closes_on"))
    first, last = min(opens for opens, _ in windows), max(closes for _, closes in windows)
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _as_it_stood(rows: Sequence[AssessmentRequest], study: Study, day: date) -> None:
    """Open is what was asked by then, not yet answered, of a treatment that had not ended."""
    answered = Assessment.objects.filter(episode__study=study, assessed_on__lt=day)
    ended = TreatmentEpisode.objects.filter(study=study, ends_on__lt=day)
    rows.update(status=RequestStatus.DONE)
    known = rows.filter(created_at__lte=clock.now())
    waiting = known.exclude(pk__in=answered.values("request")).exclude(episode__in=ended)
    waiting.update(status=RequestStatus.OPEN)


def _look(rater: User, day: date, codes: dict[str, Code]) -> None:
    due = ratings_due(rater)
    for place, one in enumerate(due):
        name = one.episode.patient.study_code
        code = codes.setdefault(name, Code(name))
        says = (one.instrument, one.version, one.closes_on)
        known = code.listed.setdefault(one.public_id, Listed(day, day, says))
        known.days, known.last = known.days + 1, day
        code.beside.append(len(due))
        code.places.append(place)
    for made in ratings_made(rater).filter(recorded_at__lte=clock.now()).select_related("request"):
        listed = codes[made.episode.patient.study_code].listed.get(made.request.public_id)
        if listed and listed.made is None and made.assessed_on <= day:
            listed.made = made.assessed_on


def features(codes: dict[str, Code]) -> Numbers:
    """A row for each code: of every rating in order when it came up, stayed, went, closed and was made, counted from
    the first; the gaps between; how many there were; which versions; the place and the crowd; the code itself."""
    versions: dict[tuple[str, str], int] = defaultdict(lambda: len(versions))
    return np.array([_row(code, versions) for code in codes.values()], dtype=float)


def _row(code: Code, versions: dict[tuple[str, str], int]) -> list[float]:
    listed = sorted(code.listed.values(), key=lambda one: (one.first, one.says))
    start = listed[0].first
    row: list[float] = [len(listed), sum(one.days for one in listed), (listed[-1].last - start).days]
    row += [
        float(np.mean(code.beside)),
        float(np.mean(code.places)),
        start.weekday(),
        start.toordinal() % 365,
    ]
    row += [float(ord(letter)) for letter in code.name[-3:]]
    for number in range(MOST):
        if number >= len(listed):
            row += [-1.0] * 7
            continue
        one = listed[number]
        gap = (one.first - listed[number - 1].last).days if number else 0
        made = (one.made - start).days if one.made else -1
        days = [(day - start).days for day in (one.first, one.last, one.says[2])]
        row += [*days, one.days, gap, made, versions[one.says[:2]]]
    return row


def auc(scores: Sequence[float] | Numbers, truth: Sequence[bool] | Numbers) -> float:
    """The share of pairs, one of each arm, that the scores put in the right order; ties count half."""
    right, wrong = np.asarray(scores)[np.asarray(truth)], np.asarray(scores)[~np.asarray(truth)]
    pairs = right[:, None] - wrong[None, :]
    return float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))


def told_apart(rows: Numbers, truth: Numbers, seed: int = 1) -> dict[str, float]:
    """The area under the curve of each classifier, cross-validated over the codes."""
    order = np.random.default_rng(seed).permutation(len(rows))
    fold = np.empty(len(rows), dtype=int)
    fold[order] = np.arange(len(rows)) % FOLDS
    found = {"logistic": np.zeros(len(rows)), "nearest": np.zeros(len(rows))}
    for number in range(FOLDS):
        train, test = fold != number, fold == number
        middle, spread = rows[train].mean(0), rows[train].std(0)
        used = spread > 0
        known = (rows[train][:, used] - middle[used]) / spread[used]
        asked = (rows[test][:, used] - middle[used]) / spread[used]
        found["logistic"][test] = _logistic(known, truth[train], asked)
        found["nearest"][test] = _nearest(known, truth[train], asked)
    return {name: auc(scores, truth) for name, scores in found.items()}


def _logistic(known: Numbers, truth: Numbers, asked: Numbers, ridge: float = 1.0) -> Numbers:
    """Regression with a ridge, by Newton's steps."""
    design = np.column_stack([np.ones(len(known)), known])
    weights = np.zeros(design.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (truth - chance) - ridge * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + ridge * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return np.column_stack([np.ones(len(asked)), asked]) @ weights


def _nearest(known: Numbers, truth: Numbers, asked: Numbers) -> Numbers:
    far = ((asked[:, None, :] - known[None, :, :]) ** 2).sum(2)
    return truth[np.argsort(far, axis=1, kind="stable")[:, :NEIGHBOURS]].mean(1)
