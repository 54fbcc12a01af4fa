"""That the parts of a protocol fit together. Each refusal names the key of the file."""

from __future__ import annotations

from itertools import pairwise

from measures import registry
from measures.language import gettext as _
from measures.language import marked
from measures.table import Table
from tracking.rules.protocol.blinding import told_by_its_days
from tracking.rules.protocol.records import THERAPY, Anchor, Condition, Outcome, Protocol, TimePoint

LONGEST_WASHOUT = 80  # what the stored rule of a site holds


def check(protocol: Protocol, top: Table) -> None:
    """Raises ``DefinitionError`` for the first part that does not fit."""
    _check_arms(protocol, top)
    _check_phases(protocol, top)
    _check_washouts(protocol, top)
    _check_asked_once(protocol, top)
    _check_outcomes(protocol, top)
    _check_published(protocol, top)
    for point in protocol.time_points:
        _check_anchor(protocol, point, point.anchor, top)
        if point.repeat and isinstance(point.repeat.until, Anchor):
            _check_anchor(protocol, point, point.repeat.until, top)
        if point.condition:
            _check_condition(protocol, point, point.condition, top)
    _check_blinding(protocol, top)


def _check_arms(protocol: Protocol, top: Table) -> None:
    if protocol.control and protocol.control not in protocol.arm_keys:
        top.refuse("control", _("must be an arm: {arms}").format(arms=", ".join(protocol.arm_keys)))
    for arm in protocol.arms:
        planned = protocol.expected_sessions(arm.key, "dosing")
        if len(arm.given) != planned:
            top.refuse(
                "doses",
                _(
                    "arm {arm} has {planned} dosing sessions and is told what is given in {given}: must say what is "
                    "given in each dosing session"
                ).format(arm=arm.key, planned=planned, given=len(arm.given)),
            )


def _check_phases(protocol: Protocol, top: Table) -> None:
    if not protocol.phases or any(later.first <= early.first for early, later in pairwise(protocol.phases)):
        top.refuse("phases", _("must be at least one, in the order in which they begin"))


def _check_washouts(protocol: Protocol, top: Table) -> None:
    """A site sets the days of a washout by what it is called."""
    names = [rule.what for rule in protocol.washouts]
    if len(set(names)) < len(names):
        top.refuse("washouts", _("must not be called the same twice"))
    if any(len(name) > LONGEST_WASHOUT for name in names):
        top.refuse("washouts.what", _("must not be longer than {n} characters").format(n=LONGEST_WASHOUT))


def _asked(protocol: Protocol) -> list[tuple[str, str, str]]:
    return [
        (arm, point.name, key)
        for point in protocol.time_points
        for arm in point.arms
        for key in point.instruments
    ]


def _check_asked_once(protocol: Protocol, top: Table) -> None:
    asked = _asked(protocol)
    if len(set(asked)) < len(asked):
        top.refuse("time_points", _("ask the same instrument twice at the same time point"))


def _check_outcomes(protocol: Protocol, top: Table) -> None:
    asked = set(_asked(protocol))
    for arm in protocol.arm_keys:
        if (arm, protocol.outcome.endpoint, protocol.outcome.instrument) not in asked:
            top.refuse(
                "outcome.endpoint",
                _("is no time point at which arm {arm} answers the outcome").format(arm=arm),
            )
    for outcome in protocol.secondary:
        _check_secondary(outcome, asked, top)


def _check_secondary(outcome: Outcome, asked: set[tuple[str, str, str]], top: Table) -> None:
    """At least one arm answers it; an instrument without items is only ever recorded as a total."""
    answered = {(point, key) for arm, point, key in asked}
    if (outcome.endpoint, outcome.instrument) in answered:
        return
    known = any(outcome.endpoint == point for arm, point, key in asked)
    if not known or registry.get(outcome.instrument).items:
        top.refuse(
            "secondary.endpoint",
            _("is no time point at which {instrument} is answered").format(instrument=outcome.instrument),
        )


