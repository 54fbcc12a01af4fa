"""The sources of an instrument, numbered as in a paper: each stands once, every rule points to its number."""

from __future__ import annotations

from dataclasses import dataclass, field

from measures.instrument import Source
from measures.language import gettext as _
from measures.language import marked

CONFIDENCE = {
    "high": marked("well established"),
    "medium": marked("likely: known from secondary sources or by convention"),
    "low": marked("uncertain"),
    "policy": marked("a policy of whoever wrote this definition, not the authors’"),
}

CAVEATS = {
    "high": "",
    "medium": marked("medium confidence"),
    "low": marked("low confidence"),
    "policy": marked("policy"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """One source with its number on the page."""

    number: int
    source: Source

    @property
    def caveat(self) -> str:
        """What a reader should know beside the number; empty for what is well established."""
        caveat = CAVEATS[self.source.confidence]
        return _(caveat) if caveat else ""


@dataclass(slots=True)
class References:
    """Numbers sources in the order in which they are met."""

    found: dict[Source, Reference] = field(default_factory=dict)

    def of(self, source: Source) -> Reference:
        """The reference of a source."""
        return self.found.setdefault(source, Reference(len(self.found) + 1, source))

    def all(self) -> list[Reference]:
        return list(self.found.values())
