"""When somebody may be enrolled although they may be known."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _

from tracking.errors import InvalidInput
from tracking.models import Patient
from tracking.rules import checks

ANOTHER_PERSON, ASKED_OF = "another_person", "asked_of"
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody on record who may be the same person, and why. ``visible``: whoever asks may see the record; of any
    other nothing is told but why."""

    patient: Patient
    reasons: tuple[str, ...]
    visible: bool


class MayBeKnown(InvalidInput):
    """Somebody like this is on record, and nobody has said yet that it is another person. Nothing was stored."""

    def __init__(self, found: tuple[Alike, ...]) -> None:
        super().__init__(ANOTHER_PERSON, _("say why it is another person"))
        self.found = found


def key_of(found: tuple[Alike, ...]) -> str:
    """Of whom it was asked, without telling it."""
    people = ",".join(sorted(str(one.patient.public_id) for one in found))
    return sha256(people.encode()).hexdigest()[:16]


def check_another_person(found: tuple[Alike, ...], reason: str, asked_of: str) -> str:
    """The reason that is kept; "" where nobody is alike. Raises ``MayBeKnown`` while there is none, and where it was
    given of others than those who are alike now: ``asked_of`` is the key of whom it was asked."""
    if not found:
        return ""
    if not reason.strip() or asked_of != key_of(found):
        raise MayBeKnown(found)
    checks.check_length(ANOTHER_PERSON, reason, LONGEST_REASON)
    return reason.strip()
