"""The pairs, by subject. What stands here is read by ``tests.deeds.test_races``; a file is added to this list."""

from tests.deeds.pair import PAIRS
from tests.deeds.pairs import (
    answers,
    derived,
    imports,
    library,
    people,
    rating,
    records,
    releases,
    safety,
    treatment,
)

__all__ = [
    "PAIRS",
    "answers",
    "derived",
    "imports",
    "library",
    "people",
    "rating",
    "records",
    "releases",
    "safety",
    "treatment",
]
