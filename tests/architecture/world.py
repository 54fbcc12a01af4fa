"""One small world in which every address of the site leads somewhere, and everybody who might knock."""

from __future__ import annotations

import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.cookies import SimpleCookie
from typing import Any

from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from measures import registry
from measures.fhir.observation import observations
from measures.fhir.occasion import Occasion
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import as_json
from measures.fhir.response import questionnaire_response
from measures.scoring import score_total
from reports.actions.courses import recompute_episode
from reports.actions.releases import request_release
from reports.models import CourseFlag
from tests.cast import CRISIS, days_ago, person
from tests.clock import BERLIN
from tests.reports.clinic import answers_for, give_dose, rate
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.definitions import published
from tests.tracking.packs import installed
from tracking.actions import (
    assessments,
    care,
    dosing,
    links,
    people,
    scheduling,
    setting,
    tapers,
    totals,
    treatment,
    unblinding,
)
from tracking.models import Study, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource, Role

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
Arguments = dict[str, Any]


@dataclass
class World:
    """``users``: by role. ``places``: what stands in an address, by the name that the matrix uses. One
    ``handler`` serves all: loading the middleware anew for each client would look at every static file."""

    users: dict[str, User] = field(default_factory=dict)
    places: dict[str, Arguments] = field(default_factory=dict)
    bodies: dict[str, Arguments] = field(default_factory=dict)
    token: str = ""
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    handler: ClientHandler = field(default_factory=lambda: ClientHandler(enforce_csrf_checks=False))

    def client(self, role: str) -> Client:
        """Somebody at a browser, signed in or in a sitting as the role says."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        client.cookies = deepcopy(self.cookies[role])
        return client

    def sign_in(self, role: str) -> SimpleCookie:
        client = Client()
        if role == "link":
            client.post(reverse("sitting-landing", args=[self.token]))
        elif role != "anonymous":
            client.force_login(self.users[role])
        return client.cookies

    def place(self, name: str, row: object) -> None:
        self.places[name] = {"public_id": row.public_id}


def build(protocol: str = "psilocybin-mdd", arm: str = "psilocybin") -> World:
    world = World()
    site = care.create_site(by=None, key="north", name="North", timezone=BERLIN.key, crisis_contacts=CRISIS)
    team = care.create_team(by=None, site=site, name="Team A")
    study = care.create_study(
        by=None, key="psilo", title="Psilo", site=site, outcome_instrument="hamd17", endpoint="week 4"
    )
    _staff(world, site, team, study)
    episode = _patient(world, team, study, protocol, arm)
    _recorded(world, episode)
    _treated(world, episode)
    _administered(world, team)
    release = request_release(by=world.users["researcher"], study=study, tables=["scores"], purpose="growth")
    world.place("release", release)
    world.places["study"] = {"key": study.key}
    _catalogued(world)
    world.bodies["release"] = {"study": study.key, "tables": ["scores"], "purpose": "predictors"}
    world.bodies["decision"] = {"decision": "approve", "note": ""}
    world.cookies = {role: world.sign_in(role) for role in ROLES}
    return world


def _catalogued(world: World) -> None:
    """What is rated, and what patients are asked."""
    for place, key in (("instrument", "hamd17"), ("questionnaire", "meq30")):
        world.places[place] = {"key": key}
        world.places[f"{place}-version"] = {"key": key, "version": registry.get(key).version}
    world.places["fhir-of-questionnaire"] = {"id": "meq30"}


def _staff(world: World, site: object, team: object, study: Study) -> None:
    for role in (Role.CLINICIAN, Role.RATER, Role.RESEARCHER, Role.STEWARD):
        world.users[role] = person(f"Some {role.label}", role)
    world.users["outsider"] = person("Otto Outsider", Role.CLINICIAN)
    world.users["administrator"] = person("Ada Administrator", Role.ADMINISTRATOR, site=site)
    other = care.create_team(by=None, site=site, name="Team B")
    for name, place in (("clinician", team), ("outsider", other)):
        care.add_member(by=None, team=place, user=world.users[name], starts_on=days_ago(900))
    for name in ("researcher", "steward"):
        care.add_study_member(by=None, study=study, user=world.users[name], starts_on=days_ago(900))


def _patient(world: World, team: object, study: Study, protocol: str, arm: str) -> TreatmentEpisode:
    by = world.users["clinician"]
    identity = {
        "given_name": "Petra",
        "family_name": "Patientin",
        "date_of_birth": None,
        "record_number": "MRN-4711",
        "email": "petra@example.net",
        "phone": "",
    }
    patient = people.enrol_patient(
        by=by, team=team, identity=identity, sex="female", enrolled_on=days_ago(200), timezone=BERLIN.key
    )
    world.users["patient"] = people.create_user(by=by, email="petra@example.net", name="Petra Patientin")
    people.link_account(by=by, patient=patient, user=world.users["patient"])
    episode = care.start_episode(
        by=by,
        patient=patient,
        diagnosis="mdd",
        protocol=protocol,
        arm=arm,
        starts_on=days_ago(120),
        study=study,
    )
    world.place("patient", patient)
    world.place("episode", episode)
    world.places["rate-new"] = {"public_id": episode.public_id, "instrument": "phq9"}
    world.places["total-new"] = {"public_id": episode.public_id, "instrument": "bdi2"}
    return episode


def _recorded(world: World, episode: TreatmentEpisode) -> None:
    by, rater = world.users["clinician"], world.users["rater"]
    world.place("self-report", recorded(episode, None, "phq9", PHQ9 | {"9": 2}).assessment)
    for day, total in ((0, 24), (14, 6), (42, 5), (60, 16), (74, 18)):
        world.place("rating-of-team", rate(episode, by, day, total))
    total = totals.record_total(
        by=by,
        episode=episode,
        instrument=registry.get("bdi2"),
        totals={"total": 20},
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    )
    world.place("total", total.assessment)
    recompute_episode(episode_id=episode.pk)
    world.place("flag", CourseFlag.objects.filter(episode=episode)[0])
    world.place("alert", episode.alerts.get(instrument="phq9"))

    def ask(instrument: str, to: User | None = None) -> Any:
        return scheduling.create_request(
            by=by,
            episode=episode,
            instrument=instrument,
            due_on=days_ago(0),
            assigned_to=to,
            blinded=to is not None,
        )

    open_report, open_rating, made = ask("phq9"), ask("hamd17", rater), ask("hamd17", rater)
    world.place("open-report", open_report)
    world.place("open-rating", open_rating)
    world.places["item"] = {"public_id": open_report.public_id, "number": 1}
    submitted = assessments.submit_assessment(
        by=rater, request=made, answers=HAMD, source=AnswerSource.CLINICIAN, assessed_on=days_ago(0)
    )
    world.place("rating-of-rater", submitted.assessment)
    other = person("Rosa Rater", Role.RATER)
    ask("hamd17", other)
    asked = unblinding.ask_unblinding(by=by, episode=episode, rater=other, reason="an emergency")
    world.place("unblinding", asked)
    _, world.token = links.issue_link(by=by, episode=episode, requests=[open_report])
    world.places["token"] = {"token": world.token}
    _bodies(world, episode, open_rating)


def _bodies(world: World, episode: TreatmentEpisode, rating: Any) -> None:
    hamd = answers_for(registry.get("hamd17"), "total", 11)
    common = {"answers": hamd, "assessed_on": str(days_ago(0)), "submission_id": str(uuid.uuid4())}
    world.bodies["assessment"] = common | {"episode": str(episode.public_id), "instrument": "hamd17"}
    world.bodies["rating"] = common | {"request": str(rating.public_id)}
    world.bodies["correction"] = {"answers": hamd, "reason": "misread"}
    _fhir(world, episode)


def _fhir(world: World, episode: TreatmentEpisode) -> None:
    instrument = registry.get("hamd17")
    occasion = Occasion(
        episode.patient.study_code,
        days_ago(0),
        submission_id=uuid.uuid4(),
        episode_id=episode.public_id,
    )
    answers = answers_for(instrument, "total", 11)
    world.bodies["fhir-response"] = as_json(questionnaire_response(instrument, answers, occasion))
    bdi = registry.get("bdi2")
    (total,) = observations(bdi, {"total": score_total(bdi, "total", 30)}, occasion)
    identifier = {"system": "urn:ietf:rfc:3986", "value": uuid.uuid4().urn}
    world.bodies["fhir-total"] = as_json(total) | {"identifier": [identifier]}
    world.bodies["fhir-questionnaire"] = as_json(questionnaire(instrument))
    world.places["fhir-questionnaire"] = {"id": "hamd17"}
    world.places["fhir-questionnaire-version"] = {"id": "hamd17", "version": instrument.version}


def _treated(world: World, episode: TreatmentEpisode) -> None:
    by = world.users["clinician"]
    session = give_dose(episode, by, 1)
    talk = treatment.record_session(
        by=by, episode=episode, kind="psychotherapy", starts_at=timezone.now() - timedelta(days=2)
    )
    course = treatment.start_medication(
        by=by,
        episode=episode,
        substance="sertraline",
        started_on=days_ago(100),
        amount_per_day=50,
        unit="mg",
        route="oral",
    )
    room = setting.create_template(
        by=by, site=episode.patient.team.site, name="Room 1", answers={"light": 2, "objects": "flowers"}
    )
    setting.record_setting(
        by=by,
        session=session,
        template=room,
        overrides={"light": 3, "mood_before": 4, "intention": "peace"},
        submission_id=uuid.uuid4(),
    )
    (planned,) = tapers.plan_taper(by=by, course=course, steps=[(days_ago(0), Decimal(25))])
    world.place("planned-step", planned)
    world.place("session", session)
    world.place("room", room)
    world.places["session-line"] = {"public_id": session.public_id, "kind": "event"}
    world.places["session-form"] = {"public_id": session.public_id, "instrument": "vital_signs"}
    happened = {"topic": "music", "happened_at": session.starts_at}
    entry = dosing.record_event(by=by, session=session, submission_id=uuid.uuid4(), **happened)
    world.places["line"] = {"kind": "line", "public_id": entry.public_id}
    world.place("medication", course)
    world.places["record"] = {"kind": "session", "public_id": talk.public_id}


def _administered(world: World, team: Any) -> None:
    clinician = world.users["clinician"]
    world.place("person", clinician)
    world.place("team", team)
    world.place("own-instrument", published(team.site))
    world.places["grant"] = {"pk": clinician.role_grants.get().pk}
    pack = installed(team.site, "wai_sr", by=world.users["administrator"])
    world.place("pack", pack)
    world.places["pack-file"] = {"public_id": pack.public_id, "kind": "csv"}
    world.places["worded-instrument"] = {"instrument": "wai_sr"}
    world.places["empty-pack"] = {"instrument": "wai_sr", "kind": "csv"}
    world.places["washout"] = {"site": team.site.key, "protocol": "psilocybin-mdd", "number": 1}
    world.places["site"] = {"site": team.site.key}
    world.places["membership"] = {"pk": clinician.memberships.get().pk}
    world.places["study-membership"] = {"pk": world.users["researcher"].study_memberships.get().pk}
