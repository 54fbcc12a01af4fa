"""The run-sheet of an invented dosing session, tapped at its own moments through the actions that real people use."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from measures import registry
from measures.instrument import Instrument
from tracking import clock
from tracking.actions import dosing
from tracking.models import TreatmentEpisode, TreatmentSession, User
from tracking.queries.dosing import ADVERSE_EVENT, VITAL_SIGNS, plan_for
from tracking.queries.washout import washouts_before
from tracking.rules.policies.days import local_day
from tracking.rules.policies.treatment import washouts_unanswered
from tracking.rules.run_sheet import STANDARD, Plan, topics
from tracking.vocabulary import CheckTopic, DosePart, EventTopic, PresenceRole

Doses = Sequence[tuple[str, float, float, str]]  # substance, amount in mg, hours after the start, part
USUAL_EVENTS = ((0.9, EventTopic.EYESHADES_ON), (2.1, EventTopic.TOUCH_ASKED), (3.4, EventTopic.BATHROOM))
RESTING = {"systolic": 124, "diastolic": 78, "heart_rate": 72, "temperature": 36.6}
PEAK = {
    "systolic": 34,
    "diastolic": 15,
    "heart_rate": 26,
    "temperature": 0.6,
}  # two hours after the first dose
GIVEN_ALL_THE_SAME = (
    "Simulated: the days without it are fewer than the site asks for; the medical lead agrees."
)
BEYOND_A_LIMIT = "Simulated: the physician has measured it again, and agrees."
MINUTE = timedelta(minutes=1)
Tap = tuple[datetime, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An invented session: who is there, when it begins and ends, what is given."""

    lead: User
    second: User
    episode: TreatmentEpisode
    starts: datetime
    minutes: int
    doses: Doses


def keep_run_sheet(*, by: User, sheet: Sheet, rng: Random, until: datetime | None = None) -> TreatmentSession:
    """Begins the session and taps all that happens in it, up to ``until`` where it is still under way."""
    with clock.simulated(sheet.starts):
        session = dosing.begin_session(
            by=by,
            episode=sheet.episode,
            submission_id=uuid.uuid4(),
            starts_at=sheet.starts,
            people_present=[(sheet.lead, PresenceRole.LEAD), (sheet.second, PresenceRole.SECOND)],
        )
    for moment, tap in sorted(_taps(by, session, sheet, rng), key=lambda pair: pair[0]):
        if until is None or moment <= until:
            with clock.simulated(moment):
                tap()
    return session


def _taps(by: User, session: TreatmentSession, sheet: Sheet, rng: Random) -> Iterator[Tap]:
    plan = plan_for(session)
    first = min((sheet.starts + timedelta(hours=hours) for _, _, hours, _ in sheet.doses))
    end = sheet.starts + sheet.minutes * MINUTE
    yield from _checks(by, session, plan, sheet.starts)
    yield from _forms(by, session, plan, (first - 6 * MINUTE, end - 8 * MINUTE))
    for at in _measured_at(plan, sheet, first, end):
        yield at, _vitals(by, session, at, first, rng)
    for substance, amount, hours, part in sheet.doses:
        yield sheet.starts + timedelta(hours=hours), _dose(by, session, substance, amount, part)
    for hours, topic in USUAL_EVENTS:
        if (at := sheet.starts + timedelta(hours=hours)) < end:
            yield at, _event(by, session, topic)
    yield (
        end,
        lambda: dosing.end_session(
            by=by,
            session=session,
            submission_id=uuid.uuid4(),
            text="Calm and oriented. Taken home by a friend.",
            leaving_reason="Seen by the physician, who agreed.",
        ),
    )


def _checks(by: User, session: TreatmentSession, plan: Plan, starts: datetime) -> Iterator[Tap]:
    for number, topic in enumerate(topic for topic in topics(plan) if topic in STANDARD):
        yield starts + (3 + number) * MINUTE, _check(by, session, topic)


def _forms(
    by: User, session: TreatmentSession, plan: Plan, moments: tuple[datetime, datetime]
) -> Iterator[Tap]:
    """Interviews before the first dose and at the end, with nothing endorsed."""
    keys = {watch.instrument for watch in plan.watches} - {"", VITAL_SIGNS, ADVERSE_EVENT}
    for key in sorted(keys):
        instrument = registry.get(key)
        answers = {item.code: False for item in instrument.items if item.kind == "boolean"}
        for moment, name in zip(moments, ("before", "end"), strict=True):
            if f"{key}_{name}" in topics(plan):
                yield moment, _form(by, session, instrument, answers)


def _measured_at(plan: Plan, sheet: Sheet, first: datetime, end: datetime) -> Iterator[datetime]:
    """Before the first dose, as often as the protocol asks for or before a supplement, and at the end."""
    yield first - 9 * MINUTE
    every = next((watch.every_minutes for watch in plan.watches if watch.every_minutes), None)
    if every:
        at = first + every * MINUTE
        while at < end - 15 * MINUTE:
            yield at
            at += every * MINUTE
    for _, _, hours, part in sheet.doses:
        if part == DosePart.SUPPLEMENT:
            given = sheet.starts + timedelta(hours=hours)
            yield from (given - 8 * MINUTE, given + 45 * MINUTE)
    yield end - 10 * MINUTE


def _check(by: User, session: TreatmentSession, topic: str) -> Callable[[], object]:
    day = local_day(session.episode.patient, session.starts_at)
    against = topic == CheckTopic.WASHOUT and washouts_unanswered(
        session, washouts_before(session.episode, day)
    )
    return lambda: dosing.record_check(
        by=by,
        session=session,
        submission_id=uuid.uuid4(),
        topic=topic,
        met=not against,
        text=GIVEN_ALL_THE_SAME if against else "",
    )


def _event(by: User, session: TreatmentSession, topic: str) -> Callable[[], object]:
    return lambda: dosing.record_event(by=by, session=session, submission_id=uuid.uuid4(), topic=topic)


def _dose(
    by: User, session: TreatmentSession, substance: str, amount: float, part: str
) -> Callable[[], object]:
    return lambda: dosing.give_dose(
        by=by,
        session=session,
        submission_id=uuid.uuid4(),
        substance=substance,
        amount=Decimal(str(amount)),
        unit="mg",
        route="oral",
        part=part,
        override_reason=GIVEN_ALL_THE_SAME,
        limit_reason=BEYOND_A_LIMIT,
    )


def _form(
    by: User, session: TreatmentSession, instrument: Instrument, answers: Mapping[str, object]
) -> Callable[[], object]:
    return lambda: dosing.record_in_session(
        by=by, session=session, instrument=instrument, answers=answers, submission_id=uuid.uuid4()
    )


def _vitals(
    by: User, session: TreatmentSession, at: datetime, first: datetime, rng: Random
) -> Callable[[], object]:
    """Higher the nearer to two hours after the first dose, and back after five."""
    hours = (at - first) / timedelta(hours=1)
    share = max(0.0, 1 - abs(hours - 2) / 3) if hours > 0 else 0.0
    values = {code: RESTING[code] + PEAK[code] * share + rng.gauss(0, 0.03 * PEAK[code]) for code in RESTING}
    answers = {
        code: round(value, 1) if code == "temperature" else round(value) for code, value in values.items()
    }
    return _form(by, session, registry.get(VITAL_SIGNS), answers)
