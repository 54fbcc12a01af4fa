"""Answer sheets for tests: every item at its lowest answer, but for those that a test is about."""

from collections.abc import Mapping

from measures import registry
from measures.instrument import Instrument, Item
from measures.result import Answer, Scored
from measures.scoring import score


def sheet(instrument: Instrument, changed: Mapping[str, Answer] | None = None) -> dict[str, Answer]:
    """Every item that enters a scale at its lowest answer, then ``changed``."""
    lowest: dict[str, Answer] = {item.code: item.minimum for item in instrument.items if item.scored}
    return lowest | dict(changed or {})


def scored(key: str, changed: Mapping[str, Answer] | None = None) -> Scored:
    """The result of such a sheet."""
    instrument = registry.get(key)
    return score(instrument, sheet(instrument, changed))


def summing_to(key: str, total: int, scale: str = "total") -> Scored:
    """The result of a sheet whose items add up to ``total`` on one scale, filled from its first item on."""
    instrument = registry.get(key)
    rest = total - sum(int(item.minimum) for item in instrument.items_of(instrument.scale(scale)))
    answers: dict[str, Answer] = {}
    for item in instrument.items_of(instrument.scale(scale)):
        step = min(rest, _room(item))
        answers[item.code] = item.minimum + step
        rest -= step
    assert rest == 0, f"{key} {scale} cannot reach {total}"
    return scored(key, answers)


def _room(item: Item) -> int:
    return int(item.maximum - item.minimum)
