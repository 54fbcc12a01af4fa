"""Who looked at a patient's record, as the patient is told: those who treat by name, everybody else by what they do.

Whoever is in the team is known to the patient. A rater stays unnamed for both to stay blind; others are named by the
clinic when the patient asks (decision ``who-looked-at-me``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from measures.language import marked
from tracking import clock
from tracking.models import AssessmentRequest, Membership, Patient, PatientTransfer, ReadEvent, User, given
from tracking.vocabulary import Place, ReadPage, place_of

OTHERS = {
    ReadPage.STUDY_SETTING: marked("A researcher"),
    ReadPage.ADMINISTRATION_AUDIT: marked("A site administrator"),
    ReadPage.ADMINISTRATION_DUPLICATES: marked("A site administrator"),
    ReadPage.OVERSIGHT: marked("The privacy officer"),
}
RATER = marked("An independent rater")
STRANGER = marked("Somebody who is not in your team")


@dataclass(slots=True)
class OwnLook:
    """What one person looked at on one day of the patient's calendar."""

    day: date
    who: str
    is_named: bool
    times: int = 0
    places: list[Place] = field(default_factory=list)


def own_looks(user: User) -> list[OwnLook]:
    """What the patient of this account is told; of an account without a patient there is nothing."""
    patient = Patient.objects.filter(user=user).select_related("user").first()
    return looks_at(patient) if patient else []


def looks_at(patient: Patient) -> list[OwnLook]:
    """Every look of anybody else, the latest day first."""
    records = Patient.objects.filter(Q(pk=patient.pk) | Q(merged_into=patient))
    rows = ReadEvent.objects.filter(patient__in=records.values("public_id"))
    if patient.user:
        rows = rows.exclude(actor=patient.user.public_id)
    people = _People(patient, {actor for (actor,) in rows.order_by().values_list("actor").distinct()})
    found: dict[tuple[date, str], OwnLook] = {}
    for at, actor, page in rows.order_by("-at", "-pk").values_list("at", "actor", "page"):
        day = clock.day_of(at, patient.timezone)
        who, is_named = people.called(actor, page, day)
        look = found.setdefault((day, who), OwnLook(day, who, is_named))
        look.times += 1
        place = place_of(page)
        if place not in look.places:
            look.places.append(place)
    return list(found.values())


class _People:
    """What each reader is called on a day."""

    def __init__(self, patient: Patient, actors: set[UUID]) -> None:
        self.names: Mapping[UUID, User] = User.objects.in_bulk(list(actors), field_name="public_id")
        moves = PatientTransfer.objects.filter(patient=patient).values_list("from_team", "to_team")
        teams = {patient.team_id, *(team for move in moves for team in move)}
        self.held: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
        for one in Membership.objects.filter(given(), team__in=teams, user__in=self.names.values()):
            self.held[one.user_id].append((one.starts_on, one.ends_on))
        asked = AssessmentRequest.objects.filter(episode__patient=patient, blinded=True)
        self.raters = set(asked.exclude(assigned_to=None).values_list("assigned_to", flat=True))

    def called(self, actor: UUID, page: str, day: date) -> tuple[str, bool]:
        """The name or what the person does, and whether it is the name."""
        if page in OTHERS:
            return _(OTHERS[ReadPage(page)]), False
        reader = self.names.get(actor)
        if reader is None:
            return _(STRANGER), False
        if reader.pk in self.raters:
            return _(RATER), False
        if any(first <= day and (last is None or day <= last) for first, last in self.held[reader.pk]):
            return reader.name, True
        return _(STRANGER), False
