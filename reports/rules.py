"""Which change rules hold for a scale."""

from measures.instrument import ChangeRules, Instrument


def rules_of(instrument: Instrument, scale: str) -> ChangeRules:
    """The instrument's rules where they are about this scale; else none, under a version that says so."""
    if instrument.change and instrument.change.scale == scale:
        return instrument.change
    return ChangeRules(scale, f"{instrument.key}-{instrument.version}-{scale}")
