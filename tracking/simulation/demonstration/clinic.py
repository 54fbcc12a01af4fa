"""The demonstration clinic: two sites, three teams, invented patients, and who may sign in."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tracking import clock
from tracking.actions.availability import set_availability
from tracking.actions.care import add_member, add_study_member, create_site, create_study, create_team
from tracking.actions.languages import change_contacts
from tracking.actions.links import issue_link
from tracking.actions.people import create_user, grant_role, link_account
from tracking.actions.rating import assign_due_ratings
from tracking.actions.scheduling import create_request
from tracking.actions.washouts import set_washout_rule
from tracking.actions.wordings import add_wording
from tracking.models import AssessmentRequest, Patient, Site, Study, TreatmentEpisode, TreatmentSession, User
from tracking.queries.dosing import marked
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import can_be_asked
from tracking.simulation.demonstration.dosing import show_dosing
from tracking.simulation.demonstration.rooms import furnish
from tracking.simulation.people.cast import IN_GERMAN, cast
from tracking.simulation.walk import Staff, simulate
from tracking.vocabulary import EpisodeStatus, Role

SEED = 20261121
YEARS_OF_STAFF = timedelta(days=1000)  # the staff was there before the first patient
ASKED_TODAY = "asked today"  # the patient who has an account and whose link is printed
LINKS = {"patient": ASKED_TODAY, "german": IN_GERMAN}
RATINGS = 2  # in each trial so many wait for the blinded rater
RATINGS_A_WEEK = 20
LOGINS_FILE = settings.DATA / "demo.json"
WORDINGS = Path(__file__).parent / "wordings"  # <instrument>-<language>.toml


@dataclass(frozen=True, slots=True)
class Login:
    """One of the accounts that a visitor may use."""

    email: str
    name: str
    role: Role
    says: str


LOGINS = (
    Login(
        "clinician@demo.example", "Ada Lindqvist", Role.CLINICIAN, "two care teams: psilocybin, combined care"
    ),
    Login(
        "trauma@demo.example", "Bruno Maas", Role.CLINICIAN, "the trauma team; sees none of Ada's patients"
    ),
    Login("rater@demo.example", "Chiara Voss", Role.RATER, "blinded: a code and a scale, nothing else"),
    Login(
        "researcher@demo.example",
        "David Okafor",
        Role.RESEARCHER,
        "figures of the studies; asks for releases",
    ),
    Login("steward@demo.example", "Eva Roth", Role.STEWARD, "approves releases that somebody else asked for"),
    Login("admin@demo.example", "Femke Dahl", Role.ADMINISTRATOR, "users, teams, roles; no clinical value"),
    Login("officer@demo.example", "Ines Falk", Role.OFFICER, "who looked at whom; codes only"),
    Login("patient@demo.example", "A patient", Role.PATIENT, "reads the own answers"),
)
SECOND_THERAPIST = Login("second@demo.example", "Gustav Lind", Role.CLINICIAN, "second therapist")
TRIAL = "psilodep2"  # real and published: psilocybin v. escitalopram
STUDIES = {
    "psilocybin": (
        "psilocybin-mdd",
        "Psilocybin-assisted therapy for depression (simulated)",
        "hamd17",
        "week 4",
    ),
    "trauma": ("mdma-ptsd", "MDMA-assisted therapy for PTSD (simulated)", "caps5", "week 18"),
    "combined": ("ssri-psychotherapy", "Antidepressant with psychotherapy (simulated)", "hamd17", "week 12"),
}
CRISIS = "Emergency number: 112\nCrisis line of the clinic (invented): 555 0100"
CRISIS_IN = {
    "de": "Notruf: 112\nKrisentelefon der Klinik (erfunden): 555 0100",
    "es": "Emergencias: 112\nTeléfono de crisis de la clínica (inventado): 555 0100",
    "ar": "رقم الطوارئ: 112\nخط الأزمات في العيادة (غير حقيقي): 555 0100",
}


@transaction.atomic
def seed_clinic(*, today: date) -> User:
    """Everybody and everything of the invented clinic. Returns the administrator."""
    password = secrets.token_hex(4)
    users = {login.email: _account(login, password, today) for login in (*LOGINS, SECOND_THERAPIST)}
    admin = users["admin@demo.example"]
    staff = _teams(admin, users, today)
    _install_wordings(admin, today)
    _set_rules(admin)
    rng = Random(SEED)  # noqa: S311 (invented people, not secrets)
    told: dict[str, Patient] = {}
    for person in cast(SEED):
        episode = simulate(by=admin, person=person, staff=staff[person.team], rng=rng, today=today)
        told[person.story] = episode.patient
    furnish(staff=staff, opened=_opened(today), rng=Random(SEED))  # noqa: S311 (invented answers)
    show_dosing(staff=staff["psilocybin"], password=password, now=clock.now())
    _patient_account(admin, told[ASKED_TODAY], users)
    _ask_blinded(staff, users["rater@demo.example"], today)
    links = {name: str(told[story].public_id) for name, story in LINKS.items()}
    LOGINS_FILE.write_text(json.dumps({"password": password} | links))
    LOGINS_FILE.chmod(0o600)
    return admin


def _set_rules(admin: User) -> None:
    """Whom patients can call, in their language; and two weeks without an antidepressant: the other rules wait to be
    set."""
    for site in Site.objects.order_by("pk"):
        change_contacts(by=admin, site=site, contacts=CRISIS_IN)
        set_washout_rule(by=admin, site=site, protocol="psilocybin-mdd", what="Antidepressants", days=14)


def _account(login: Login, password: str, today: date) -> User:
    user = create_user(by=None, email=login.email, name=login.name, password=password)
    if login.role != Role.PATIENT:
        grant_role(by=None, user=user, role=login.role, starts_on=today - YEARS_OF_STAFF)
    return user


def _teams(admin: User, users: dict[str, User], today: date) -> dict[str, Staff]:
    north = create_site(
        by=admin, key="fjord", name="Fjord Clinic", timezone="Europe/Oslo", crisis_contacts=CRISIS
    )
    south = create_site(
        by=admin, key="lagoon", name="Lagoon House", timezone="Europe/Lisbon", crisis_contacts=CRISIS
    )
    ada, bruno = users["clinician@demo.example"], users["trauma@demo.example"]
    places = {
        "psilocybin": (north, "Psilocybin programme", ada),
        "trauma": (north, "Trauma team", bruno),
        "combined": (south, "Combined care", ada),
    }
    since = today - YEARS_OF_STAFF
    found = {}
    for key, (site, name, lead) in places.items():
        team = create_team(by=admin, site=site, name=name)
        add_member(by=None, team=team, user=lead, is_lead=True, starts_on=since)
        second = users[SECOND_THERAPIST.email]
        add_member(by=None, team=team, user=second, starts_on=since)
        study = _study(admin, key, users, lead, since)
        found[key] = Staff(team, lead, second, users["rater@demo.example"], study)
    return found


def _opened(today: date) -> datetime:
    """The first morning of the clinic."""
    return datetime.combine(today - YEARS_OF_STAFF, time(9), UTC)


def _install_wordings(admin: User, today: date) -> None:
    """Paraphrases of our own, where the authors' words are not ours to show; they were there from the start."""
    with clock.simulated(_opened(today)):
        for site in Site.objects.order_by("key"):
            for file in sorted(WORDINGS.glob("*.toml")):
                instrument = instrument_of(file.stem.partition("-")[0])
                text = file.read_text(encoding="utf-8")
                add_wording(by=admin, site=site, instrument=instrument, text=text, kind="toml")


