"""The deeds, by subject. What stands here is read by ``tests.deeds``; a file is added to this list."""

from tests.deeds.deed import DEEDS
from tests.deeds.table import (
    accounts,
    answers,
    care,
    derived,
    imports,
    library,
    patients,
    people,
    releases,
    rooms,
    safety,
    upkeep,
)

__all__ = [
    "DEEDS",
    "accounts",
    "answers",
    "care",
    "derived",
    "imports",
    "library",
    "patients",
    "people",
    "releases",
    "rooms",
    "safety",
    "upkeep",
]
