"""The administrator's page of who did what: the own site alone, found by key, and nothing clinical in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.pages.audit.rows import PER_PAGE, Asked, audit_page
from tests.cast import days_ago, identity_in, person
from tests.markup import said
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.pages.doors import signed_in
from tracking import clock
from tracking.actions import audit, care, people, safety, treatment
from tracking.actions.chain import check_chain, seal_days
from tracking.actions.glass import open_glass
from tracking.models import (
    AuditEvent,
    CareTeam,
    Patient,
    ReadEvent,
    SafetyAlert,
    Site,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.rules.chain import GRACE, ends
from tracking.vocabulary import AuditAction, ReadPage, Role
from tracking.vocabulary.audit import KINDS, DeedKind

pytestmark = pytest.mark.django_db
PAGE = "/administration/audit/"
MARK = "marmalade"  # in every free word below


@pytest.fixture
def desk(administrator: User) -> Client:
    return signed_in(administrator)


def words_on(client: Client, query: str = "") -> list[str]:
    return [line.words for line in client.get(PAGE + query).context["page"].lines]


def test_it_tells_who_did_what_to_whom(
    desk: Client, administrator: User, clinician: User, patient: Patient, rater: User, site: Site
) -> None:
    people.grant_role(by=administrator, user=rater, role=Role.RESEARCHER, site=site, starts_on=days_ago(0))
    text = said(desk.get(PAGE))
    assert "Ada Administrator role granted: Researcher Rita Rater" in text
    assert f"Clara Clinician patient enrolled {patient.study_code} Team A" in text
    assert "Throughline, or a link" in text and "care team created" in text


def test_nothing_clinical_no_free_word_and_no_name_of_a_patient(
    desk: Client,
    clinician: User,
    outsider: User,
    episode: TreatmentEpisode,
    patient_user: User,
    administrator: User,
) -> None:
    recorded(episode, None, "phq9", PHQ9 | {"9": 2})
    safety.acknowledge_alert(by=clinician, alert=SafetyAlert.objects.get())
    safety.close_alert(by=clinician, alert=SafetyAlert.objects.get(), note=f"{MARK} was called")
    treatment.record_session(
        by=clinician, episode=episode, kind="psychotherapy", starts_at=clock.now(), note=f"of {MARK}"
    )
    open_glass(by=outsider, patient=episode.patient, reason=f"{MARK} in the street")
    audit.record(by=patient_user, action=AuditAction.CHOOSE_LANGUAGE, target=patient_user, language="de")
    AuditEvent.objects.create(
        action="raise_alert",
        object_type="safetyalert",
        patient=episode.patient.public_id,
        details={"x": MARK},
    )
    page = desk.get(PAGE)
    text = said(page)
    assert "safety alert closed" in text and "record opened in an emergency" in text
    assert "a patient" in text or not page.context["page"].lines
    body = page.content.decode()
    assert MARK not in body and identity_in(text) == []
    assert "psilocybin" not in text.replace("Psilocybin for depression", "").casefold()
    noted = ReadEvent.objects.filter(actor=administrator.public_id, page=ReadPage.ADMINISTRATION_AUDIT)
    assert set(noted.values_list("patient", flat=True)) == {episode.patient.public_id}


def test_the_own_site_alone(
    desk: Client, administrator: User, clinician: User, patient: Patient, elsewhere: User, south: Site
) -> None:
    """Known by the patient, by what it was done to, or by who did it."""
    far = person("Sol South", Role.ADMINISTRATOR, site=south)
    team = CareTeam.objects.get(site=south)
    people.enrol_patient(
        by=elsewhere,
        team=team,
        identity={"given_name": "Far", "family_name": "Away"},
        sex="female",
        enrolled_on=days_ago(1),
    )
    care.create_team(by=far, site=south, name="Team of the far")
    care.change_site_name(by=far, site=south, name="Southern House")
    care.create_study(
        by=None, key="far", title="Far study", site=south, outcome_instrument="hamd17", endpoint="week 4"
    )
    here, there = said(desk.get(PAGE)), said(signed_in(far).get(PAGE))
    for words in ("Sol South", "Sue South", "Team of the far", "Far study"):
        assert words not in here
    assert "name of the site changed" not in here and "name of the site changed" in there
    assert "Team of the far" in there and patient.study_code not in there and "Clara" not in there
    everywhere = said(signed_in(person("Ella Everywhere", Role.ADMINISTRATOR)).get(PAGE))
    assert "Team of the far" in everywhere and patient.study_code in everywhere


def test_it_is_narrowed_by_days_person_kind_and_code(
    desk: Client, clinician: User, patient: Patient, administrator: User, study: Study
) -> None:
    everything = words_on(desk)
    assert words_on(desk, "?first=2020-01-01&last=2020-01-02") == []
    assert words_on(desk, f"?first={clock.day_of(clock.real_now(), 'UTC')}") == everything
    assert words_on(desk, f"?person={clinician.public_id}") == ["patient enrolled"]
    assert words_on(desk, f"?code={patient.study_code.lower()}") == ["patient enrolled"]
    assert words_on(desk, "?kind=care") == ["patient enrolled"]
    assert words_on(desk, "?kind=access") == [
        one for one in everything if one not in {"patient enrolled", "site set up"}
    ]
    assert words_on(desk, "?kind=nonsense&first=nonsense&before=x") == everything


def test_it_is_paged_by_key_and_each_row_stands_on_one_page(administrator: User, team_a: CareTeam) -> None:
    for _ in range(2 * PER_PAGE):
        audit.record(by=administrator, action=AuditAction.ADD_MEMBER, target=team_a)
    seen, before = 0, None
    while page := audit_page(administrator, Asked(before=before)):
        seen += len(page.lines)
        if page.before is None:
            break
        with CaptureQueriesContext(connection) as asked:
            audit_page(administrator, Asked(before=page.before))
        assert not any("OFFSET" in one["sql"] for one in asked)
        before = page.before
    assert seen == AuditEvent.objects.count()
    client = signed_in(administrator)
    assert "Older" in said(client.get(PAGE)) and "Newest" in said(client.get(f"{PAGE}?before={before}"))


def test_whoever_rates_as_well_is_told_nothing_of_records(
    administrator: User, patient: Patient, site: Site
) -> None:
    administrator.role_grants.create(role=Role.RATER, site=site, starts_on=days_ago(1))
    assert patient.study_code not in said(signed_in(administrator).get(PAGE))


def test_it_says_how_far_the_record_is_sealed_and_that_it_holds(desk: Client, patient: Patient) -> None:
    assert "No day of the record is sealed yet." in said(desk.get(PAGE))
    seal_days(now=ends(clock.day_of(clock.real_now(), "UTC")) + GRACE)
    check_chain()
    text = said(desk.get(PAGE))
    assert "The record is sealed up to" in text and "and holds" in text


def test_every_deed_has_words_and_a_kind() -> None:
    """And none of them those that Django makes of a name."""
    assert not [one for one in AuditAction if one.label == one.name.replace("_", " ").title()]
    assert len({str(one.label) for one in AuditAction}) == len(AuditAction)
    assert {action.kind for action in AuditAction} == set(DeedKind)
    assert DeedKind.CARE not in KINDS.values()


def test_a_deed_of_a_later_version_is_told_of(desk: Client, administrator: User) -> None:
    AuditEvent.objects.create(action="of_tomorrow", actor=administrator.public_id, object_type="x")
    assert "something else" in words_on(desk)


def test_the_way_there(desk: Client) -> None:
    assert reverse("administration-audit") in desk.get("/administration/").content.decode()
