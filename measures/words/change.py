"""The change rules of an instrument in sentences, and the names of the rules that it does not have."""

from __future__ import annotations

from collections.abc import Callable

from measures.change import RELIABLE_Z, reliable_change
from measures.instrument import ChangeRules, Drop, Instrument, Remission, Scale
from measures.language import gettext as _
from measures.language import marked, ngettext, within
from measures.words.phrases import Statement, amount, at_or_beyond, listed, number

RESPONSE, PARTIAL, REMISSION = marked("Treatment response"), marked("Partial response"), marked("Remission")
RELAPSE, RELIABLE = marked("Relapse"), marked("Reliable change")
SIGNIFICANT = marked("Clinically significant change")
MCID, DETERIORATION = marked("Smallest change that matters"), marked("Deterioration")

# Whether it has risen or fallen, and since when: the sentence.
_MOVED = {
    ("fallen", ""): marked("“{scale}” has fallen by at least {size}."),
    ("risen", ""): marked("“{scale}” has risen by at least {size}."),
    ("fallen", "baseline"): marked("“{scale}” has fallen by at least {size} since baseline."),
    ("risen", "baseline"): marked("“{scale}” has risen by at least {size} since baseline."),
    ("fallen", "short of response"): marked(
        "“{scale}” has fallen by at least {size} since baseline, without treatment response."
    ),
    ("risen", "short of response"): marked(
        "“{scale}” has risen by at least {size} since baseline, without treatment response."
    ),
}


def change_in_words(instrument: Instrument) -> tuple[tuple[Statement, ...], str]:
    """The rules that the definition gives, and one sentence about those that it does not give."""
    rules = instrument.change
    if rules is None:
        return (), _(
            "No rule for change is given: a change is shown in points, and nothing is concluded from it."
        )
    written = {title: write(instrument, rules) for title, write in _WRITERS.items()}
    absent = [title for title, rule in written.items() if rule is None and title not in _NEVER_MISSED]
    unsaid = ""
    if absent:
        names = listed((within(_(title)) for title in absent), "or")
        unsaid = _("No rule is given for {rules}.").format(rules=names)
    return tuple(rule for rule in written.values() if rule is not None), unsaid


def _response(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    return _moved(RESPONSE, rules.response, instrument.scale(rules.scale), "baseline")


def _partial(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    return _moved(PARTIAL, rules.partial_response, instrument.scale(rules.scale), "short of response")


def _remission(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.remission
    if rule is None:
        return None
    bound, absent = at_or_beyond(rule.threshold, scale.direction, better=True), rule.absent_outcome
    other = "" if absent is None else _(instrument.outcome(absent).title)
    if not rule.days and rule.assessments == 1:
        text = (
            _("“{scale}” is {bound}, and “{outcome}” is not met, at a single assessment.")
            if other
            else _("“{scale}” is {bound}, at a single assessment.")
        )
        lasting = ""
    else:
        text = _("“{scale}” is {bound}, and “{outcome}” is not met.") if other else _("“{scale}” is {bound}.")
        lasting = f" {_sustained(rule)} {_('Before that, a score only meets the threshold.')}"
    met = text.format(scale=_(scale.title), bound=bound, outcome=other)
    return Statement(_(REMISSION), met + lasting, rule.source)


def _sustained(rule: Remission) -> str:
    """How long, and how often, it must have been seen: one of the two at least."""
    days, n = amount(rule.days, "days"), rule.assessments
    if n == 1:
        return _("Sustained once it has held for {days}.").format(days=days)
    if not rule.days:
        return ngettext(
            "Sustained once it has held over at least {n} assessment.",
            "Sustained once it has held over at least {n} assessments.",
            n,
        ).format(n=n)
    return ngettext(
        "Sustained once it has held for {days} over at least {n} assessment.",
        "Sustained once it has held for {days} over at least {n} assessments.",
        n,
    ).format(days=days, n=n)


def _relapse(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.relapse
    if rule is None:
        return None
    text = _(
        "After remission “{scale}” is {bound} again. A second such score within {confirmation} confirms it. "
        "After {recovery} of remission it is called a recurrence."
    ).format(
        scale=_(scale.title),
        bound=at_or_beyond(rule.threshold, scale.direction, better=False),
        confirmation=amount(rule.confirm_within_days, "days"),
        recovery=amount(rule.recovery_days, "days"),
    )
    return Statement(_(RELAPSE), text, rule.source)


def _reliable(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, spread = instrument.scale(rules.scale), rules.reliability
    rule = reliable_change(rules, 0, 0, scale.direction)
    if rule is None:
        return None
    size = amount(round(rule.threshold, 1), scale.unit)
    if spread is None:
        text = _("A change of {size} or more is taken to be more than measurement error.").format(size=size)
    else:
        text = _(
            "A change of more than {size} is more than measurement error: {times} times the standard error of a "
            "difference, from a standard deviation of {sd} and a reliability ({kind}) of {reliability} "
            "(the index of Jacobson and Truax)."
        ).format(
            size=size,
            times=number(RELIABLE_Z),
            sd=number(spread.sd),
            kind=_(spread.kind),
            reliability=number(spread.reliability),
        )
    return Statement(_(RELIABLE), text, rule.source)


def _cutoff(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    scale, rule = instrument.scale(rules.scale), rules.cutoff
    if rule is None:
        return None
    text = _("Reliable improvement that also crosses into the healthy range: “{scale}” is {bound}.").format(
        scale=_(scale.title), bound=at_or_beyond(rule.threshold, scale.direction, better=True)
    )
    return Statement(_(SIGNIFICANT), text, rule.source)


def _mcid(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    return _moved(MCID, rules.mcid, instrument.scale(rules.scale), "")


def _deterioration(instrument: Instrument, rules: ChangeRules) -> Statement | None:
    if rules.deterioration is not None:
        scale = instrument.scale(rules.scale)
        return _moved(DETERIORATION, rules.deterioration, scale, "baseline", better=False)
    if _reliable(instrument, rules) is None:
        return None
    text = _("Reliable change for the worse; there is no rule of its own.")
    return Statement(_(DETERIORATION), text)


def _moved(
    title: str, rule: Drop | None, scale: Scale, since: str, *, better: bool = True
) -> Statement | None:
    if rule is None:
        return None
    way = "fallen" if better == (scale.direction == "higher_is_worse") else "risen"
    if rule.points is not None:
        size = amount(rule.points, scale.unit)
    else:
        size = _("{n} % of the earlier score").format(n=number(rule.percent or 0))
    text = _(_MOVED[way, since]).format(scale=_(scale.title), size=size)
    return Statement(_(title), text, rule.source)


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
