"""The deeds, by subject. What stands here is read by ``tests.deeds``; a file is added to this list."""

from tests.deeds.deed import DEEDS
from tests.deeds.table import answers, people, safety

__all__ = ["DEEDS", "answers", "people", "safety"]
