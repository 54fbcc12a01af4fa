"""Users, roles, patients and consent: what is written, what is refused, what the audit says."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.cast import days_ago, identity_in, person, server_days_ago
from tracking import clock
from tracking.actions import care, people
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    AuditEvent,
    EpisodeMark,
    OutboxMail,
    Patient,
    PatientIdentity,
    RoleGrant,
    Site,
    TreatmentEpisode,
    User,
)
from tracking.queries.access import DELAY
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """The user as the next request loads them."""
    return User.objects.get(pk=user.pk)


def last_audit() -> AuditEvent:
    return AuditEvent.objects.last()


class TestUsers:
    def test_a_user_has_no_role_and_no_password(self, administrator: User) -> None:
        user = people.create_user(by=administrator, email=" New@Example.ORG ", name="Nele Neu")
        assert (user.email, user.roles, user.has_usable_password()) == ("new@example.org", frozenset(), False)
        assert (last_audit().action, last_audit().actor) == ("create_user", administrator.public_id)

    def test_the_same_address_in_other_letters_is_the_same_person(self, rater: User) -> None:
        with pytest.raises(InvalidInput, match="belongs to another account") as refusal:
            people.create_user(by=None, email=rater.email.upper(), name="Somebody Else")
        assert refusal.value.field == "email"

    @pytest.mark.parametrize(
        ("email", "name", "field"),
        [
            ("no address", "Nele", "email"),
            ("n@example.org", "  ", "name"),
            ("n@example.org", "Nele\r\nBcc: all@example.org", "name"),
            ("n@example.org", "Nele \u202eeleN", "name"),
            ("n@example.org", "N" * 121, "name"),
        ],
    )
    def test_bad_input_is_refused_by_field(self, email: str, name: str, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            people.create_user(by=None, email=email, name=name)
        assert refusal.value.field == field
        assert not User.objects.exists()

    def test_an_invitation_is_queued_without_a_health_word(self, administrator: User) -> None:
        people.invite_user(by=administrator, email="n@example.org", name="Nele Neu")
        mail = OutboxMail.objects.get()
        assert mail.to == "n@example.org"
        assert "/account/password/reset/" in mail.body
        assert "Nele" not in mail.subject + mail.body

    def test_closing_an_account_takes_every_role_and_opening_does_not_give_it_back_at_once(
        self, administrator: User, clinician: User
    ) -> None:
        people.set_active(by=administrator, user=clinician, is_active=False)
        assert fresh(clinician).roles == frozenset()
        with pytest.raises(Conflict):
            people.set_active(by=administrator, user=clinician, is_active=False)
        people.set_active(by=administrator, user=clinician, is_active=True)
        assert fresh(clinician).roles == frozenset()
        with clock.simulated(clock.now() + DELAY):
            assert fresh(clinician).has_role(Role.CLINICIAN)

    def test_nobody_closes_their_own_account(self, administrator: User) -> None:
        with pytest.raises(NotPermitted):
            people.set_active(by=administrator, user=administrator, is_active=False)


class TestRoles:
    def test_a_role_holds_from_its_first_day_to_its_last(self, administrator: User, rater: User) -> None:
        tomorrow = server_days_ago(-1)
        grant = people.grant_role(by=None, user=rater, role=Role.STEWARD, starts_on=tomorrow)
        assert not fresh(rater).has_role(Role.STEWARD)
        people.end_role(by=administrator, grant=grant, ends_on=tomorrow)
        grant = people.grant_role(by=None, user=rater, role=Role.STEWARD)
        people.end_role(by=administrator, grant=grant, ends_on=server_days_ago(0))
        assert fresh(rater).has_role(Role.STEWARD)

    def test_ending_with_yesterday_ends_at_once(self, administrator: User, rater: User) -> None:
        grant = rater.role_grants.get()
        people.end_role(by=administrator, grant=grant, ends_on=server_days_ago(1))
        assert fresh(rater).roles == frozenset()
        with pytest.raises(Conflict, match="already ended"):
            people.end_role(by=administrator, grant=grant, ends_on=server_days_ago(0))

    def test_a_role_of_today_can_be_taken_back_today(self, administrator: User, rater: User) -> None:
        grant = people.grant_role(by=None, user=rater, role=Role.CLINICIAN)
        people.end_role(by=administrator, grant=grant, ends_on=server_days_ago(1))
        assert not fresh(rater).has_role(Role.CLINICIAN)

    def test_an_end_before_the_beginning_is_refused(self, administrator: User, rater: User) -> None:
        with pytest.raises(InvalidInput, match="ends_on"):
            people.end_role(by=administrator, grant=rater.role_grants.get(), ends_on=days_ago(402))

    @pytest.mark.parametrize("role", list(Role))
    def test_nobody_grants_to_themselves(self, administrator: User, role: Role) -> None:
        with pytest.raises(NotPermitted):
            people.grant_role(by=administrator, user=administrator, role=role)
        assert administrator.role_grants.count() == 1

    @pytest.mark.parametrize("role", list(Role))
    def test_only_an_administrator_grants(self, steward: User, rater: User, role: Role) -> None:
        with pytest.raises(NotPermitted):
            people.grant_role(by=steward, user=rater, role=role)
        assert rater.role_grants.count() == 1

    def test_an_own_role_is_not_ended_by_its_holder(self, administrator: User) -> None:
        with pytest.raises(NotPermitted):
            people.end_role(
                by=administrator, grant=administrator.role_grants.get(), ends_on=server_days_ago(1)
            )

    def test_a_role_at_another_site_is_not_ended(self, administrator: User, rater: User) -> None:
        other = care.create_site(
            by=None, key="south", name="South Clinic", timezone="UTC", crisis_contacts="Crisis line, 112"
        )
        grant = people.grant_role(by=None, user=rater, role=Role.CLINICIAN, site=other)
        with pytest.raises(NotPermitted, match="own sites"):
            people.end_role(by=administrator, grant=grant, ends_on=days_ago(1))
        assert fresh(rater).has_role(Role.CLINICIAN)

    def test_a_held_role_is_not_granted_again(self, administrator: User, rater: User) -> None:
        with pytest.raises(Conflict):
            people.grant_role(by=administrator, user=rater, role=Role.RATER)

    def test_an_unknown_role_is_refused(self, administrator: User, rater: User) -> None:
        with pytest.raises(InvalidInput, match="role"):
            people.grant_role(by=administrator, user=rater, role="superuser")

    def test_the_administrator_of_a_site_makes_none_of_another_site_or_of_all(
        self, administrator: User, rater: User, site: Site
    ) -> None:
        south = care.create_site(by=None, key="south", name="South Clinic", crisis_contacts="Line, 112")
        with pytest.raises(InvalidInput, match="site"):
            people.grant_role(by=administrator, user=rater, role=Role.ADMINISTRATOR)
        with pytest.raises(NotPermitted):
            people.grant_role(by=administrator, user=rater, role=Role.ADMINISTRATOR, site=south)
        people.grant_role(by=administrator, user=rater, role=Role.ADMINISTRATOR, site=site)
        assert RoleGrant.objects.get(user=rater, role=Role.ADMINISTRATOR).site == site

    def test_the_audit_names_the_role_and_who_gave_it(self, administrator: User, rater: User) -> None:
        people.grant_role(by=administrator, user=rater, role=Role.RESEARCHER)
        event = last_audit()
        assert (event.action, event.actor, event.object_id) == (
            "grant_role",
            administrator.public_id,
            rater.public_id,
        )
        assert event.details == {"role": "researcher", "standing": "delayed"}


class TestPatients:
    def test_study_codes_are_random_readable_and_all_different(self, patient: Patient) -> None:
        codes = people.new_study_codes(300)
        assert len(set(codes)) == 300
        assert patient.study_code not in codes
        assert all(len(code) == 6 and set(code) <= set(people.CODE_LETTERS) for code in codes)
        assert not set("01IOBS") & set("".join(codes))

    def test_the_identity_is_not_readable_in_the_table(self, patient: Patient) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM tracking_patientidentity")
            stored = " ".join(str(value) for value in cursor.fetchone())
        assert identity_in(stored) == []

    def test_a_patient_may_be_known_by_code_alone(self, team_a, clinician: User) -> None:
        known = people.enrol_patient(
            by=clinician, team=team_a, identity=None, sex="unknown", enrolled_on=days_ago(1)
        )
        assert not PatientIdentity.objects.filter(patient=known).exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"sex": "f"}, "sex"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"language": "Norwegian"}, "language"),
            ({"timezone": "../etc/passwd"}, "timezone"),
            ({"enrolled_on": date(2999, 1, 1)}, "enrolled_on"),
            ({"identity": {"given_name": "A"}}, "family_name"),
            ({"identity": {"given_name": "A", "family_name": "B", "nickname": "C"}}, "nickname"),
            (
                {
                    "identity": {
                        "given_name": "A",
                        "family_name": "B",
                        "date_of_birth": days_ago(-2),
                    }
                },
                "date_of_birth",
            ),
            ({"identity": {"given_name": "A", "family_name": "B", "email": "b@"}}, "email"),
            (
                {"identity": {"given_name": "A", "family_name": "B", "date_of_birth": "1984-02-30"}},
                "date_of_birth",
            ),
        ],
    )
    def test_bad_input_is_refused_and_nothing_half_stored(
        self, team_a, clinician: User, changes: dict, field: str
    ) -> None:
        good = {"identity": None, "sex": "male", "enrolled_on": days_ago(1), "timezone": "UTC"}
        with pytest.raises(InvalidInput) as refusal:
            people.enrol_patient(by=clinician, team=team_a, **(good | changes))
        assert refusal.value.field == field
        assert not Patient.objects.exists()
        assert not AuditEvent.objects.filter(action="enrol_patient").exists()

    def test_an_account_belongs_to_one_patient(self, patient: Patient, patient_user: User) -> None:
        assert fresh(patient_user).has_role(Role.PATIENT)
        with pytest.raises(Conflict):
            people.link_account(by=patient_user, patient=patient, user=person("Someone Else"))


class TestIdentity:
    def test_the_audit_names_fields_and_never_what_they_hold(self, patient: Patient, clinician: User) -> None:
        people.change_identity(by=clinician, patient=patient, family_name="Neumann", phone="+49 40 999")
        event = last_audit()
        assert event.details == {"fields": ["family_name", "phone"]}
        kept = PatientIdentity.objects.get(patient=patient)
        assert (kept.name, kept.record_number) == ("Petra Neumann", "MRN-4711")

    def test_a_corrected_birth_date_corrects_the_age_at_the_start(
        self, episode: TreatmentEpisode, patient: Patient, clinician: User
    ) -> None:
        before = episode.age_at_start
        mark = EpisodeMark.objects.get(episode=episode).wanted_rev
        people.change_identity(by=clinician, patient=patient, date_of_birth=date(1974, 2, 28))
        episode.refresh_from_db()
        assert episode.age_at_start == before + 10
        assert EpisodeMark.objects.get(episode=episode).wanted_rev == mark + 1

    def test_saving_the_same_again_is_no_change(self, patient: Patient, clinician: User) -> None:
        events = AuditEvent.objects.count()
        people.change_identity(by=clinician, patient=patient, given_name="Petra")
        assert AuditEvent.objects.count() == events

    def test_a_name_cannot_be_emptied(self, patient: Patient, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="given_name"):
            people.change_identity(by=clinician, patient=patient, given_name=" ")
        assert PatientIdentity.objects.get(patient=patient).given_name == "Petra"

    def test_what_is_no_part_of_the_identity_is_refused(self, patient: Patient, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="study_code"):
            people.change_identity(by=clinician, patient=patient, study_code="AAAAAA")


class TestConsent:
    def test_the_latest_statement_counts_and_none_is_overwritten(
        self, patient: Patient, clinician: User
    ) -> None:
        for kind, day in (("given", 90), ("withdrawn", 30), ("given", 10)):
            people.record_consent(by=clinician, patient=patient, kind=kind, stated_on=days_ago(day))
        kinds = list(patient.research_consents.values_list("kind", flat=True))
        assert kinds == ["given", "withdrawn", "given"]

    def test_what_is_no_statement_is_refused(self, patient: Patient, clinician: User) -> None:
        with pytest.raises(InvalidInput) as refused:
            people.record_consent(by=clinician, patient=patient, kind="perhaps", stated_on=days_ago(0))
        assert refused.value.field == "kind"
        assert not patient.research_consents.exists()

    def test_nothing_can_be_withdrawn_that_was_not_given(self, patient: Patient, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="no consent was given"):
            people.record_consent(by=clinician, patient=patient, kind="withdrawn", stated_on=days_ago(1))

    def test_the_same_twice_is_a_conflict(self, patient: Patient, clinician: User) -> None:
        people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(5))
        with pytest.raises(Conflict):
            people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(4))

    @pytest.mark.parametrize(("day", "reason"), [(-2, "future"), (6, "before the last statement")])
    def test_the_day_must_fit(self, patient: Patient, clinician: User, day: int, reason: str) -> None:
        people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(5))
        with pytest.raises(InvalidInput, match=reason):
            people.record_consent(by=clinician, patient=patient, kind="withdrawn", stated_on=days_ago(day))
