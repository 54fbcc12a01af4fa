"""Records that are one too many: what waits for a second person, and what can be put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tracking import clock
from tracking.models import (
    CareTeam,
    Patient,
    PatientIdentity,
    RecordMove,
    ResearchConsent,
    TreatmentEpisode,
    User,
)
from tracking.models.records import CONFIRMED, UNDECIDED
from tracking.queries.likeness import IDENTITY, alike
from tracking.queries.names import Whose, whose
from tracking.rules.policies.likeness import Alike
from tracking.rules.policies.records import REVERSIBLE_FOR


def other_teams(patient: Patient) -> QuerySet[CareTeam]:
    """The teams of the site that could treat the patient instead."""
    return CareTeam.objects.filter(site=patient.team.site_id).exclude(pk=patient.team_id).order_by("name")


def record_moves(user: User) -> QuerySet[RecordMove]:
    """What waits for a decision, and what can be put back, of the own teams."""
    lately = CONFIRMED & Q(decided_at__gte=clock.now() - REVERSIBLE_FOR)
    rows = RecordMove.objects.visible_to(user).filter(UNDECIDED | lately)
    related = ("patient__identity", "patient__team", "into__identity", "proposed_by", "decided_by")
    return rows.select_related(*related).order_by("decided_at", "-proposed_at", "pk")


def moves_of(user: User, patient: Patient) -> QuerySet[RecordMove]:
    """The same of one patient, whichever of the two records it is."""
    return record_moves(user).filter(Q(patient=patient) | Q(into=patient))


def moves_to_decide(user: User) -> int:
    """How many wait for somebody else than the one who proposed them."""
    return RecordMove.objects.visible_to(user).filter(UNDECIDED).exclude(proposed_by=user).count()


def record_of_code(user: User, code: str) -> Patient | None:
    """The record of a study code, among those that the user may see."""
    return Patient.objects.visible_to(user).filter(study_code__iexact=code.strip()).first()


def alike_records(user: User, patient: Patient) -> list[Alike]:
    """Records of the same team that may be of the same person."""
    identity = PatientIdentity.objects.filter(patient=patient).first()
    if identity is None:
        return []
    found = alike(user, patient.team, {name: getattr(identity, name) for name in IDENTITY})
    own = {patient.pk}
    return [
        one
        for one in found
        if one.patient.pk not in own and one.patient.team_id == patient.team_id and one.visible
    ]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records, as whoever decides compares them."""

    whose: Whose
    episodes: Sequence[TreatmentEpisode]
    answers: int
    statements: int


def side_of(patient: Patient) -> Side:
    episodes = (
        TreatmentEpisode.objects.filter(patient=patient).select_related("study").order_by("starts_on", "pk")
    )
    answers = sum(episode.assessments.filter(superseded_by=None).count() for episode in episodes)
    return Side(
        whose(patient), list(episodes), answers, ResearchConsent.objects.filter(patient=patient).count()
    )