def _study(admin: User, team: str, users: dict[str, User], lead: User, since: date) -> Study:
    key, title, instrument, endpoint = STUDIES[team]
    study = create_study(
        by=admin, key=key, title=title, outcome_instrument=instrument, endpoint=endpoint, is_simulated=True
    )
    for member in (users["researcher@demo.example"], users["steward@demo.example"], lead):
        add_study_member(by=None, study=study, user=member, starts_on=since)
    return study


@transaction.atomic
def show_trial() -> None:
    """The researcher, the steward and a clinician see the figures of the published trial."""
    study = Study.objects.get(key=TRIAL)
    for email in ("researcher@demo.example", "steward@demo.example", "clinician@demo.example"):
        add_study_member(by=None, study=study, user=User.objects.get(email=email))


def _patient_account(admin: User, patient: Patient, users: dict[str, User]) -> None:
    """One patient has an account; the others come by links."""
    link_account(by=admin, patient=patient, user=users["patient@demo.example"])


def _ask_blinded(staff: dict[str, Staff], rater: User, today: date) -> None:
    """The blinded rater is available; beside what the protocols ask for, each trial wants a rating today. What is
    due is assigned as it is every quarter of an hour. No clinician asks: whoever gives sessions may not."""
    set_availability(by=rater, starts_on=today, per_week=RATINGS_A_WEEK)
    for team in (staff["psilocybin"], staff["trauma"]):
        running = TreatmentEpisode.objects.filter(study=team.study, status=EpisodeStatus.ACTIVE)
        for episode in running.order_by("-starts_on", "-pk")[:RATINGS]:
            key = team.study.outcome_instrument
            create_request(by=None, episode=episode, instrument=key, due_on=today, blinded=True)
    assign_due_ratings()


