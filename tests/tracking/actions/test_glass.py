"""A record of another team in an emergency: who may, for how long, who is told, and that nothing else opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.cast import days_ago, identity_in, person
from tracking import clock
from tracking.actions import audit, care, scheduling
from tracking.actions.glass import end_glass, open_glass
from tracking.actions.oversight import close_odd_look, mark_odd_looks
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import (
    AuditEvent,
    BreakGlass,
    CareTeam,
    OddLook,
    OutboxMail,
    Patient,
    Site,
    TreatmentEpisode,
    User,
)
from tracking.queries.glass import Sought, find
from tracking.queries.raters import candidates
from tracking.rules.policies.glass import LASTS, breakable, opened_by
from tracking.vocabulary import ReadPage, Role

pytestmark = pytest.mark.django_db
REASON = "Brought in unconscious"


@pytest.fixture
def glass(outsider: User, patient: Patient) -> BreakGlass:
    return open_glass(by=outsider, patient=patient, reason=f" {REASON} ")


class TestOpening:
    def test_lasts_an_hour_and_is_on_record(self, glass: BreakGlass, outsider: User) -> None:
        assert glass.reason == REASON and glass.ends_at - glass.opened_at == LASTS
        event = AuditEvent.objects.get(action="open_glass")
        assert (event.actor, event.object_id, event.details) == (outsider.public_id, glass.public_id, {})
        assert opened_by(outsider).get() == glass
        with time_machine.travel(timezone.now() + LASTS, tick=False):
            assert not opened_by(outsider).exists()

    def test_twice_is_once(self, glass: BreakGlass, outsider: User, patient: Patient) -> None:
        assert open_glass(by=outsider, patient=patient, reason="again") == glass
        assert OutboxMail.objects.count() == 1

    def test_the_leads_and_the_officers_are_told_without_a_name_each_in_their_language(
        self, officer: User, clinician: User, outsider: User, patient: Patient, team_a: CareTeam
    ) -> None:
        member = person("Max Member", Role.CLINICIAN)
        care.add_member(by=None, team=team_a, user=member, starts_on=days_ago(9))
        User.objects.filter(pk=officer.pk).update(language="de")
        open_glass(by=outsider, patient=patient, reason=REASON)
        mails = {mail.to: mail.body for mail in OutboxMail.objects.all()}
        assert set(mails) == {clinician.email, officer.email}
        assert "/teams/" in mails[clinician.email] and "in an emergency" in mails[clinician.email]
        assert "/oversight/" in mails[officer.email] and "Notfall" in mails[officer.email]
        for body in mails.values():
            assert identity_in(body) == [] and REASON not in body and patient.study_code not in body

    def test_a_team_that_nobody_leads_is_told_whole(
        self, outsider: User, patient: Patient, team_a: CareTeam, clinician: User
    ) -> None:
        team_a.memberships.update(is_lead=False)
        open_glass(by=outsider, patient=patient, reason=REASON)
        assert OutboxMail.objects.get().to == clinician.email

    def test_whoever_opens_is_not_told_of_it(self, patient: Patient, site: Site, team_b: CareTeam) -> None:
        both = person("Bo Both", Role.CLINICIAN, Role.OFFICER, site=site)
        care.add_member(by=None, team=team_b, user=both, starts_on=days_ago(9))
        open_glass(by=both, patient=patient, reason=REASON)
        assert both.email not in {mail.to for mail in OutboxMail.objects.all()}

    def test_not_without_a_reason(self, outsider: User, patient: Patient) -> None:
        with pytest.raises(InvalidInput, match="what the emergency is"):
            open_glass(by=outsider, patient=patient, reason=" ")

    def test_not_in_the_own_team_nor_at_another_site(
        self, clinician: User, elsewhere: User, researcher: User, patient: Patient
    ) -> None:
        for user in (clinician, elsewhere, researcher):
            with pytest.raises(NotPermitted, match="not opened"):
                open_glass(by=user, patient=patient, reason=REASON)

    def test_not_a_record_that_was_set_aside(
        self, glass: BreakGlass, outsider: User, patient: Patient
    ) -> None:
        Patient.objects.filter(pk=patient.pk).update(set_aside_at=clock.now())
        assert not opened_by(outsider).exists() and not breakable(outsider).exists()


class TestBlinding:
    def test_whoever_rates_opens_nothing(self, patient: Patient, team_b: CareTeam) -> None:
        both = person("Bo Both", Role.CLINICIAN, Role.RATER)
        care.add_member(by=None, team=team_b, user=both, starts_on=days_ago(9))
        with pytest.raises(NotPermitted, match="ask a colleague"):
            open_glass(by=both, patient=patient, reason=REASON)

    def test_whoever_becomes_a_rater_reads_no_more(
        self, glass: BreakGlass, outsider: User, site: Site
    ) -> None:
        outsider.role_grants.create(role=Role.RATER, site=site, starts_on=days_ago(1))
        assert not opened_by(User.objects.get(pk=outsider.pk)).exists()

    def test_whoever_has_rated_this_patient_does_not_find_them(
        self, episode: TreatmentEpisode, clinician: User, rater: User, team_b: CareTeam
    ) -> None:
        scheduling.create_request(
            by=clinician,
            episode=episode,
            instrument="hamd17",
            due_on=days_ago(0),
            assigned_to=rater,
            blinded=True,
        )
        rater.role_grants.update(role=Role.CLINICIAN)
        care.add_member(by=None, team=team_b, user=rater, starts_on=days_ago(9))
        assert not breakable(User.objects.get(pk=rater.pk)).exists()

    def test_whoever_has_read_the_record_is_not_chosen_to_rate_it(
        self, episode: TreatmentEpisode, clinician: User, outsider: User, team_b: CareTeam, site: Site
    ) -> None:
        request = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), blinded=True
        )
        outsider.role_grants.create(role=Role.RATER, site=site, starts_on=days_ago(400))
        outsider.availabilities.create(starts_on=days_ago(9), per_week=5)
        assert [one.rater for one in candidates(request)] == [outsider.pk]
        outsider.role_grants.filter(role=Role.RATER).delete()
        open_glass(by=User.objects.get(pk=outsider.pk), patient=episode.patient, reason=REASON)
        outsider.role_grants.create(role=Role.RATER, site=site, starts_on=days_ago(400))
        assert candidates(request) == []


class TestEnding:
    def test_by_hand(self, glass: BreakGlass, outsider: User) -> None:
        end_glass(by=outsider, glass=glass)
        assert not opened_by(outsider).exists()
        assert AuditEvent.objects.get(action="end_glass").object_id == glass.public_id

    def test_what_is_over_stays_as_it_is(self, glass: BreakGlass, outsider: User) -> None:
        ends_at = glass.ends_at
        with time_machine.travel(timezone.now() + LASTS + timedelta(minutes=1), tick=False):
            end_glass(by=outsider, glass=glass)
        glass.refresh_from_db()
        assert glass.ends_at == ends_at and not AuditEvent.objects.filter(action="end_glass").exists()


class TestTheOfficer:
    def test_has_it_to_look_into_at_once_and_each_time(
        self, glass: BreakGlass, officer: User, outsider: User, patient: Patient
    ) -> None:
        look = OddLook.objects.get()
        assert (look.actor, look.patient, look.sign) == (outsider.public_id, patient.public_id, "emergency")
        close_odd_look(by=officer, look=look, reason="was on call")
        end_glass(by=outsider, glass=glass)
        open_glass(by=outsider, patient=patient, reason="came back")
        assert OddLook.objects.filter(closed_at=None, sign="emergency").count() == 1

    def test_is_not_asked_twice_about_the_same(
        self, glass: BreakGlass, outsider: User, patient: Patient
    ) -> None:
        audit.record_read(by=outsider, patient=patient, page=ReadPage.EMERGENCY_RECORD)
        assert mark_odd_looks(now=clock.real_now()) == 0
        audit.record_read(by=outsider, patient=patient, page=ReadPage.PATIENT)
        assert mark_odd_looks(now=clock.real_now()) == 1

    def test_is_asked_about_a_namesake_all_the_same(self, patient: Patient, team_b: CareTeam) -> None:
        brother = person("Paul Patientin", Role.CLINICIAN)
        care.add_member(by=None, team=team_b, user=brother, starts_on=days_ago(9))
        open_glass(by=brother, patient=patient, reason=REASON)
        audit.record_read(by=brother, patient=patient, page=ReadPage.EMERGENCY_RECORD)
        mark_odd_looks(now=clock.real_now())
        assert {look.sign for look in OddLook.objects.all()} == {"emergency", "surname"}


class TestFinding:
    def test_by_the_whole_code_in_any_case(self, outsider: User, patient: Patient) -> None:
        assert find(outsider, Sought(code=patient.study_code.lower())) == patient
        assert find(outsider, Sought(code=patient.study_code[:-1])) is None

    def test_by_whole_name_and_date_of_birth_as_people_spell(self, outsider: User, patient: Patient) -> None:
        born = patient.identity.born
        assert find(outsider, Sought(given_name="PETRA", family_name="patientin", born=born)) == patient
        for given, family, day in (
            ("Pet", "Patientin", born),
            ("Petra", "Patient", born),
            ("Patientin", "Petra", born),
            ("Petra", "Patientin", born + timedelta(days=1)),
        ):
            assert find(outsider, Sought(given_name=given, family_name=family, born=day)) is None

    def test_nobody_of_the_own_team_nor_of_another_site(
        self, clinician: User, elsewhere: User, patient: Patient
    ) -> None:
        for user in (clinician, elsewhere):
            assert find(user, Sought(code=patient.study_code)) is None
