"""The change rules of an instrument in sentences, and the names of the rules that it does not have."""

from __future__ import annotations

from collections.abc import Callable

from measures.change import RELIABLE_Z, reliable_change
from measures.instrument import ChangeRules, Drop, Instrument, Scale
from measures.words.phrases import Statement, amount, at_or_beyond, listed, number, sentence

RESPONSE, PARTIAL, REMISSION = "Treatment response", "Partial response", "Remission"
RELAPSE, RELIABLE, SIGNIFICANT = "Relapse", "Reliable change", "Clinically significant change"
MCID, DETERIORATION = "Smallest change that matters", "Deterioration"
NO_RULES = "No rule for change is given: a change is shown in points, and nothing is concluded from it."


def change_in_words(instrument: Instrument) -> tuple[tuple[Statement, ...], str]:
    """The rules that the definition gives, and one sentence about those that it does not give."""
    rules = instrument.change
    if rules is None:
        return (), NO_RULES
    written = {title: write(instrument, rules) for title, write in _WRITERS.items()}
    absent = [title for title, rule in written.items() if rule is None and title not in _NEVER_MISSED]
    unsaid = sentence(f"No rule is given for {listed(map(_inside, absent), 'or')}") if absent else ""
    return tuple(rule for rule in written.values() if rule is not None), unsaid


def _inside(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"


def _response(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    return _moved(RESPONSE, rules.response, instrument.scale(rules.scale), "since baseline")


def _partial(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    when = "since baseline, without treatment response"
    return _moved(PARTIAL, rules.partial_response, instrument.scale(rules.scale), when)


def _remission(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.remission
    if rule is None:
        return None
    met = f"“{scale.title}” is {at_or_beyond(rule.threshold, scale.direction, better=True)}"
    if rule.absent_outcome is not None:
        met += f", and “{instrument.outcome(rule.absent_outcome).title}” is not met"
    if not rule.days and rule.assessments == 1:
        return Statement(REMISSION, sentence(f"{met}, at a single assessment"), rule.source)
    held = f"for {amount(rule.days, 'days')}" if rule.days else ""
    seen = f"over at least {rule.assessments} assessments" if rule.assessments > 1 else ""
    lasting = " ".join(filter(None, ("sustained once it has held", held, seen)))
    met += f". {sentence(lasting)} Before that, a score only meets the threshold"
    return Statement(REMISSION, sentence(met), rule.source)


def _relapse(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.relapse
    if rule is None:
        return None
    text = (
        f"After remission “{scale.title}” is {at_or_beyond(rule.threshold, scale.direction, better=False)} again. "
        f"A second such score within {amount(rule.confirm_within_days, 'days')} confirms it. "
        f"After {amount(rule.recovery_days, 'days')} of remission it is called a recurrence."
    )
    return Statement(RELAPSE, text, rule.source)


def _reliable(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, spread = instrument.scale(rules.scale), rules.reliability
    rule = reliable_change(rules, 0, 0, scale.direction)
    if rule is None:
        return None
    size = f"{rule.threshold:.1f}".removesuffix(".0")
    if spread is None:
        text = f"A change of {size} {scale.unit} or more is taken to be more than measurement error."
    else:
        text = (
            f"A change of more than {size} {scale.unit} is more than measurement error: {number(RELIABLE_Z)} times "
            f"the standard error of a difference, from a standard deviation of {number(spread.sd)} and a "
            f"reliability ({spread.kind}) of {number(spread.reliability)} (the index of Jacobson and Truax)."
        )
    return Statement(RELIABLE, text, rule.source)


def _cutoff(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.cutoff
    if rule is None:
        return None
    healthy = at_or_beyond(rule.threshold, scale.direction, better=True)
    text = f"Reliable improvement that also crosses into the healthy range: “{scale.title}” is {healthy}."
    return Statement(SIGNIFICANT, text, rule.source)


def _mcid(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    return _moved(MCID, rules.mcid, instrument.scale(rules.scale), "")


def _deterioration(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    if rules.deterioration is not None:
        scale = instrument.scale(rules.scale)
        return _moved(DETERIORATION, rules.deterioration, scale, "since baseline", better=False)
    if _reliable(instrument, rules) is None:
        return None
    return Statement(DETERIORATION, "Reliable change for the worse; there is no rule of its own.")


def _moved(
    title: str, rule: Drop | None, scale: Scale, when: str, *, better: bool = True
) -> Statement | None:
    if rule is None:
        return None
    way = "fallen" if better == (scale.direction == "higher_is_worse") else "risen"
    if rule.points is not None:
        size = amount(rule.points, scale.unit)
    else:
        size = f"{number(rule.percent or 0)} % of the earlier score"
    return Statement(
        title, sentence(f"“{scale.title}” has {way} by at least {size} {when}".strip()), rule.source
    )


_WRITERS: dict[str, Callable[[Instrument, ChangeRules], Statement | None]] = {
    RESPONSE: _response,
    PARTIAL: _partial,
    REMISSION: _remission,
    RELAPSE: _relapse,
    RELIABLE: _reliable,
    SIGNIFICANT: _cutoff,
    MCID: _mcid,
    DETERIORATION: _deterioration,
}
_NEVER_MISSED = {PARTIAL, SIGNIFICANT}  # refinements of the rule before them
