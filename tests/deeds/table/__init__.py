"""The deeds, by subject. What stands here is read by ``tests.deeds``; a file is added to this list."""

from tests.deeds.deed import DEEDS
from tests.deeds.table import dosing, links, people, rating, scheduling, tapers, treatment, voiding

__all__ = ["DEEDS", "dosing", "links", "people", "rating", "scheduling", "tapers", "treatment", "voiding"]
