"""From a stored instrument key to its definition, shipped or declared by a study."""

from measures import registry
from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from measures.loader import instrument_from
from tracking.models import DeclaredScale, Study

SCORE_ONLY = "score-only"


def instrument_of(key: str, version: str | None = None, study: Study | None = None) -> Instrument:
    """The instrument, or the study's declaration of a scale that has none. Raises ``UnknownInstrument``."""
    if version != SCORE_ONLY:
        return registry.get(key, version)
    declared = DeclaredScale.objects.filter(study=study, key=key).first()
    if declared is None:
        raise UnknownInstrument(f"{key} is not declared in this study")
    return instrument_from(declared.definition, f"declared scale {key}")
