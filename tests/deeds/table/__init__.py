"""The deeds, by subject. What stands here is read by ``tests.deeds``; a file is added to this list."""

from tests.deeds.deed import DEEDS
from tests.deeds.table import answers, derived, people, releases, safety

__all__ = ["DEEDS", "answers", "derived", "people", "releases", "safety"]
