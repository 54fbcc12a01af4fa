"""What a patient is called on a page of the treating team, and what stands at the head of each page about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracking import clock
from tracking.models import Patient, current
from tracking.rules.policies.days import local_today


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record this is: what tells the person from a namesake, and how to reach them. Whoever is blind is told
    the study code alone. ``is_unread``: something is held that does not open with the keys at hand."""

    patient: Patient
    name: str
    is_named: bool = False
    is_blind: bool = False
    is_unread: bool = False
    born: date | None = None
    age: int | None = None
    phone: str = ""
    record_number: str = ""

    @property
    def code(self) -> str:
        return self.patient.study_code

    @property
    def responsible(self) -> str:
        """Who answers for the treatment, and whether that one is of the team still. Asked on pages about one person."""
        found = self.patient.responsible
        if found is None:
            return ""
        is_here = found.is_active and found.memberships.filter(current(), team=self.patient.team_id).exists()
        return found.name if is_here else _("{name}, who has left the team").format(name=found.name)

    @property
    def apart(self) -> str:
        """What tells namesakes apart in a list, in a line."""
        born = ""
        if self.born:
            born = _("born {day}, {age}").format(day=date_format(self.born, "DATE_FORMAT"), age=self.age)
        return " · ".join(part for part in (born, self.code if self.is_named else "") if part)

    @property
    def time_there(self) -> str:
        """What the clock shows where the patient lives, for whoever is about to call; empty where the site's shows the
        same."""
        now, site = clock.now(), self.patient.team.site
        there = clock.wall(now, self.patient.timezone)
        return "" if there == clock.wall(now, site.timezone) else date_format(there, "WEEKDAY_TIME")

    @property
    def dial(self) -> str:
        """The telephone number as a link takes it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


def whose(patient: Patient, *, blind: bool = False) -> Whose:
    """The name where an identity is held; imported people have none, only their study code. ``blind``: for somebody
    who rates and must not know who it is."""
    identity = None if blind else getattr(patient, "identity", None)
    if identity is None:
        return Whose(patient, patient.study_code, is_blind=blind)
    return Whose(
        patient,
        identity.name or _("identity cannot be read"),
        is_named=True,
        is_unread=not identity.is_readable,
        born=identity.born,
        age=identity.age_on(local_today(patient)),
        phone=identity.phone,
        record_number=identity.record_number,
    )
