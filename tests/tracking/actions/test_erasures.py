"""Erasure on request: what the law keeps stays, everything else is gone from the database, and the chain holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from reports.models import Release, ReleaseMember
from tests.application import as_application, make_role
from tests.cast import days_ago, person
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.pages.doors import signed_in
from tests.upgrade.dumps import every_row
from tracking import clock
from tracking.actions import care, chain, endings, links, people, records, retention, scheduling, treatment
from tracking.actions.erased import erase_again, erased_path, remember_erased
from tracking.actions.erasures import ask_erasure, decide_erasure, erase, guard_lifted
from tracking.actions.outbox import queue_mail
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.fields import EncryptedTextField, cipher
from tracking.models import (
    AuditEvent,
    CareTeam,
    Erasure,
    OutboxMail,
    Patient,
    PatientIdentity,
    ReadEvent,
    RetentionRule,
    SafetyAlert,
    Site,
    TreatmentEpisode,
    User,
)
from tracking.queries.chain import verify
from tracking.queries.holdings import keys_about
from tracking.queries.retention import over, parts_of
from tracking.rules.retention import NOTICE, kept_through
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
MARK = "Zebulon"
LAW = "§ 630f BGB"
ALL_OVER = {"record": 0, "identity": 0}


@pytest.fixture(autouse=True)
def beside_the_data(settings: object, tmp_path: Path) -> None:
    settings.BACKUPS = tmp_path


@pytest.fixture
def colleague(team_a: CareTeam) -> User:
    user = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(300))
    return user


@pytest.fixture
def known(episode: TreatmentEpisode, clinician: User, patient_user: User) -> Patient:
    """Somebody who was treated until ten days ago, with something on record in most places, and no alert open."""
    patient = episode.patient
    people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(100))
    treatment.record_session(
        by=clinician,
        episode=episode,
        kind="psychotherapy",
        starts_at=clock.now() - timedelta(days=20),
        note=MARK,
    )
    recorded(episode, None, "phq9", PHQ9)
    request = scheduling.create_request(by=clinician, episode=episode, instrument="gad7", due_on=days_ago(0))
    links.issue_link(by=clinician, episode=episode, requests=[request])
    queue_mail(to="petra@example.net", subject="Some questions", body=MARK, patient=patient)
    signed_in(clinician).get(reverse("patient", args=[patient.public_id]))
    endings.end_episode(
        by=clinician, episode=episode, reason="completed", ends_on=days_ago(10), open_reason="all is said"
    )
    return patient


@pytest.fixture
def kept_no_longer(site: Site, administrator: User) -> None:
    for holding, years in ALL_OVER.items():
        retention.set_retention(by=administrator, site=site, holding=holding, years=years, law=LAW)


def approved(patient: Patient, by: User, colleague: User) -> Erasure:
    row = ask_erasure(by=by, patient=patient)
    decide_erasure(by=colleague, row=row, approve=True)
    return row


def marked_everywhere(patient: Patient) -> None:
    """Puts the word into each column of text of each row that belongs to somebody, as far as the database takes it."""
    with guard_lifted():
        for model, keys in keys_about(patient).items():
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, EncryptedTextField) or type(field) is models.TextField
                if is_text or isinstance(field, models.JSONField):
                    rows = model._base_manager.filter(pk__in=keys)
                    with suppress(IntegrityError), transaction.atomic():
                        rows.update(**{field.name: MARK if is_text else {MARK: MARK}})


def tables_with(word: str) -> list[str]:
    """Where in the whole database it is read, also behind the keys of the encrypted columns."""
    return sorted(table for table, rows in every_row().items() if any(word in text for text in texts(rows)))


def texts(rows: list) -> Iterator[str]:
    for row in rows:
        for cell in row.values() if isinstance(row, dict) else row:
            text = str(cell)
            yield cipher().decrypt(text.encode()).decode() if text.startswith("gAAAA") else text


class TestRules:
    def test_counted_in_years_from_the_end(self) -> None:
        assert kept_through(date(2027, 3, 1), 10) == date(2037, 3, 1)
        assert kept_through(date(2028, 2, 29), 1) == date(2029, 2, 28)

    def test_without_a_rule_the_record_and_the_name_stay(self, known: Patient) -> None:
        assert [(part.holding, part.is_kept, part.until) for part in parts_of(known)] == [
            ("identity", True, None),
            ("record", True, None),
            ("rest", False, None),
        ]

    def test_a_record_stays_with_its_name(self, known: Patient, site: Site, administrator: User) -> None:
        for holding, years in {"record": 0, "identity": 10}.items():
            retention.set_retention(by=administrator, site=site, holding=holding, years=years, law=LAW)
        identity, record, _ = parts_of(known)
        assert (record.is_kept, record.until, record.law) == (True, identity.until, LAW)

    def test_what_is_no_record_can_have_a_rule(self, known: Patient, site: Site, administrator: User) -> None:
        retention.set_retention(by=administrator, site=site, holding="rest", years=3, law="our own")
        assert parts_of(known)[2].is_kept

    def test_a_longer_time_counts_at_once(self, known: Patient, site: Site, administrator: User) -> None:
        for years in (0, 10):
            retention.set_retention(by=administrator, site=site, holding="identity", years=years, law=LAW)
        assert parts_of(known)[0].is_kept
        assert not OutboxMail.objects.filter(patient=None).exists()

    def test_a_shorter_one_after_a_day_of_which_others_are_told(
        self, known: Patient, site: Site, administrator: User
    ) -> None:
        """Before, one administrator could have made it nothing and be gone."""
        second, officer = person("Berta Admin", Role.ADMINISTRATOR), person("Otto Officer", Role.OFFICER)
        for years in (10, 0):
            retention.set_retention(by=administrator, site=site, holding="identity", years=years, law=LAW)
        assert parts_of(known)[0].is_kept
        assert RetentionRule.objects.count() == 2
        told = {mail.to for mail in OutboxMail.objects.filter(subject="Something is to be kept less long")}
        assert told == {second.email, officer.email}
        with time_machine.travel(clock.real_now() + NOTICE, tick=False):
            assert not parts_of(known)[0].is_kept

    def test_the_longer_one_set_again_within_the_day_stays(
        self, known: Patient, site: Site, administrator: User
    ) -> None:
        for years in (10, 0, 10):
            retention.set_retention(by=administrator, site=site, holding="identity", years=years, law=LAW)
        with time_machine.travel(clock.real_now() + 2 * NOTICE, tick=False):
            assert parts_of(known)[0].is_kept

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"holding": "soul"}, "holding"), ({"years": 101}, "years"), ({"law": " "}, "law")],
    )
    def test_a_rule_that_is_none(self, site: Site, administrator: User, change: dict, field: str) -> None:
        rule = {"holding": "record", "years": 10, "law": LAW} | change
        with pytest.raises(InvalidInput) as refused:
            retention.set_retention(by=administrator, site=site, **rule)
        assert refused.value.field == field

    def test_only_an_administrator_sets_one(self, site: Site, clinician: User) -> None:
        with pytest.raises(NotPermitted):
            retention.set_retention(by=clinician, site=site, holding="record", years=10, law=LAW)

    def test_the_command_shows_and_sets(self, site: Site, administrator: User, clinician: User) -> None:
        out = StringIO()
        rule = {"holding": "record", "years": 10, "law": LAW}
        call_command("retention", site.key, by=administrator.email, **rule, stdout=out)
        assert f"{site.key} record: 10 years" in out.getvalue() and LAW in out.getvalue()
        assert f"{site.key} identity: no rule" in out.getvalue()
        for by in ("nobody@example.org", clinician.email):
            with pytest.raises(CommandError):
                call_command("retention", site.key, by=by, **rule)


class TestFourEyes:
    def test_whoever_asks_does_not_decide(self, known: Patient, clinician: User) -> None:
        row = ask_erasure(by=clinician, patient=known)
        with pytest.raises(NotPermitted):
            decide_erasure(by=clinician, row=row, approve=True)

    def test_it_is_asked_and_decided_once(self, known: Patient, clinician: User, colleague: User) -> None:
        row = approved(known, clinician, colleague)
        with pytest.raises(Conflict):
            ask_erasure(by=clinician, patient=known)
        with pytest.raises(Conflict):
            decide_erasure(by=colleague, row=row, approve=False)

    def test_not_in_the_middle_of_a_treatment(self, episode: TreatmentEpisode, clinician: User) -> None:
        with pytest.raises(Conflict, match="under way"):
            ask_erasure(by=clinician, patient=episode.patient)

    def test_not_while_somebody_waits_for_help(self, episode: TreatmentEpisode, clinician: User) -> None:
        recorded(episode, None, "phq9", PHQ9 | {"9": 3})
        TreatmentEpisode.objects.update(status="completed", ends_on=days_ago(0))
        assert SafetyAlert.objects.unresolved().exists()
        with pytest.raises(Conflict, match="alert"):
            ask_erasure(by=clinician, patient=episode.patient)

    def test_only_what_was_approved_is_erased(self, known: Patient, clinician: User) -> None:
        row = ask_erasure(by=clinician, patient=known)
        with pytest.raises(Conflict):
            erase(row=row)
        assert PatientIdentity.objects.filter(patient=known).exists()


class TestErased:
    def test_no_word_of_the_person_is_left(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        code, user = known.study_code, known.user
        row = approved(known, clinician, colleague)
        marked_everywhere(known)
        assert len(tables_with(MARK)) >= 8
        erase(row=row)
        assert [tables_with(word) for word in (MARK, code, "petra@example.net")] == [[], [], []]
        row.refresh_from_db()
        assert row.kept == [] and row.erased["tracking.assessment"] == 1
        known.refresh_from_db()
        assert known.set_aside_at and known.user is None
        user.refresh_from_db()
        assert (user.name, user.is_active, user.has_usable_password()) == ("", False, False)
        connection.check_constraints()

    def test_the_chain_holds_and_says_who_did_it(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        row = approved(known, clinician, colleague)
        chain.seal_days(now=clock.real_now() + timedelta(days=2))
        rows = AuditEvent.objects.count(), ReadEvent.objects.count()
        with time_machine.travel(clock.real_now() + timedelta(days=3)):
            erase(row=row)
        assert verify().holds and verify().rows == sum(rows)
        assert (AuditEvent.objects.count(), ReadEvent.objects.count()) == (rows[0] + 1, rows[1])
        last = AuditEvent.objects.filter(action="erase").get()
        assert last.details == {"holdings": ["identity", "record", "rest"]}
        assert last.patient == known.public_id

    def test_the_guard_falls_again(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        erase(row=approved(known, clinician, colleague))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM append_only_key")
            assert cursor.fetchone() == (0,)

    def test_what_the_law_keeps_stays_and_is_said(
        self, known: Patient, clinician: User, colleague: User, site: Site, administrator: User
    ) -> None:
        retention.set_retention(by=administrator, site=site, holding="record", years=10, law=LAW)
        row = approved(known, clinician, colleague)
        erase(row=row)
        row.refresh_from_db()
        assert [(part["holding"], part["law"]) for part in row.kept] == [("identity", ""), ("record", LAW)]
        assert known.episodes.get().assessments.count() == 1
        assert PatientIdentity.objects.filter(patient=known).exists()
        known.refresh_from_db()
        assert known.user is None and known.set_aside_at is None
        assert set(row.erased) == {
            "tracking.outboxmail",
            "tracking.sittinglink",
            "tracking.sittinglink_requests",
        }

    def test_a_name_goes_before_the_record(
        self, known: Patient, clinician: User, colleague: User, site: Site, administrator: User
    ) -> None:
        for holding, years in {"record": 10, "identity": 0}.items():
            retention.set_retention(by=administrator, site=site, holding=holding, years=years, law=LAW)
        erase(row=approved(known, clinician, colleague))
        assert not PatientIdentity.objects.filter(patient=known).exists()
        assert known.episodes.get().assessments.count() == 1
        assert signed_in(clinician).get(reverse("patient", args=[known.public_id])).status_code == 200

    def test_nobody_else_loses_anything(
        self, known: Patient, clinician: User, colleague: User, team_a: CareTeam, kept_no_longer: None
    ) -> None:
        other = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity={"given_name": "Paul", "family_name": "Patient"},
            sex="male",
            enrolled_on=days_ago(50),
        )
        care.start_episode(
            by=clinician, patient=other, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(9)
        )
        before = {model: len(keys) for model, keys in keys_about(other).items()}
        erase(row=approved(known, clinician, colleague))
        assert {model: len(keys) for model, keys in keys_about(other).items()} == before

    def test_a_record_that_was_merged_into_it_goes_too(
        self, known: Patient, clinician: User, colleague: User, team_a: CareTeam, kept_no_longer: None
    ) -> None:
        twin = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity={"given_name": "Petra", "family_name": MARK},
            sex="female",
            enrolled_on=days_ago(50),
        )
        move = records.propose_merge(by=clinician, patient=twin, into=known, reason=MARK)
        records.decide_move(by=colleague, row=move, approve=True)
        erase(row=approved(known, clinician, colleague))
        assert tables_with(MARK) == []

    def test_releases_stay_and_no_code_leads_to_them(
        self, known: Patient, clinician: User, colleague: User, researcher: User, kept_no_longer: None
    ) -> None:
        study = known.episodes.get().study
        release = Release.objects.create(
            study=study, purpose="to compare", tables=[], requested_by=researcher
        )
        member = ReleaseMember.objects.create(release=release, patient=known, study_id="K7QZ")
        erase(row=approved(known, clinician, colleague))
        member.refresh_from_db()
        assert (member.patient, member.study_id == "K7QZ") == (known, False)

    def test_somebody_who_works_here_keeps_the_account(
        self, known: Patient, patient_user: User, clinician: User, colleague: User, team_a: CareTeam
    ) -> None:
        care.add_member(by=None, team=team_a, user=patient_user, starts_on=days_ago(1))
        erase(row=approved(known, clinician, colleague))
        patient_user.refresh_from_db()
        assert patient_user.is_active and patient_user.name

    def test_nor_does_a_researcher_who_is_in_no_team_lose_it(
        self, known: Patient, patient_user: User, clinician: User, colleague: User
    ) -> None:
        people.grant_role(by=None, user=patient_user, role=Role.RESEARCHER)
        erase(row=approved(known, clinician, colleague))
        patient_user.refresh_from_db()
        assert patient_user.is_active and patient_user.name

    def test_a_second_factor_goes_with_the_account(
        self, known: Patient, patient_user: User, clinician: User, colleague: User
    ) -> None:
        Authenticator.objects.create(user=patient_user, type="totp", data={})
        erase(row=approved(known, clinician, colleague))
        assert not Authenticator.objects.filter(user=patient_user).exists()

    def test_the_application_may_not(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        if connection.vendor == "sqlite":
            return
        row = approved(known, clinician, colleague)
        with as_application(make_role()), pytest.raises(ProgrammingError), transaction.atomic():
            erase(row=row)
        assert Patient.objects.get(pk=known.pk).set_aside_at is None


class TestCommand:
    def test_it_erases_what_was_approved_and_says_what_waits(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        approved(known, clinician, colleague)
        code, out = known.study_code, StringIO()
        call_command("erase", stdout=out)
        assert out.getvalue().splitlines() == [f"{code}: erased", "waiting for a second person: 0"]

    def test_it_names_whose_time_is_over(self, known: Patient, site: Site, kept_no_longer: None) -> None:
        (patient, parts) = next(over(site))
        out = StringIO()
        call_command("erase", stdout=out)
        assert patient == known
        assert f"time is over for identity since {parts[0].until}, record since" in out.getvalue()
        assert PatientIdentity.objects.filter(patient=known).exists()

    def test_what_has_come_meanwhile_stands_against_it(
        self, known: Patient, clinician: User, colleague: User
    ) -> None:
        approved(known, clinician, colleague)
        care.start_episode(
            by=clinician, patient=known, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(0)
        )
        said = StringIO()
        with pytest.raises(CommandError):
            call_command("erase", stdout=StringIO(), stderr=said)
        assert "under way" in said.getvalue()

    def test_a_database_that_refuses_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused() -> None:
            raise ProgrammingError("permission denied")

        monkeypatch.setattr("reports.management.commands.erase.erase_again", refused)
        with pytest.raises(CommandError, match="as the role that owns the tables"):
            call_command("erase", again=True)

    def test_whoever_comes_back_with_a_backup_is_erased_again(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        """The file outlives the database that comes back."""
        erased_path().write_text(json.dumps({str(known.public_id): ["identity", "record", "rest"]}))
        assert erase_again() == 1
        assert tables_with("petra@example.net") == []
        assert erase_again() == 0
        assert AuditEvent.objects.filter(action="erase").get().details["again"] is True

    def test_the_file_names_nobody_and_forgets_nobody(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        gone = str(uuid.uuid4())
        erased_path().write_text(json.dumps({gone: ["rest"]}))
        erase(row=approved(known, clinician, colleague))
        assert remember_erased() == {gone: ["rest"], str(known.public_id): ["identity", "record", "rest"]}
        assert "Petra" not in erased_path().read_text()


class TestPage:
    def test_asked_by_one_decided_by_another(self, known: Patient, clinician: User, colleague: User) -> None:
        address = reverse("patient-erase", args=[known.public_id])
        asker, decider = signed_in(clinician), signed_in(colleague)
        assert asker.post(address, {"asked": "on"}).status_code == 302
        assert colleague.name in asker.get(address).content.decode()
        assert asker.post(address, {"approve": "1"}).status_code == 400
        assert decider.post(address, {"approve": "1"}).status_code == 302
        assert Erasure.objects.get().approved is True
        assert "waits for the operator" in decider.get(address).content.decode()

    def test_refused_is_asked_anew(self, known: Patient, clinician: User, colleague: User) -> None:
        address = reverse("patient-erase", args=[known.public_id])
        signed_in(clinician).post(address, {"asked": "on"})
        signed_in(colleague).post(address, {"approve": "0"})
        assert signed_in(clinician).post(address, {"asked": "on"}).status_code == 302
        assert Erasure.objects.count() == 2

    def test_what_is_kept_is_said_with_its_law(
        self, known: Patient, clinician: User, site: Site, administrator: User
    ) -> None:
        retention.set_retention(by=administrator, site=site, holding="record", years=10, law=LAW)
        page = signed_in(clinician).get(reverse("patient-erase", args=[known.public_id])).content.decode()
        assert LAW in page
        assert "the site has not said how long" in page

    def test_whoever_was_erased_is_not_there(
        self, known: Patient, clinician: User, colleague: User, kept_no_longer: None
    ) -> None:
        erase(row=approved(known, clinician, colleague))
        client: Client = signed_in(clinician)
        assert client.get(reverse("patient-erase", args=[known.public_id])).status_code == 404
