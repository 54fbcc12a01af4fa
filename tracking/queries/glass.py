"""Emergencies: whom a clinician is looking for, what the record shows then, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from tracking import clock
from tracking.models import (
    Assessment,
    BreakGlass,
    CareTeam,
    Membership,
    Patient,
    PatientIdentity,
    RoleGrant,
    TreatmentEpisode,
    User,
    current,
)
from tracking.queries.alerts import AlertLine, alert_lines, alerts_about
from tracking.queries.assessments import AssessmentView, assessment_view
from tracking.queries.copies import OfEpisode
from tracking.queries.sittings import crisis_contacts
from tracking.queries.treatment import dosing_sessions
from tracking.rules.crisis import Contact
from tracking.rules.likeness import parts_of
from tracking.rules.policies.glass import breakable
from tracking.vocabulary import Role

LISTED_FOR = timedelta(days=30)  # so long a team reads who has opened one of its records


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom somebody names: by the whole study code, or by the whole name and the date of birth."""

    code: str = ""
    given_name: str = ""
    family_name: str = ""
    born: date | None = None

    @property
    def is_whole(self) -> bool:
        return bool(self.code or (self.given_name and self.family_name and self.born))


@dataclass(frozen=True, slots=True)
class Emergency:
    """What is shown of a person. ``treatments`` hold the latest of each questionnaire; the words of the staff are not
    ``withheld`` from staff."""

    contacts: tuple[Contact, ...]
    team: list[User]
    alerts: list[AlertLine]
    treatments: list[OfEpisode]
    withheld: str = ""


def find(user: User, sought: Sought) -> Patient | None:
    """The one person of the site, of another team, who is named; nobody where several are. Spelled as people spell
    names: "Mueller" is "Müller", and "Mül" is nobody."""
    rows = breakable(user)
    if sought.code:
        return rows.filter(study_code__iexact=sought.code).first()
    held = PatientIdentity.objects.filter(patient__in=rows).select_related("patient")
    found = [row.patient for row in held.order_by("pk") if _is(row, sought)]
    return found[0] if len(found) == 1 else None


def _is(row: PatientIdentity, sought: Sought) -> bool:
    return bool(row.name) and (parts_of(row.given_name), parts_of(row.family_name), row.born) == (
        parts_of(sought.given_name),
        parts_of(sought.family_name),
        sought.born,
    )


def leads(team: CareTeam) -> QuerySet[User]:
    """Who leads a team today; everybody of one that nobody leads."""
    members = Membership.objects.filter(current(), team=team, user__is_active=True)
    led = members.filter(is_lead=True)
    return User.objects.filter(pk__in=(led if led.exists() else members).values("user")).order_by(
        "name", "pk"
    )


def officers_of(team: CareTeam) -> QuerySet[User]:
    """The privacy officers who watch over the site of a team."""
    here = Q(site=None) | Q(site=team.site_id)
    grants = RoleGrant.objects.filter(current(), here, role=Role.OFFICER)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("pk")


def emergency(glass: BreakGlass, language: str) -> Emergency:
    """The crisis contacts, whom to call, open alerts, medication and doses, and the latest answers."""
    patient = glass.patient
    episodes = TreatmentEpisode.objects.filter(patient=patient).order_by("-starts_on", "-pk")
    return Emergency(
        contacts=crisis_contacts(patient, language),
        team=list(leads(patient.team)),
        alerts=alert_lines(alerts_about(patient).unresolved().order_by("raised_at", "pk")),
        treatments=[_treatment(episode) for episode in episodes],
    )


def _treatment(episode: TreatmentEpisode) -> OfEpisode:
    return OfEpisode(
        episode=episode,
        medications=list(episode.medications.standing().prefetch_related("dose_changes").order_by("pk")),
        sessions=list(dosing_sessions(episode).prefetch_related("doses")),
        answered=list(_latest(episode)),
    )


def _latest(episode: TreatmentEpisode) -> Iterator[AssessmentView]:
    """Of each questionnaire what was answered last. What was rated blind helps nobody in an emergency."""
    rows = Assessment.objects.filter(episode=episode)
    shown = rows.filter(superseded_by=None).exclude(request__blinded=True)
    last = {one.instrument: one for one in shown.order_by("assessed_on", "pk").only("pk", "instrument")}
    related = ("episode__study", "episode__patient__team__site", "rater")
    kept = rows.filter(pk__in=[one.pk for one in last.values()]).select_related(*related)
    for one in kept.prefetch_related("scores", "outcomes").order_by("-assessed_on", "-pk"):
        yield assessment_view(one, rows)


def opened_lately(teams: Iterable[CareTeam]) -> QuerySet[BreakGlass]:
    """Who has opened a record of these teams in the last days, the latest first."""
    rows = BreakGlass.objects.filter(patient__team__in=teams, patient__set_aside_at=None)
    return rows.filter(opened_at__gte=clock.now() - LISTED_FOR).select_related("user", "patient")