EVENTS = {  # of a kind, or of a session of a kind
    "start": marked("start"),
    "dose": marked("dose"),
    "taper": marked("taper step"),
    "stop": marked("stop of medication"),
    "end": marked("end of therapy"),
    "preparation": marked("preparation session"),
    "psychotherapy": marked("psychotherapy session"),
    "integration": marked("integration session"),
    "medication": marked("medication session"),
}
UNITS = {"mean": "points", "absent": "percent", "duration": "days"}


def _check_published(protocol: Protocol, top: Table) -> None:
    """What was published can be computed from what is asked, and is said in the unit of its statistic."""
    asked = set(_asked(protocol))
    outcome = protocol.outcome
    for row in protocol.published:
        if row.unit != UNITS[row.statistic]:
            top.refuse(
                "published.unit",
                _("must be {unit} for a figure that is {statistic}").format(
                    unit=UNITS[row.statistic], statistic=row.statistic
                ),
            )
        if row.statistic == "duration":
            if not outcome.treatment_response:
                top.refuse("published.statistic", _("duration needs a treatment response of the outcome"))
        elif (row.arm, row.time_point, outcome.instrument) not in asked:
            top.refuse(
                "published.time_point",
                _("is no time point at which arm {arm} answers the outcome").format(arm=row.arm),
            )
        if row.statistic == "absent" and not outcome.absent:
            top.refuse("published.statistic", _("absent needs an outcome that must be absent"))


def _check_blinding(protocol: Protocol, top: Table) -> None:
    """A rater who is called blind cannot read the arm off the calendar, or the file says in words that one can."""
    if protocol.raters_not_blind and not any(point.blinded for point in protocol.time_points):
        top.refuse("raters_not_blind", _("is said where somebody rates blind: no time point is blinded"))
    told = None if protocol.raters_not_blind else told_by_its_days(protocol)
    if told:
        top.refuse(
            "time_points",
            _(
                "{time_point} is rated blind on days or under a condition that not every arm has, so that its rater "
                "can tell the arm: count it from the same event in every arm, or say under raters_not_blind why "
                "raters cannot be blind"
            ).format(time_point=repr(told.name)),
        )


def _check_anchor(protocol: Protocol, point: TimePoint, anchor: Anchor, top: Table) -> None:
    """In each arm that the time point is meant for, what it hangs on is planned."""
    for arm in point.arms:
        planned = _planned(protocol, arm, anchor)
        if planned < (anchor.which if isinstance(anchor.which, int) else 1):
            top.refuse(
                "time_points",
                _("{time_point} hangs on a {event} that arm {arm} does not have").format(
                    time_point=repr(point.name), event=_name(anchor), arm=arm
                ),
            )


def _planned(protocol: Protocol, arm: str, anchor: Anchor) -> int:
    """How many events of this kind can be reckoned with in an arm."""
    if anchor.kind == "dose":
        return protocol.dosing_sessions(arm)
    if anchor.kind == "session" and anchor.session:
        return protocol.expected_sessions(arm, anchor.session)
    if anchor.kind == "end":
        return sum(protocol.expected_sessions(arm, kind) for kind in THERAPY)
    drugs = [drug for drug in protocol.medications if arm in drug.arms]
    if anchor.kind == "taper" and anchor.which != "any":
        return sum(len(drug.taper) for drug in drugs)
    if anchor.kind in ("taper", "stop"):
        return len(drugs)  # any medication can be lowered and stopped, whether a protocol plans it or not
    return 1


def _name(anchor: Anchor) -> str:
    return _(EVENTS[anchor.session or anchor.kind])


def _check_condition(protocol: Protocol, point: TimePoint, condition: Condition, top: Table) -> None:
    asked = set(_asked(protocol))
    for arm in point.arms:
        if (arm, condition.at, condition.instrument) not in asked:
            top.refuse(
                "time_points",
                _(
                    "{time_point} rests on an answer that arm {arm} is not asked for: {instrument} at {earlier}"
                ).format(
                    time_point=repr(point.name),
                    arm=arm,
                    instrument=condition.instrument,
                    earlier=condition.at,
                ),
            )
    outcomes = {known.key for known in registry.get(condition.instrument).outcomes}
    if condition.outcome and condition.outcome not in outcomes:
        top.refuse(
            "time_points",
            _("{outcome} is not an outcome of {instrument}").format(
                outcome=condition.outcome, instrument=condition.instrument
            ),
        )
