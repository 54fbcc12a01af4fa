"""A small clinic in which every table has rows, made by the real actions: what an upgrade must carry over.

The code of a release makes it, and the code after that release opens it; see ``docs/releasing.md``.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from reports.actions.release_builds import build_release
from reports.actions.releases import decide_release, request_release
from reports.models import Release
from tests.architecture import world as worlds
from tests.architecture.ward import Ward
from tests.cast import days_ago
from tests.tracking import dosing as sessions
from tests.tracking.definitions import SCORE_ONLY, published, second
from tests.tracking.imports.small import plan, spec, table
from tests.tracking.packs import installed
from tracking import clock
from tracking.actions import (
    assessments,
    audit,
    care,
    chain,
    erasures,
    heartbeats,
    languages,
    library,
    links,
    oversight,
    people,
    retention,
    scheduling,
    signing,
    tokens,
    transfers,
    tries,
    wordings,
)
from tracking.imports.writing.store import Source, import_scores
from tracking.models import CareTeam, Patient, PatientIdentity, Site, Study, TreatmentEpisode, User
from tracking.queries.chain import open_findings
from tracking.rules.chain import Anchor
from tracking.vocabulary import ReadPage, Role

PASSWORD = sessions.PASSWORD
SIGNS_IN = "dora.doctor@example.org"
MOMENT = datetime(2026, 11, 20, 10, tzinfo=UTC)
NEVER_USED = {  # of the libraries, where the product has no use for them; the last two have rows for a moment only
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "append_only_key",
    "throughline_cache",
}
IMPORTED = [f"P{n},41,f,drug,62.5,0,24,2,2,1,1,1,1,1,1,0,10" for n in range(6)]  # enough for a release


def furnish() -> dict[str, Any]:
    """Makes the clinic in an empty database. Returns what a later version has to know of it."""
    world = worlds.build()
    ward = world.ours
    ward.users["outsider"] = world.users["outsider"]
    team, episode = ward.team, TreatmentEpisode.objects.get(**ward.places["episode"])
    doctor = _doctor(team)
    _consented_and_read(ward, episode)
    _answering(doctor, team)
    _dosed(doctor, ward, team)
    _given_away(doctor, team, world.beside.team)
    _erased(doctor, ward)
    _administered(ward, team.site)
    _released(ward)
    _signed_in(ward, doctor)
    _looked(ward)
    _sealed(doctor)
    call_command("sweep", stdout=StringIO())
    return _what_is_there(ward)


def _doctor(team: CareTeam) -> User:
    """Somebody with a password, as most are."""
    user = people.create_user(by=None, email=SIGNS_IN, name="Dora Doctor", password=PASSWORD)
    people.grant_role(by=None, user=user, role=Role.CLINICIAN, starts_on=days_ago(400))
    care.add_member(by=None, team=team, user=user, is_lead=True, starts_on=days_ago(400))
    return user


def _consented_and_read(ward: Ward, episode: TreatmentEpisode) -> None:
    patient, by = episode.patient, ward.users["clinician"]
    people.record_consent(by=by, patient=patient, kind="given", stated_on=days_ago(100))
    page = ward.client("clinician").get(reverse("patient", args=[patient.public_id]))
    assert page.status_code == 200, "nothing was read, so nothing is logged"


def _answering(by: User, team: CareTeam) -> None:
    """A patient who has begun to answer and not sent it."""
    patient = people.enrol_patient(
        by=by,
        team=team,
        identity={"given_name": "Ünal", "family_name": "O’Neill-Łuksza", "record_number": "00071"},
        sex="male",
        enrolled_on=days_ago(60),
        language="de",
    )
    episode = care.start_episode(
        by=by,
        patient=patient,
        diagnosis="mdd",
        protocol="ssri-psychotherapy",
        arm="combined",
        starts_on=days_ago(50),
    )
    scheduling.schedule_episode(by=by, episode=episode, as_of=days_ago(0))
    today = days_ago(0)
    due = episode.requests.open().filter(instrument="phq9", opens_on__lte=today, closes_on__gte=today)
    asked = due.get()
    link, _ = links.issue_link(by=by, episode=episode, requests=[asked], language="en-gb")
    links.open_link(link=link, now=clock.now())
    assessments.save_draft(request=asked, item="1", value=2)


def _dosed(by: User, ward: Ward, team: CareTeam) -> None:
    """A whole dosing session with two people in the room, signed by one of them."""
    patient = people.enrol_patient(
        by=by,
        team=team,
        identity={"given_name": "Mia", "family_name": "Ng"},
        sex="other",
        enrolled_on=days_ago(60),
    )
    session = sessions.begun(by, sessions.mdma_episode(patient, by), ward.users["clinician"])
    sessions.completed(by, session)
    signing.sign_run_sheet(by=by, session=session, password=PASSWORD)


def _given_away(by: User, team: CareTeam, other: CareTeam) -> None:
    """A patient who was in another team before."""
    patient = people.enrol_patient(by=by, team=team, identity=None, sex="female", enrolled_on=days_ago(60))
    transfers.transfer_patient(
        by=by, patient=patient, team=other, reason="moved to the other side of the town"
    )


def _erased(by: User, ward: Ward) -> None:
    """The site says how long it keeps a record, and somebody who is in no treatment has asked to be erased."""
    rule = {"holding": "record", "years": 10, "law": "§ 630f BGB"}
    retention.set_retention(by=ward.users["administrator"], site=ward.site, **rule)
    patient = people.enrol_patient(
        by=by, team=ward.team, identity=None, sex="unknown", enrolled_on=days_ago(60)
    )
    erasures.ask_erasure(by=by, patient=patient)


def _administered(ward: Ward, site: Site) -> None:
    admin = ward.users["administrator"]
    languages.change_contacts(by=admin, site=site, contacts={"de": "Krisentelefon, 0800 111 0 111"})
    wordings.withdraw_wording(by=admin, pack=installed(site, "meq30", by=admin), reason="of another country")
    own = published(site, second(), by=admin)
    library.retire_instrument(by=admin, instrument=own, reason="too long")


def _released(ward: Ward) -> None:
    """A study from a file, and a release of it that was built. The file of the release lies elsewhere."""
    by = ward.users["administrator"]
    text = spec(
        place={"site": ward.site.key, "team": ward.team.name},
        consent={"research": "given", "basis": "Each patient signed."},
        declared=[tomllib.loads(SCORE_ONLY)],
    )
    source = Source("small.csv", "0" * 64)
    import_scores(by=by, study="small", spec=text, plan=plan(table(*IMPORTED), text), source=source)
    study = Study.objects.get(key="small")
    for role in ("researcher", "steward"):
        care.add_study_member(by=None, study=study, user=ward.users[role])
    asked = request_release(by=ward.users["researcher"], study=study, tables=["scores"], purpose="To compare")
    decide_release(by=ward.users["steward"], release=asked, approve=True)
    with TemporaryDirectory() as folder, override_settings(RELEASES=Path(folder)):
        build_release(release_id=asked.pk)
    assert Release.objects.get(pk=asked.pk).status == "ready"


def _signed_in(ward: Ward, doctor: User) -> None:
    """Tokens, and somebody who guesses. A second factor everybody of the staff has."""
    tokens.create_token(by=ward.users["researcher"])
    tries.put_down(sources=[tries.Source(tries.LINK, "192.0.2.7")], now=clock.now())
    heartbeats.note_heartbeat(name="beat", at=clock.now())
    form = {"login": doctor.email, "password": "not the password"}
    assert Client().post(reverse("account_login"), form).status_code == 200, "a wrong password was taken"


def _sealed(doctor: User) -> None:
    """The first day of the record is sealed, looked at, and a finding of it explained."""
    chain.seal_days(now=clock.real_now() + timedelta(days=2))
    chain.check_chain(anchors=[Anchor(1, days_ago(0), "0" * 64)])
    chain.settle_chain(by=doctor, findings=open_findings(), reason="an exercise")


def _looked(ward: Ward) -> None:
    """Somebody looked who is not of the team."""
    patient = Patient.objects.get(public_id=ward.places["patient"]["public_id"])
    audit.record_read(by=ward.users["researcher"], patient=patient, page=ReadPage.PATIENT)
    oversight.mark_odd_looks(now=clock.real_now())


def _what_is_there(ward: Ward) -> dict[str, Any]:
    """``places``: what stands in an address, by the name that the matrix of access uses."""
    return {
        "made_at": (timezone.now() + timedelta(minutes=1)).isoformat(timespec="minutes"),
        "token": ward.token,
        "users": {role: user.email for role, user in ward.users.items()},
        "places": {
            name: {key: str(value) for key, value in place.items()} for name, place in ward.places.items()
        },
        "identities": {
            str(one.patient.public_id): f"{one.given_name} {one.family_name}"
            for one in PatientIdentity.objects.select_related("patient")
        },
    }
