"""The deeds, by subject. What stands here is read by ``tests.deeds``; a file is added to this list."""

from tests.deeds.deed import DEEDS
from tests.deeds.table import accounts, care, library, patients, people, rooms, upkeep

__all__ = ["DEEDS", "accounts", "care", "library", "patients", "people", "rooms", "upkeep"]
