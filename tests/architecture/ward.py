"""One ward, made by the real actions: a care team with a study, its people, and a patient to whom all has happened
that a page can show. Where there are several, nothing that is typed of one occurs in another."""

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
from tests.tracking.begun import begun_entry
from tests.tracking.definitions import CHECK_IN, published
from tests.tracking.dosing import sure
from tests.tracking.packs import installed
from tests.tracking.treated import medicated
from tracking import clock
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
from tracking.models import BreakGlass, CareTeam, OddLook, Site, Study, TreatmentEpisode, User
from tracking.rules.oversight import Sign
from tracking.rules.policies.glass import LASTS
from tracking.vocabulary import AnswerSource, Role

ROLES = (
    "anonymous",
    "link",
    "patient",
    "clinician",
    "rater",
    "researcher",
    "steward",
    "administrator",
    "officer",
)
STAFF = {
    role.value: role for role in (Role.CLINICIAN, Role.RATER, Role.RESEARCHER, Role.STEWARD, Role.OFFICER)
}
Arguments = dict[str, Any]
HANDLER = ClientHandler(enforce_csrf_checks=False)  # loading the middleware looks at every static file


@dataclass
class Ward:
    """``name``: stands in all that is typed. ``users``: by role. ``places``: what stands in an address, by the
    name that the matrix uses; ``bodies``: what an API route is sent."""

    name: str
    site: Site
    team: CareTeam
    study: Study
    users: dict[str, User] = field(default_factory=dict)
    places: dict[str, Arguments] = field(default_factory=dict)
    bodies: dict[str, Arguments] = field(default_factory=dict)
    token: str = ""
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)

    @property
    def own_key(self) -> str:
        """Of the site's own instrument."""
        return f"check_in_{self.name.lower()}"

    def client(self, role: str) -> Client:
        """Somebody at a browser, signed in or in a sitting as the role says."""
        client = Client(raise_request_exception=False)
        client.handler = HANDLER
        client.cookies = deepcopy(self.cookies[role])
        return client

    def sign_in(self, role: str) -> SimpleCookie:
        client = Client()
        client.handler = HANDLER
        if role == "link":
            client.post(reverse("sitting-landing", args=[self.token]))
        elif role != "anonymous":
            client.force_login(self.users[role])
        return client.cookies

    def place(self, name: str, row: object) -> None:
        self.places[name] = {"public_id": row.public_id}


def build(
    name: str = "Alder", site: Site | None = None, protocol: str = "psilocybin-mdd", arm: str = "psilocybin"
) -> Ward:
    """A ward at ``site``, or at a site of its own."""
    key = name.lower()
    place = site or care.create_site(
        by=None, key=key, name=f"{name} House", timezone=BERLIN.key, crisis_contacts=f"{name} line. {CRISIS}"
    )
    ward = Ward(
        name,
        place,
        team=care.create_team(by=None, site=place, name=f"{name} team"),
        study=care.create_study(
            by=None,
            key=f"{key}-study",
            title=f"{name} study",
            site=place,
            outcome_instrument="hamd17",
            endpoint="week 4",
        ),
    )
    _staff(ward)
    episode = _patient(ward, protocol, arm)
    _recorded(ward, episode)
    _treated(ward, episode)
    _administered(ward)
    _released(ward)
    _catalogued(ward)
    ward.cookies = {role: ward.sign_in(role) for role in ROLES}
    return ward


def _released(ward: Ward) -> None:
    by, study = ward.users["researcher"], ward.study
    release = request_release(by=by, study=study, tables=["scores"], purpose=f"{ward.name} growth")
    ward.place("release", release)
    ward.places["study"] = {"key": study.key}
    ward.bodies["release"] = {"study": study.key, "tables": ["scores"], "purpose": "predictors"}
    ward.bodies["revocation"] = {"note": "asked for too much"}
    ward.bodies["decision"] = {"decision": "approve", "note": ""}


def _staff(ward: Ward) -> None:
    """Everybody's role is for the site alone: one without a site is for every site."""
    for name, role in STAFF.items():
        ward.users[name] = person(f"{ward.name} {name}", role, site=ward.site)
    ward.users["administrator"] = person(f"{ward.name} administrator", Role.ADMINISTRATOR, site=ward.site)
    care.add_member(by=None, team=ward.team, user=ward.users["clinician"], starts_on=days_ago(900))
    for name in ("researcher", "steward"):
        care.add_study_member(by=None, study=ward.study, user=ward.users[name], starts_on=days_ago(900))


