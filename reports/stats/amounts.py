"""Points of a scale as they are counted in a sentence."""

from __future__ import annotations

from measures.language import figure, ngettext

_FRACTION = 100  # stands for a number that is not whole: in every language of the interface it takes this number's form


def points(value: float, form: str = "g") -> str:
    """ "1 point", "6 points", "5.5 points". ``form``: as of ``format``."""
    shown = format(value, form)
    words = ngettext("{n} point", "{n} points", int(shown) if shown.isdigit() else _FRACTION)
    return words.format(n=figure(value, form))
