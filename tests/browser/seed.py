"""Fills the database of the browser tests: ``python -m tests.browser.seed FILE`` writes there what they must know.

A process of its own, because the site under test has its own database. Everything is made by the actions of the
product; most people are walked through treatment as those of the demonstration are.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

from reports.actions.demo import compute_everything  # noqa: E402
from reports.actions.releases import request_release  # noqa: E402
from tests.second_factor import with_app  # noqa: E402
from tracking import clock  # noqa: E402
from tracking.actions import care, people  # noqa: E402
from tracking.actions.links import issue_link  # noqa: E402
from tracking.actions.scheduling import create_request  # noqa: E402
from tracking.models import Study, TreatmentEpisode, User  # noqa: E402
from tracking.rules.policies.days import local_today  # noqa: E402
from tracking.rules.second_factor import AT_ONCE  # noqa: E402
from tracking.simulation.people.cast import Person  # noqa: E402
from tracking.simulation.people.plans import combined_plan, mdma_plan, psilocybin_plan  # noqa: E402
from tracking.simulation.walk import Staff, simulate  # noqa: E402
from tracking.vocabulary import Role  # noqa: E402

MORE = ("pcl5", "core10", "treatment_guess")  # what a second link asks besides
PASSWORD = "a long walk by the sea"
LONG_AGO = timedelta(days=1000)
COHORT = 12
# Each belongs to one test, or to one instrument of one.
STORIES = (
    "phone",
    "quiet",
    "rated",
    "alert",
    "account",
    "tunnel",
    "changed",
    "away",
    "slow",
    "keys",
    "many",
    "interview",
    "underground",
    "reload",
    "signedout",
    "tries",
    "ended",
    "called",
    "gaps",
    "twice",
    "again",
)


def main(target: Path) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    today = clock.today()
    users = {role.value: account(role, today) for role in Role}
    apps = {role: with_app(users[role]) for role in AT_ONCE}  # the others are in their days of grace
    trial, care_as_usual = clinic(users, today)
    rng = Random(7)  # noqa: S311 (invented people, not secrets)
    for number in range(COHORT):
        simulate(by=users["administrator"], person=treated(number, rng), staff=trial, rng=rng, today=today)
    dosing = {name: trauma_patient(name, trial, rng, today) for name in ("tablet", "plain", "odd")}
    episodes = {story: told(story, care_as_usual, rng, today) for story in STORIES}
    people.link_account(by=None, patient=episodes["account"].patient, user=users["patient"])
    for story in ("rated", "called"):
        ask_rater(episodes[story], users["rater"])
    release = request_release(
        by=users["researcher"], study=trial.study, tables=["scores"], purpose="Course by arm for the report"
    )
    compute_everything()
    facts = {
        "password": PASSWORD,
        "apps": apps,
        "stories": {story: facts_of(episode) for story, episode in episodes.items()},
        "dosing": {
            name: {
                "episode": episode.pk,
                "page": reverse("patient", kwargs={"public_id": episode.patient.public_id}),
                "begin": reverse("dosing-begin", kwargs={"public_id": episode.public_id}),
            }
            for name, episode in dosing.items()
        },
        "study": reverse("study", kwargs={"key": trial.study.key}),
        "release": reverse("release", kwargs={"public_id": release.public_id}),
    }
    target.write_text(json.dumps(facts))


def account(role: Role, today: date) -> User:
    name = f"The {role.label.lower()}"
    user = people.create_user(by=None, email=f"{role.value}@clinic.example", name=name, password=PASSWORD)
    if role != Role.PATIENT:
        people.grant_role(by=None, user=user, role=role, starts_on=today - LONG_AGO)
    return user


def clinic(users: dict[str, User], today: date) -> tuple[Staff, Staff]:
    """One team and its two studies."""
    site = care.create_site(
        by=None,
        key="shore",
        name="Shore Clinic",
        timezone="Europe/Lisbon",
        crisis_contacts="Crisis line, 0800 111 0 111, day and night",
    )
    team = care.create_team(by=None, site=site, name="Team Shore")
    since = today - LONG_AGO
    care.add_member(by=None, team=team, user=users["clinician"], is_lead=True, starts_on=since)
    second = people.create_user(
        by=None, email="second@clinic.example", name="The second therapist", password=PASSWORD
    )
    people.grant_role(by=None, user=second, role=Role.CLINICIAN, starts_on=since)
    care.add_member(by=None, team=team, user=second, starts_on=since)
    staff = Staff(team, users["clinician"], second, users["rater"], study("shore-mdd", users, since))
    return staff, replace(staff, study=study("shore-care", users, since))


def study(key: str, users: dict[str, User], since: date) -> Study:
    made = care.create_study(
        by=None,
        key=key,
        title=f"Study {key}",
        outcome_instrument="hamd17",
        endpoint="week 4",
        is_simulated=True,
    )
    for role in ("clinician", "researcher", "steward"):
        care.add_study_member(by=None, study=made, user=users[role], starts_on=since)
    return made


def treated(number: int, rng: Random) -> Person:
    plan = psilocybin_plan(rng, 90 + number)
    return Person(f"Person{number}", "Shore", "female", 30 + number, "psilocybin", plan)


def trauma_patient(name: str, staff: Staff, rng: Random, today: date) -> TreatmentEpisode:
    """Somebody whose first MDMA session is today."""
    plan = replace(mdma_plan(rng, 25, active=True), punctual=True)
    person = Person(name.title(), "Shore", "female", 44, "trauma", plan)
    return simulate(by=staff.lead, person=person, staff=staff, rng=rng, today=today)


def told(story: str, staff: Staff, rng: Random, today: date) -> TreatmentEpisode:
    """Somebody in combined treatment for three weeks."""
    safety = {21: 2} if story in ("alert", "ended") else {}
    plan = replace(combined_plan(rng, 23), safety=safety, punctual=True)
    person = Person(story.title(), "Shore", "male", 40, "combined", plan)
    return simulate(by=staff.lead, person=person, staff=staff, rng=rng, today=today)


def ask_rater(episode: TreatmentEpisode, rater: User) -> None:
    create_request(
        by=None, episode=episode, instrument="hamd17", due_on=local_today(episode.patient), assigned_to=rater
    )


def facts_of(episode: TreatmentEpisode) -> dict[str, object]:
    """Addresses of the story's pages, the link of a PHQ-9 that is asked today, and the key of its rows."""
    asked = create_request(by=None, episode=episode, instrument="phq9", due_on=local_today(episode.patient))
    _, token = issue_link(by=None, episode=episode, requests=[asked])
    more = [
        create_request(by=None, episode=episode, instrument=key, due_on=local_today(episode.patient))
        for key in MORE
    ]
    _, of_all = issue_link(by=None, episode=episode, requests=[asked, *more])
    here = {"public_id": episode.public_id}
    return {
        "episode": episode.pk,
        "page": reverse("patient", kwargs={"public_id": episode.patient.public_id}),
        "link": reverse("sitting-landing", kwargs={"token": token}),
        "link_of_all": reverse("sitting-landing", kwargs={"token": of_all}),
        "ask": reverse("request-new", kwargs=here),
        "hamd17": reverse("rate-new", kwargs=here | {"instrument": "hamd17"}),
        "caps5": reverse("rate-new", kwargs=here | {"instrument": "caps5"}),
        "session": reverse("session-new", kwargs=here),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