def identity_of(given: str, family: str) -> dict[str, Any]:
    """What is typed of somebody."""
    return {
        "given_name": given,
        "family_name": family,
        "date_of_birth": None,
        "record_number": f"MRN-{family}-4711",
        "email": f"{given}.{family}@example.net".lower(),
        "phone": "",
    }


def _patient(ward: Ward, protocol: str, arm: str) -> TreatmentEpisode:
    by, identity = ward.users["clinician"], identity_of("Petra", f"{ward.name}in")
    patient = people.enrol_patient(
        by=by, team=ward.team, identity=identity, sex="female", enrolled_on=days_ago(200), timezone=BERLIN.key
    )
    ward.users["patient"] = people.create_user(by=by, email=identity["email"], name=f"Petra {ward.name}in")
    people.link_account(by=by, patient=patient, user=ward.users["patient"])
    episode = care.start_episode(
        by=by,
        patient=patient,
        diagnosis="mdd",
        protocol=protocol,
        arm=arm,
        starts_on=days_ago(120),
        study=ward.study,
    )
    ward.place("patient", patient)
    ward.place("episode", episode)
    treatment_of = {"diagnosis": "mdd", "plan": ":", "starts_on": days_ago(1), "enrolled_on": days_ago(1)}
    where = {"team": ward.team.pk, "sex": "female", "timezone": BERLIN.key, "date_of_birth": ""}
    ward.bodies["enrolled-again"] = identity | treatment_of | where
    ward.places["rate-new"] = {"public_id": episode.public_id, "instrument": "phq9"}
    ward.places["total-new"] = {"public_id": episode.public_id, "instrument": "bdi2"}
    return episode


def _recorded(ward: Ward, episode: TreatmentEpisode) -> None:
    by, rater = ward.users["clinician"], ward.users["rater"]
    ward.place("self-report", recorded(episode, None, "phq9", PHQ9 | {"9": 2}).assessment)
    for day, total in ((0, 24), (14, 6), (42, 5), (60, 16), (74, 18)):
        ward.place("rating-of-team", rate(episode, by, day, total))
    total = totals.record_total(
        by=by,
        episode=episode,
        instrument=registry.get("bdi2"),
        totals={"total": 20},
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    )
    ward.place("total", total.assessment)
    recompute_episode(episode_id=episode.pk)
    ward.place("flag", CourseFlag.objects.filter(episode=episode)[0])
    ward.place("alert", episode.alerts.get(instrument="phq9"))

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
    ward.place("open-report", open_report)
    ward.place("open-rating", open_rating)
    ward.place("open-to-team", ask("madrs"))
    ward.places["item"] = {"public_id": open_report.public_id, "number": 1}
    submitted = assessments.submit_assessment(
        by=rater, request=made, answers=HAMD, source=AnswerSource.CLINICIAN, assessed_on=days_ago(0)
    )
    ward.place("rating-of-rater", submitted.assessment)
    other = person(f"Rosa {ward.name}", Role.RATER, site=ward.site)
    ask("hamd17", other)
    asked = unblinding.ask_unblinding(by=by, episode=episode, rater=other, reason=f"{ward.name} emergency")
    ward.place("unblinding", asked)
    ward.place("entry-draft", begun_entry(by, episode, "caps5", {"1": 2}))
    _, ward.token = links.issue_link(by=by, episode=episode, requests=[open_report])
    ward.places["token"] = {"token": ward.token}
    _bodies(ward, episode, open_rating)


def _bodies(ward: Ward, episode: TreatmentEpisode, rating: Any) -> None:
    hamd = answers_for(registry.get("hamd17"), "total", 11)
    common = {"answers": hamd, "assessed_on": str(days_ago(0)), "submission_id": str(uuid.uuid4())}
    ward.bodies["assessment"] = common | {"episode": str(episode.public_id), "instrument": "hamd17"}
    ward.bodies["rating"] = common | {"request": str(rating.public_id)}
    ward.bodies["correction"] = {"answers": hamd, "reason": "misread"}
    _fhir(ward, episode)


def _fhir(ward: Ward, episode: TreatmentEpisode) -> None:
    instrument = registry.get("hamd17")
    occasion = Occasion(
        episode.patient.study_code,
        days_ago(0),
        submission_id=uuid.uuid4(),
        episode_id=episode.public_id,
    )
    answers = answers_for(instrument, "total", 11)
    ward.bodies["fhir-response"] = as_json(questionnaire_response(instrument, answers, occasion))
    bdi = registry.get("bdi2")
    (total,) = observations(bdi, {"total": score_total(bdi, "total", 30)}, occasion)
    identifier = {"system": "urn:ietf:rfc:3986", "value": uuid.uuid4().urn}
    ward.bodies["fhir-total"] = as_json(total) | {"identifier": [identifier]}
    ward.bodies["fhir-questionnaire"] = as_json(questionnaire(instrument))
    ward.places["fhir-questionnaire"] = {"id": "hamd17"}
    ward.places["fhir-questionnaire-version"] = {"id": "hamd17", "version": instrument.version}


