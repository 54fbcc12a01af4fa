"""One small world in which every address of the site leads somewhere, and everybody who might knock: our ward, the
ward beside it at the same site, and the ward of a neighbour, who has a site of their own."""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client

from measures import registry
from tests.architecture import ward as wards
from tests.architecture.ward import Arguments, Ward, identity_of
from tests.cast import days_ago, person
from tests.clock import BERLIN
from tests.reports.clinic import rate
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.definitions import SCORE_ONLY
from tests.tracking.dosing import vitals
from tests.tracking.packs import installed
from tracking.actions import (
    assessments,
    availability,
    calls,
    care,
    duplicates,
    erasures,
    people,
    records,
    scheduling,
    setting,
    tokens,
    unblinding,
    washouts,
)
from tracking.actions.endings import end_episode, record_death, void_death
from tracking.models import (
    Assessment,
    AssessmentRequest,
    DeclaredScale,
    TreatmentEpisode,
    TreatmentSession,
    User,
    WordingPack,
)
from tracking.rules import protocol as protocols
from tracking.rules.policies.likeness import Alike
from tracking.vocabulary import AnswerSource, Role

OVER = "berg"  # ends the name of whose treatment is over: nobody has to do anything about them today
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
    "officer",
)
Key = tuple[str, int]
MODELS = [model for app in ("tracking", "reports") for model in apps.get_app_config(app).get_models()]
DAYS_OF_WASHOUT = {"Alder": 41, "Cedar": 97}
YEAR_OF_AVAILABILITY = {"Alder": 2041, "Birch": 2042, "Cedar": 2043}


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
    # Ours is not of the study, so that somebody treats patients and sees no figures.
    for ward in (beside, theirs):
        member = ward.users["clinician"]
        care.add_study_member(by=None, study=ward.study, user=member, starts_on=days_ago(900))
    _left(ours, beside, theirs)
    wanderer = person("Wanda Wanderer")
    shared = {ward.name: _works_at(ward, wanderer) for ward in (ours, theirs)}
    for ward in (ours, theirs):
        ward.place("person-of-two-sites", wanderer)
        owners |= {(row._meta.model_name, row.pk): ward for row in shared[ward.name]}
    return World(ours, beside, theirs, shared, owners)


def _claimed(owners: dict[Key, Ward], ward: Ward, *, is_first: bool = False) -> Ward:
    """The ward with all that it needs here. Whatever is new since the one before is its own."""
    _more_patients(ward)
    _declared(ward)
    tokens.create_token(by=ward.users["clinician"])
    if is_first:
        _furnish(ward)
    for model in MODELS:
        for pk in model._base_manager.values_list("pk", flat=True):
            owners.setdefault((model._meta.model_name, pk), ward)
    return ward


def _declared(ward: Ward) -> None:
    """A scale of which the study has totals alone."""
    definition = tomllib.loads(SCORE_ONLY.replace("Pain diary", f"{ward.name} diary"))
    DeclaredScale.objects.create(study=ward.study, key=definition["key"], definition=definition)


def _more_patients(ward: Ward) -> None:
    """One more on every list, which would not tell otherwise whether everybody on it is noted, and of whom the team
    wants the rater to be told the treatment; and one of whom the rater has come to know it."""
    clinician, rater = ward.users["clinician"], ward.users["rater"]
    vitals(clinician, TreatmentSession.objects.get(public_id=ward.places["session"]["public_id"]), at=50)
    episode = _admitted(ward, "Paul", f"{ward.name}ovic")
    recorded(episode, None, "mars5", {item.code: item.minimum for item in registry.get("mars5").items})
    recorded(episode, None, "phq9", PHQ9 | {"9": 2})
    rate(episode, clinician, 0, 22)
    ward.place("call", calls.ask_call(by=rater, request=_asked_to_rate(ward, episode, rater)))
    _asked_by_team(ward, episode)
    unblinding.ask_unblinding(by=clinician, episode=episode, rater=rater, reason=f"{ward.name} doubt")
    known = _admitted(ward, "Pia", f"{ward.name}ova")
    _asked_to_rate(ward, known, rater)
    unblinding.ask_unblinding(by=rater, episode=known, rater=rater, reason=f"{ward.name} slip")
    mistaken = _admitted(ward, "Pola", f"{ward.name}ski")
    recorded(mistaken, None, "phq9", PHQ9 | {"9": 2})
    ended = {"reason": "completed", "ends_on": days_ago(1), "open_reason": f"{ward.name} goes on calling"}
    end_episode(by=clinician, episode=mistaken, **ended)
    moves = {"patient": mistaken.patient, "into": known.patient, "reason": f"{ward.name} referral"}
    ward.place("record-move", records.propose_merge(by=clinician, **moves))
    records.propose_undo(by=clinician, patient=known.patient, reason=f"{ward.name} mistake")
    alike = (Alike(known.patient, ("the same name",), visible=False),)
    duplicates.ask_if_known(by=clinician, team=ward.team, found=alike)
    _told(ward, episode)
    _died(ward)
    _wants_to_be_erased(ward)
    starts = date(YEAR_OF_AVAILABILITY[ward.name], 3, 17)
    availability.set_availability(by=rater, starts_on=starts, per_week=5)


