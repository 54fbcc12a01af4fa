"""What the pages that record treatment read."""

from __future__ import annotations

from django.db.models import QuerySet

from tracking.models import CareTeam, TreatmentEpisode, TreatmentSession, User, current
from tracking.vocabulary import Attendance, SessionKind


def dosing_sessions(episode: TreatmentEpisode) -> QuerySet[TreatmentSession]:
    """The dosing sessions of an episode that took place, the latest first: what can be integrated."""
    rows = episode.sessions.standing().filter(kind=SessionKind.DOSING, attendance=Attendance.ATTENDED)
    return rows.order_by("-starts_at")


def team_members(team: CareTeam) -> QuerySet[User]:
    """Who may have been in the room: the people who are in the team today."""
    rows = team.memberships.filter(current()).values("user")
    return User.objects.filter(pk__in=rows, is_active=True).order_by("name")