def _treated(ward: Ward, episode: TreatmentEpisode) -> None:
    by = ward.users["clinician"]
    session = give_dose(episode, by, 1, **sure(25, "whatever the protocol plans"))
    talk = treatment.record_session(
        by=by, episode=episode, kind="psychotherapy", starts_at=timezone.now() - timedelta(days=2)
    )
    course = medicated(by, episode, began=100)
    room = setting.create_template(
        by=by, site=ward.site, name=f"{ward.name} room", answers={"light": 2, "objects": "flowers"}
    )
    setting.record_setting(
        by=by,
        session=session,
        template=room,
        overrides={"light": 3, "mood_before": 4, "intention": f"{ward.name} peace"},
        submission_id=uuid.uuid4(),
    )
    (planned,) = tapers.plan_taper(by=by, course=course, steps=[(days_ago(0), Decimal(25))])
    ward.place("planned-step", planned)
    ward.place("session", session)
    ward.place("room", room)
    ward.places["session-line"] = {"public_id": session.public_id, "kind": "event"}
    ward.places["session-form"] = {"public_id": session.public_id, "instrument": "vital_signs"}
    happened = {"topic": "music", "happened_at": session.starts_at}
    entry = dosing.record_event(by=by, session=session, submission_id=uuid.uuid4(), **happened)
    ward.places["line"] = {"kind": "line", "public_id": entry.public_id}
    ward.place("medication", course)
    ward.places["record"] = {"kind": "session", "public_id": talk.public_id}


def _administered(ward: Ward) -> None:
    clinician, site = ward.users["clinician"], ward.site
    ward.place("person", clinician)
    ward.place("team", ward.team)
    ward.place("own-instrument", published(site, check_in(ward)))
    ward.places["grant"] = {"pk": clinician.role_grants.get().pk}
    pack = installed(site, "wai_sr", by=ward.users["administrator"], mark=f"{ward.name}: ")
    ward.place("pack", pack)
    ward.places["pack-file"] = {"public_id": pack.public_id, "kind": "csv"}
    ward.places["worded-instrument"] = {"instrument": "wai_sr"}
    ward.places["empty-pack"] = {"instrument": "wai_sr", "kind": "csv"}
    ward.places["washout"] = {"site": site.key, "protocol": "psilocybin-mdd", "number": 1}
    ward.places["site"] = {"site": site.key}
    joining = care.add_member(by=ward.users["administrator"], team=ward.team, user=ward.users["steward"])
    ward.places["joining"] = {"kind": "team", "pk": joining.pk}
    patient = ward.users["patient"].patient
    odd = OddLook.objects.create(  # without the reading that it is found by: what the log holds is compared
        day=days_ago(1), actor=ward.users["rater"].public_id, patient=patient.public_id, sign=Sign.OUTSIDE
    )
    ward.place("odd-look", odd)
    glass = BreakGlass.objects.create(  # by somebody who has come to the team since
        user=clinician,
        patient=patient,
        reason=f"{ward.name} collapse",
        opened_at=clock.now(),
        ends_at=clock.now() + LASTS,
    )
    ward.place("glass", glass)
    ward.places["membership"] = {"pk": clinician.memberships.get().pk}
    ward.places["study-membership"] = {"pk": ward.users["researcher"].study_memberships.get().pk}


def check_in(ward: Ward) -> str:
    """The site's own instrument, under a key and a title of its own."""
    own = CHECK_IN.replace('"check_in"', f'"{ward.own_key}"').replace("North Clinic", ward.site.name)
    name = f"{ward.name} check-in"
    return own.replace("Check-in after", f"{name} after").replace('"Check-in"', f'"{name}"')


def _catalogued(ward: Ward) -> None:
    """What is rated, what patients are asked, and a treatment: the same wherever somebody works."""
    for place, key in (("instrument", "hamd17"), ("questionnaire", "meq30")):
        ward.places[place] = {"key": key}
        ward.places[f"{place}-version"] = {"key": key, "version": registry.get(key).version}
    ward.places["worded"] = {"key": "phq9"}
    ward.places["fhir-of-questionnaire"] = {"id": "meq30"}
    ward.places["protocol"] = {"key": "ssri-psychotherapy"}
    ward.places["protocol-version"] = {"key": "ssri-psychotherapy", "version": "1"}
