"""Sites, teams, studies and the treatment episode."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta

import pytest

from tests.cast import CRISIS, days_ago, server_days_ago
from tracking.actions import care, people
from tracking.actions.endings import end_episode
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    AuditEvent,
    CareTeam,
    EpisodeMark,
    Patient,
    Site,
    Study,
    StudyMark,
    TreatmentEpisode,
    User,
)

pytestmark = pytest.mark.django_db


def starting(patient: Patient, by: User, **changes: object) -> TreatmentEpisode:
    values = {
        "diagnosis": "mdd",
        "protocol": "psilocybin-mdd",
        "arm": "psilocybin",
        "starts_on": days_ago(60),
    }
    return care.start_episode(by=by, patient=patient, **(values | changes))


class TestSitesAndTeams:
    def test_a_site_without_crisis_contacts_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="crisis_contacts"):
            care.create_site(by=None, key="south", name="South", crisis_contacts=" \n ")

    @pytest.mark.parametrize(
        ("changes", "field"), [({"key": "no rth"}, "key"), ({"key": "north"}, "key"), ({"name": ""}, "name")]
    )
    def test_a_wrong_site_is_refused_by_field(self, site: Site, changes: dict, field: str) -> None:
        good = {"key": "south", "name": "South", "crisis_contacts": CRISIS}
        with pytest.raises(InvalidInput) as refusal:
            care.create_site(by=None, **(good | changes))
        assert refusal.value.field == field

    def test_the_language_of_a_site_is_changed_by_its_own_administrator(
        self, site: Site, administrator: User, south: Site, clinician: User
    ) -> None:
        for by, where in ((administrator, south), (clinician, site)):
            with pytest.raises(NotPermitted):
                care.change_site_language(by=by, site=where, language="de")
            with pytest.raises(NotPermitted):
                care.change_site_tap(by=by, site=where, tap_advances=False)
        care.change_site_language(by=administrator, site=site, language="de")
        assert dict(Site.objects.values_list("key", "language")) == {"north": "de", "south": "en"}

    def test_a_team_name_is_used_once_in_a_site(self, team_a: CareTeam, site: Site) -> None:
        with pytest.raises(InvalidInput, match="another team"):
            care.create_team(by=None, site=site, name="team a")

    def test_a_member_sees_patients_from_the_first_day_to_the_last(
        self, patient: Patient, team_a: CareTeam, outsider: User
    ) -> None:
        def sees() -> bool:
            return Patient.objects.visible_to(outsider).filter(pk=patient.pk).exists()

        assert not sees()
        membership = care.add_member(by=None, team=team_a, user=outsider)
        assert sees()
        care.end_membership(by=None, membership=membership, ends_on=server_days_ago(0))
        assert sees()
        care.end_membership(by=None, membership=membership, ends_on=server_days_ago(1))
        assert not sees()

    def test_nobody_is_twice_in_a_team_nor_leaves_twice(self, team_a: CareTeam, clinician: User) -> None:
        with pytest.raises(Conflict):
            care.add_member(by=None, team=team_a, user=clinician)
        membership = clinician.memberships.get()
        care.end_membership(by=None, membership=membership, ends_on=days_ago(3))
        with pytest.raises(Conflict):
            care.end_membership(by=None, membership=membership, ends_on=server_days_ago(1))

    def test_a_membership_cannot_end_before_it_began(self, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="ends_on"):
            care.end_membership(by=None, membership=clinician.memberships.get(), ends_on=days_ago(402))


class TestStudies:
    def test_a_membership_cannot_end_before_it_began(self, study: Study, clinician: User) -> None:
        began = server_days_ago(0)
        member = care.add_study_member(by=None, study=study, user=clinician, starts_on=began)
        with pytest.raises(InvalidInput, match="the day before it began"):
            care.end_study_membership(by=None, membership=member, ends_on=began - timedelta(days=2))
        care.end_study_membership(by=None, membership=member, ends_on=began - timedelta(days=1))

    def test_a_new_study_is_to_be_computed(self, study: Study) -> None:
        assert StudyMark.objects.get(study=study).wanted_rev == 1

    def test_a_key_is_used_once(self, study: Study) -> None:
        with pytest.raises(InvalidInput, match="another study"):
            care.create_study(by=None, key="psilo", title="X", outcome_instrument="phq9", endpoint="week 1")

    def test_a_member_sees_the_study_until_the_end(self, study: Study, researcher: User) -> None:
        assert Study.objects.visible_to(researcher).get() == study
        with pytest.raises(Conflict):
            care.add_study_member(by=None, study=study, user=researcher)
        membership = researcher.study_memberships.get()
        care.end_study_membership(by=None, membership=membership, ends_on=server_days_ago(1))
        assert not Study.objects.visible_to(researcher).exists()
        with pytest.raises(Conflict):
            care.end_study_membership(by=None, membership=membership, ends_on=server_days_ago(1))


class TestEpisodes:
    def test_the_age_counts_birthdays_also_of_a_leap_day(self, patient: Patient, clinician: User) -> None:
        """Born on 29 February 1984: on 28 February 2024 39, on the 29th 40."""
        day_before = starting(patient, clinician, starts_on=date(2024, 2, 28))
        assert day_before.age_at_start == 39
        end_episode(by=clinician, episode=day_before, reason="completed", ends_on=date(2024, 2, 28))
        assert starting(patient, clinician, starts_on=date(2024, 2, 29)).age_at_start == 40

    def test_the_age_is_that_of_the_birth_date_as_it_stands(
        self, patient: Patient, team_a: CareTeam, clinician: User
    ) -> None:
        """Somebody corrected it after this page had read it. That of another patient is another."""
        other = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity={"given_name": "Olga", "family_name": "Other", "date_of_birth": date(1950, 1, 1)},
            sex="female",
            enrolled_on=days_ago(90),
        )
        assert patient.identity.born == date(1984, 2, 29)
        people.change_identity(
            by=clinician, patient=Patient.objects.get(pk=patient.pk), date_of_birth=date(1974, 2, 27)
        )
        assert starting(patient, clinician, starts_on=date(2024, 2, 28)).age_at_start == 50
        assert starting(other, clinician, starts_on=date(2024, 2, 28)).age_at_start == 74

    def test_without_a_birth_date_the_stated_age_counts(self, team_a: CareTeam, clinician: User) -> None:
        known = people.enrol_patient(
            by=clinician, team=team_a, identity=None, sex="male", enrolled_on=days_ago(90)
        )
        assert starting(known, clinician, age_at_start=51).age_at_start == 51

    @pytest.mark.parametrize(("age", "is_taken"), [(-1, False), (0, True), (130, True), (131, False)])
    def test_no_age_that_nobody_has(
        self, team_a: CareTeam, clinician: User, age: int, is_taken: bool
    ) -> None:
        known = people.enrol_patient(
            by=clinician, team=team_a, identity=None, sex="male", enrolled_on=days_ago(90)
        )
        with nullcontext() if is_taken else pytest.raises(InvalidInput, match="age_at_start.*0 and 130"):
            starting(known, clinician, age_at_start=age)
        assert known.episodes.exists() == is_taken

    def test_a_start_asks_for_the_course_and_is_audited(self, episode: TreatmentEpisode) -> None:
        assert EpisodeMark.objects.get(episode=episode).wanted_rev == 1
        event = AuditEvent.objects.last()
        assert (event.action, event.patient) == ("start_episode", episode.patient.public_id)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"diagnosis": "flu"}, "diagnosis"),
            ({"protocol": "psilocybin"}, "protocol"),
            ({"arm": "placebo"}, "arm"),
            ({"arm": ""}, "arm"),
            ({"starts_on": date(2999, 1, 1)}, "starts_on"),
            ({"starts_on": date(219, 1, 1)}, "starts_on"),
        ],
    )
    def test_a_wrong_start_is_refused_by_field(
        self, patient: Patient, clinician: User, changes: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            starting(patient, clinician, **changes)
        assert refusal.value.field == field
        assert not patient.episodes.exists()

    def test_an_imported_episode_keeps_the_names_of_its_source(
        self, patient: Patient, clinician: User
    ) -> None:
        kept = starting(patient, clinician, protocol="waitlist-trial", arm="B", dates_are_nominal=True)
        assert (kept.protocol, kept.arm) == ("waitlist-trial", "B")

    def test_one_treatment_at_a_time(
        self, episode: TreatmentEpisode, patient: Patient, clinician: User
    ) -> None:
        with pytest.raises(Conflict, match="already in treatment"):
            starting(patient, clinician)
        end_episode(by=clinician, episode=episode, reason="patient", ends_on=days_ago(70))
        assert starting(patient, clinician).pk != episode.pk

    def test_a_patient_in_the_east_may_begin_on_their_own_today(
        self, team_a: CareTeam, clinician: User, time_machine
    ) -> None:
        """At 20:00 UTC it is the next day in Auckland."""
        time_machine.move_to("2026-03-10T20:00:00+00:00", tick=False)
        known = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity=None,
            sex="male",
            enrolled_on=date(2026, 3, 1),
            timezone="Pacific/Auckland",
        )
        assert starting(known, clinician, starts_on=date(2026, 3, 11)).starts_on == date(2026, 3, 11)

    @pytest.mark.parametrize(
        ("reason", "ends_on", "field"),
        [
            ("active", days_ago(1), "reason"),
            ("completed", days_ago(-2), "ends_on"),
            ("completed", days_ago(121), "ends_on"),
        ],
    )
    def test_a_wrong_end_is_refused_by_field(
        self, episode: TreatmentEpisode, clinician: User, reason: str, ends_on: date, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            end_episode(by=clinician, episode=episode, reason=reason, ends_on=ends_on)
        assert refusal.value.field == field
        episode.refresh_from_db()
        assert (episode.status, episode.ends_on) == ("active", None)

    def test_an_episode_ends_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(1))
        with pytest.raises(Conflict):
            end_episode(by=clinician, episode=episode, reason="patient", ends_on=days_ago(1))

    def test_admission_is_all_or_nothing(self, team_a: CareTeam, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="arm"):
            care.admit_patient(
                by=clinician,
                team=team_a,
                identity=None,
                sex="male",
                enrolled_on=days_ago(1),
                timezone="UTC",
                diagnosis="mdd",
                protocol="psilocybin-mdd",
                arm="none",
                starts_on=days_ago(1),
                study=None,
            )
        assert not Patient.objects.exists()
