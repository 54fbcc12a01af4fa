"""The privacy class of every stored field. Releases omit by default: only named classes may leave the house.

Each model says ``privacy = classes(identifier="…", quasi="…", …)`` with its field names. A field in no
class, or in two, fails the test-suite; so a new field cannot leak because somebody forgot it.
"""

from enum import StrEnum


class Privacy(StrEnum):
    IDENTIFIER = "identifier"  # says or finds who somebody is: never leaves
    QUASI = "quasi"  # helps to find somebody when combined: generalised or suppressed
    SENSITIVE = "sensitive"  # what research is about: leaves for consenting patients
    FREE_TEXT = "free_text"  # may hold anything: never leaves
    DATE = "date"  # leaves as a day offset alone
    SAFE = "safe"  # says nothing about a person
    INTERNAL = "internal"  # keys and bookkeeping: never leaves


def classes(**names: str) -> dict[str, Privacy]:
    """``classes(quasi="sex age", internal="id")`` → ``{"sex": QUASI, "age": QUASI, "id": INTERNAL}``."""
    found: dict[str, Privacy] = {}
    for privacy, fields in names.items():
        for field in fields.split():
            if field in found:
                raise ValueError(f"{field} is classed twice")
            found[field] = Privacy(privacy)
    return found