def fresh_link(whom: str = "patient", instrument: str = "") -> str:
    """A new link for a patient of the demonstration with all that is due, or with what is due of one instrument.
    When everything is answered the patient is asked again."""
    episode = TreatmentEpisode.objects.get(patient__public_id=_remembered()[whom])
    today = local_today(episode.patient)
    due = AssessmentRequest.objects.open().filter(
        episode=episode, rater="self", opens_on__lte=today, closes_on__gte=today
    )
    requests = [one for one in due if can_be_asked(one) and instrument in ("", one.instrument)]
    if not requests:
        key = instrument or "phq9"
        requests = [create_request(by=None, episode=episode, instrument=key, due_on=today)]
    _, token = issue_link(by=None, episode=episode, requests=requests)
    return reverse("sitting-landing", kwargs={"token": token})


def _remembered() -> dict[str, str]:
    logins: dict[str, str] = json.loads(LOGINS_FILE.read_text())
    return logins


def _under_way(base_url: str) -> str:
    """Where the run-sheet is that somebody keeps just now, if there is one."""
    running = marked(TreatmentSession.objects.standing()).filter(on_sheet=True, has_ended=False)
    session = running.order_by("starts_at").last()
    if session is None:
        return ""
    where = reverse("run-sheet", args=[session.public_id])
    return f"A dosing session that is under way, for the clinician:\n  {base_url}{where}\n\n"


def welcome(base_url: str) -> str:
    """What a visitor needs: the address, the accounts, one patient's link."""
    password = _remembered()["password"]
    logins = "\n".join(f"  {login.email:<24} {login.role.label:<19} {login.says}" for login in LOGINS)
    return (
        f"\nThroughline runs at {base_url}\n\n"
        f"Sign in with the password  {password}  as\n{logins}\n\n"
        f"A patient's link:\n  {base_url}{fresh_link()}\n"
        f"A link for somebody who reads German:\n  {base_url}{fresh_link('german', 'wai_sr')}\n\n"
        f"{_under_way(base_url)}"
        "Nobody in here needs a second step to sign in; in a clinic everybody does who works with people's data.\n"
        "Everybody in here is simulated, but for the published trial psilodep2. Stop with Ctrl-C.\n"
    )
