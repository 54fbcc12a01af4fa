"""Ordered categories out of three-valued outcomes."""

from __future__ import annotations

from collections.abc import Mapping

from measures.instrument import Instrument, Levels
from measures.language import gettext as _
from measures.result import LevelResult


def levels_of(instrument: Instrument, outcomes: Mapping[str, bool | None]) -> dict[str, LevelResult]:
    """Each set of levels of the instrument, read from its outcomes; one that is not given is unknown."""
    return {levels.key: _level(levels, outcomes) for levels in instrument.levels}


def level_in_words(levels: Levels, result: LevelResult) -> str:
    """The category; "at least" it while a missing answer could raise it; nothing yet is no finding of none."""
    if result.level is not None:
        return _(levels.label(result.level))
    if result.at_least == levels.lowest:
        return _("open: answers are missing")
    return _("at least {level}").format(level=_(levels.label(result.at_least)))


def _level(levels: Levels, outcomes: Mapping[str, bool | None]) -> LevelResult:
    reached, is_open = levels.lowest, False
    for step in levels.steps:
        met = outcomes.get(step.outcome)
        if met:
            reached, is_open = step.key, False
        elif met is None:
            is_open = True
    return LevelResult(None if is_open else reached, reached)
