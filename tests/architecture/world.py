"""One small world in which every address of the site leads somewhere, and everybody who might knock: our ward, the
ward beside it at the same site, and the ward of a neighbour, who has a site of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client

from tests.architecture import ward as wards
from tests.architecture.ward import Arguments, Ward, identity_of
from tests.cast import days_ago, person
from tests.clock import BERLIN
from tests.reports.clinic import rate
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.packs import installed
from tracking import protocol as protocols
from tracking.actions import care, people, scheduling, unblinding, washouts
from tracking.models import TreatmentEpisode, User
from tracking.vocabulary import Role

# Who knocks at our ward. The outsider is the clinician of the ward beside it.
ROLES = (
    "anonymous",
    "link",
    "patient",
    "clinician",
    "outsider",
    "rater",
    "researcher",
    "steward",
    "administrator",
)
Key = tuple[str, int]
MODELS = [model for app in ("tracking", "reports") for model in apps.get_app_config(app).get_models()]
DAYS_OF_WASHOUT = {"Alder": 41, "Cedar": 97}


@dataclass
class World:
    """``shared``: what somebody holds who works at both sites, by ward. ``owners``: the ward of each row, by table
    and key; of that somebody, who belongs to both, there is none."""

    ours: Ward
    beside: Ward
    theirs: Ward
    shared: dict[str, list[Model]]
    owners: dict[Key, Ward]

    @property
    def wards(self) -> tuple[Ward, ...]:
        return self.ours, self.beside, self.theirs

    @property
    def users(self) -> dict[str, User]:
        return self.ours.users | {"outsider": self.beside.users["clinician"]}

    @property
    def places(self) -> dict[str, Arguments]:
        return self.ours.places

    @property
    def bodies(self) -> dict[str, Any]:
        return self.ours.bodies

    def stranger_to(self, ward: Ward) -> Ward:
        """A ward at another site."""
        return self.ours if ward is self.theirs else self.theirs

    def client(self, role: str) -> Client:
        return self.beside.client("clinician") if role == "outsider" else self.ours.client(role)


def build() -> World:
    owners: dict[Key, Ward] = {}
    ours = _claimed(owners, wards.build("Alder"), is_first=True)
    beside = _claimed(owners, wards.build("Birch", site=ours.site))
    theirs = _claimed(owners, wards.build("Cedar"), is_first=True)
    for ward in (
        beside,
        theirs,
    ):  # ours is not of the study, so that somebody treats patients and sees no figures
        member = ward.users["clinician"]
        care.add_study_member(by=None, study=ward.study, user=member, starts_on=days_ago(900))
    wanderer = person("Wanda Wanderer")
    shared = {ward.name: _works_at(ward, wanderer) for ward in (ours, theirs)}
    for ward in (ours, theirs):
        ward.place("person", wanderer)
        owners |= {(row._meta.model_name, row.pk): ward for row in shared[ward.name]}
    return World(ours, beside, theirs, shared, owners)


def _claimed(owners: dict[Key, Ward], ward: Ward, *, is_first: bool = False) -> Ward:
    """The ward with all that it needs here. Whatever is new since the one before is its own."""
    _more_patients(ward)
    if is_first:
        _furnish(ward)
    for model in MODELS:
        for pk in model._base_manager.values_list("pk", flat=True):
            owners.setdefault((model._meta.model_name, pk), ward)
    return ward


def _more_patients(ward: Ward) -> None:
    """One more on every list, which would not tell otherwise whether everybody on it is noted; and one of whom the
    rater has come to know the treatment."""
    episode = _admitted(ward, "Paul", f"{ward.name}ovic")
    recorded(episode, None, "phq9", PHQ9 | {"9": 2})
    rate(episode, ward.users["clinician"], 0, 22)
    _asked_to_rate(ward, episode)
    known = _admitted(ward, "Pia", f"{ward.name}ova")
    _asked_to_rate(ward, known)
    rater = ward.users["rater"]
    unblinding.ask_unblinding(by=rater, episode=known, rater=rater, reason=f"{ward.name} slip")


def _admitted(ward: Ward, given: str, family: str) -> TreatmentEpisode:
    return care.admit_patient(
        by=ward.users["clinician"],
        team=ward.team,
        identity=identity_of(given, family),
        sex="unknown",
        enrolled_on=days_ago(90),
        timezone=BERLIN.key,
        language="",
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(80),
        study=ward.study,
    )


def _asked_to_rate(ward: Ward, episode: TreatmentEpisode) -> None:
    scheduling.create_request(
        by=ward.users["clinician"],
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=ward.users["rater"],
        blinded=True,
    )


def _furnish(ward: Ward) -> None:
    """What a site has that patients meet: words of a questionnaire, and its own days of a washout."""
    by = ward.users["administrator"]
    ward.place("words", installed(ward.site, "phq9", by=by, mark=f"{ward.name}: "))
    protocol = protocols.get("psilocybin-mdd")
    what = next(row.what for row in protocol.washouts if row.days is None)
    days = DAYS_OF_WASHOUT[ward.name]
    washouts.set_washout_rule(by=by, site=ward.site, protocol=protocol.key, what=what, days=days)


def _works_at(ward: Ward, user: User) -> list[Model]:
    grant = people.grant_role(
        by=None, user=user, role=Role.CLINICIAN, site=ward.site, starts_on=days_ago(300)
    )
    of_team = care.add_member(by=None, team=ward.team, user=user, starts_on=days_ago(300))
    of_study = care.add_study_member(by=None, study=ward.study, user=user, starts_on=days_ago(300))
    return [grant, of_team, of_study]