def _died(ward: Ward) -> None:
    """Somebody of whom a death was recorded by mistake: the dead themselves are on no list of those who need
    somebody."""
    by, episode = ward.users["clinician"], _admitted(ward, "Paula", f"{ward.name}eva")
    patient = episode.patient
    record_death(by=by, patient=patient, died_on=days_ago(3))
    death = patient.deaths.get()
    void_death(by=by, death=death, reason=f"{ward.name} namesake")
    ward.place("death", death)
    _asked_by_team(ward, episode)


def _wants_to_be_erased(ward: Ward) -> None:
    """Somebody whose treatment is over."""
    by, episode = ward.users["clinician"], _admitted(ward, "Greta", f"{ward.name}{OVER}")
    end_episode(by=by, episode=episode, reason="completed", ends_on=days_ago(1), open_reason="")
    erasures.ask_erasure(by=by, patient=episode.patient)


def _told(ward: Ward, episode: TreatmentEpisode) -> None:
    """Another rater, to whom the treatment was told, is no matter of anybody else who rates."""
    rater = person(f"Rolf {ward.name}", Role.RATER, site=ward.site)
    _asked_to_rate(ward, episode, rater)
    asked = unblinding.ask_unblinding(by=rater, episode=episode, rater=rater, reason=f"{ward.name} word")
    unblinding.decide_unblinding(by=ward.users["clinician"], unblinding=asked, approve=True)


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


def _asked_to_rate(ward: Ward, episode: TreatmentEpisode, rater: User) -> AssessmentRequest:
    return scheduling.create_request(
        by=ward.users["clinician"],
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        blinded=True,
    )


def _asked_by_team(ward: Ward, episode: TreatmentEpisode) -> None:
    """A rating that anybody of the team can make, from the page of the patient."""
    scheduling.create_request(
        by=ward.users["clinician"], episode=episode, instrument="hamd17", due_on=days_ago(0)
    )


def _furnish(ward: Ward) -> None:
    """What a site has that patients meet: words of a questionnaire, its own days of a washout, and a room that is
    called what another site calls one."""
    by = ward.users["administrator"]
    by_team = ward.users["clinician"]
    ward.place(
        "room", setting.create_template(by=by_team, site=ward.site, name="Garden", answers={"light": 1})
    )
    words = installed(ward.site, "phq9", by=by, mark=f"{ward.name}: ")
    ward.place("words", words)
    ward.place("self-report", _in_words(ward, words))
    protocol = protocols.get("psilocybin-mdd")
    what = next(row.what for row in protocol.washouts if row.days is None)
    days = DAYS_OF_WASHOUT[ward.name]
    washouts.set_washout_rule(by=by, site=ward.site, protocol=protocol.key, what=what, days=days)


def _left(ours: Ward, beside: Ward, theirs: Ward) -> None:
    """Who was once of another team, study and site, and is not any more."""
    clinician, researcher, administrator = (
        beside.users["clinician"],
        ours.users["researcher"],
        ours.users["administrator"],
    )
    member = care.add_member(by=None, team=ours.team, user=clinician, starts_on=days_ago(300))
    care.end_membership(by=None, membership=member, ends_on=days_ago(100))
    of_study = care.add_study_member(by=None, study=beside.study, user=researcher, starts_on=days_ago(300))
    care.end_study_membership(by=None, membership=of_study, ends_on=days_ago(100))
    role = people.grant_role(
        by=None, user=administrator, role=Role.ADMINISTRATOR, site=theirs.site, starts_on=days_ago(300)
    )
    people.end_role(by=None, grant=role, ends_on=days_ago(100))


def _in_words(ward: Ward, words: WordingPack) -> Assessment:
    """What the patient has answered on paper in the words of the site."""
    return assessments.record_assessment(
        by=ward.users["clinician"],
        episode=ward.users["patient"].patient.episodes.get(),
        instrument=registry.get("phq9"),
        answers=PHQ9,
        source=AnswerSource.SELF,
        assessed_on=days_ago(0),
        submission_id=uuid.uuid4(),
        wording=words,
    ).assessment


def _works_at(ward: Ward, user: User) -> list[Model]:
    grant = people.grant_role(
        by=None, user=user, role=Role.CLINICIAN, site=ward.site, starts_on=days_ago(300)
    )
    of_team = care.add_member(by=None, team=ward.team, user=user, starts_on=days_ago(300))
    of_study = care.add_study_member(by=None, study=ward.study, user=user, starts_on=days_ago(300))
    return [grant, of_team, of_study]
