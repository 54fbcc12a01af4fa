"""Treatment protocols: one TOML file each in ``tracking/protocols/<key>.toml``, read strictly. No Django here.

Raises ``measures.errors.DefinitionError`` naming file and key when a file is wrong.
"""

from tracking.rules.protocol.library import FOLDER, SUPERSEDED, all_protocols, find, get, keys, superseded
from tracking.rules.protocol.reading import load
from tracking.rules.protocol.records import (
    Amount,
    Anchor,
    Arm,
    Condition,
    Outcome,
    Phase,
    PlannedDose,
    Protocol,
    Published,
    Repeat,
    Sessions,
    StandingMedication,
    Supplement,
    TimePoint,
    Washout,
    Watch,
)

__all__ = [
    "FOLDER",
    "SUPERSEDED",
    "Amount",
    "Anchor",
    "Arm",
    "Condition",
    "Outcome",
    "Phase",
    "PlannedDose",
    "Protocol",
    "Published",
    "Repeat",
    "Sessions",
    "StandingMedication",
    "Supplement",
    "TimePoint",
    "Washout",
    "Watch",
    "all_protocols",
    "find",
    "get",
    "keys",
    "load",
    "superseded",
]
