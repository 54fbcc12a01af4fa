"""Severity bands as bars of one common axis: where each piece begins and how long it is, in percent of the width.

A piece reaches from its lowest score to the next band's: scores are whole numbers there.
"""

from __future__ import annotations

from dataclasses import dataclass

from measures.instrument import Band, BandSet, Number, Scale

SHADES = 6  # --band-0 (light: the better end) to --band-5


@dataclass(frozen=True, slots=True)
class Piece:
    """One band. ``shade``: how dark, the worse the darker."""

    band: Band
    x: str
    width: str
    shade: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One set of bands. ``used``: with each score; otherwise beside it for reading."""

    band_set: BandSet
    used: bool
    pieces: tuple[Piece, ...]


def bars_of(scale: Scale) -> tuple[Bar, ...]:
    """The sets of bands of one scale, the one that is used first; none where none is given."""
    return tuple(
        Bar(band_set, place == 0, _pieces(scale, band_set)) for place, band_set in enumerate(scale.band_sets)
    )


def place_of(scale: Scale, score: Number) -> str:
    """Where a score stands on the axis of ``bars_of``: in the middle of the room that a whole score has."""
    return _percent(score - scale.minimum + 0.5, scale)


def _pieces(scale: Scale, band_set: BandSet) -> tuple[Piece, ...]:
    last = max(len(band_set.bands) - 1, 1)
    pieces = []
    for rank, band in enumerate(band_set.bands):
        worse = last - rank if scale.direction == "higher_is_better" else rank
        x, width = band.low - scale.minimum, band.high - band.low + 1
        pieces.append(
            Piece(band, _percent(x, scale), _percent(width, scale), round(worse * (SHADES - 1) / last))
        )
    return tuple(pieces)


def _percent(part: Number, scale: Scale) -> str:
    return f"{100 * part / (scale.maximum - scale.minimum + 1):.3f}%"
