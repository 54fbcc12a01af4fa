"""Who answers for a patient, and which team treats one."""

from __future__ import annotations

import pytest

from tests.cast import days_ago, person, server_days_ago
from tests.tracking.answers import PHQ9, recorded
from tracking.actions import care, people, safety, scheduling, transfers
from tracking.errors import Conflict, InvalidInput
from tracking.models import AuditEvent, CareTeam, Patient, PatientTransfer, Site, TreatmentEpisode, User
from tracking.queries.names import whose
from tracking.rules.policies.rating import team_of, treating
from tracking.vocabulary import Role

WHY = "moved to the other side of the town"


class TestResponsible:
    def test_it_is_named_and_noted_with_who_was_before(
        self, patient: Patient, clinician: User, team_a: CareTeam
    ) -> None:
        other = person("Cora Colleague", Role.CLINICIAN)
        care.add_member(by=None, team=team_a, user=other, starts_on=days_ago(30))
        for user in (clinician, clinician, other, None):
            transfers.set_responsible(by=clinician, patient=patient, responsible=user)
        notes = AuditEvent.objects.filter(action="set_responsible").values_list("details", flat=True)
        ids = ["", str(clinician.public_id), str(other.public_id), ""]
        assert list(notes) == [{"before": a, "responsible": b} for a, b in zip(ids, ids[1:], strict=False)]
        patient.refresh_from_db()
        assert patient.responsible is None

    def test_nobody_who_does_not_treat_here(
        self, patient: Patient, clinician: User, outsider: User, rater: User
    ) -> None:
        for user in (outsider, rater):
            with pytest.raises(InvalidInput, match="responsible: is not a clinician of the care team"):
                transfers.set_responsible(by=clinician, patient=patient, responsible=user)

    def test_who_has_left_is_said_to_have_left(self, patient: Patient, clinician: User) -> None:
        transfers.set_responsible(by=clinician, patient=patient, responsible=clinician)
        patient.refresh_from_db()
        assert whose(patient).responsible == clinician.name
        care.end_membership(by=None, membership=clinician.memberships.get(), ends_on=server_days_ago(1))
        assert whose(patient).responsible == f"{clinician.name}, who has left the team"


class TestTransfer:
    def test_the_other_team_sees_everything_and_the_one_before_nothing(
        self, episode: TreatmentEpisode, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        patient, bystander = (
            episode.patient,
            people.enrol_patient(
                by=clinician, team=episode.patient.team, identity=None, sex="male", enrolled_on=days_ago(3)
            ),
        )
        before = patient.team
        transfers.set_responsible(by=clinician, patient=patient, responsible=clinician)
        transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason=WHY)
        assert list(Patient.objects.visible_to(clinician)) == [bystander]
        assert list(TreatmentEpisode.objects.visible_to(outsider)) == [episode]
        row = PatientTransfer.objects.get()
        assert (row.from_team, row.to_team, row.reason) == (before, team_b, WHY)
        note = AuditEvent.objects.get(action="transfer_patient").details
        assert note == {"team": str(team_b.public_id), "before": str(before.public_id)}
        assert Patient.objects.get(pk=patient.pk).responsible is None

    def test_who_treated_before_does_not_rate_blind_after(
        self, episode: TreatmentEpisode, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        transfers.transfer_patient(by=clinician, patient=episode.patient, team=team_b, reason=WHY)
        moved = TreatmentEpisode.objects.get(pk=episode.pk)
        assert treating(moved) == {clinician.pk, outsider.pk}
        assert list(team_of(moved)) == [outsider]

    def test_what_was_before_the_treatment_is_no_matter(
        self, patient: Patient, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason=WHY)
        later = care.start_episode(
            by=outsider, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(0)
        )
        assert clinician.pk in treating(later)  # it was given away on the first day
        later.starts_on = days_ago(-1)
        later.patient.refresh_from_db()
        assert clinician.pk not in treating(later)

    def test_a_responsible_clinician_of_both_teams_stays(
        self, patient: Patient, clinician: User, team_b: CareTeam
    ) -> None:
        care.add_member(by=None, team=team_b, user=clinician, starts_on=days_ago(3))
        transfers.set_responsible(by=clinician, patient=patient, responsible=clinician)
        transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason=WHY)
        assert Patient.objects.get(pk=patient.pk).responsible == clinician

    def test_not_to_the_own_team_nor_to_another_site_nor_to_an_empty_one(
        self,
        patient: Patient,
        clinician: User,
        team_a: CareTeam,
        team_b: CareTeam,
        south: Site,
        elsewhere: User,
    ) -> None:
        there = CareTeam.objects.get(site=south)
        for team, said in (
            (team_a, "treats this patient already"),
            (there, "is at another site"),
            (team_b, "has no clinician today"),
        ):
            with pytest.raises(InvalidInput, match=f"team: {said}"):
                transfers.transfer_patient(by=clinician, patient=patient, team=team, reason=WHY)
        assert Patient.objects.get().team == team_a

    def test_not_while_an_alert_is_open(
        self, episode: TreatmentEpisode, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        """Whoever has taken it on would see it no more, and the others have not heard of it."""
        (alert,) = recorded(episode, None, "phq9", PHQ9 | {"9": 2}).alerts
        for step in (None, safety.acknowledge_alert):
            if step:
                step(by=clinician, alert=alert)
            with pytest.raises(InvalidInput, match="team: cannot take over an open safety alert"):
                transfers.transfer_patient(by=clinician, patient=episode.patient, team=team_b, reason=WHY)
        safety.close_alert(by=clinician, alert=alert, note="safe, plan made")
        transfers.transfer_patient(by=clinician, patient=episode.patient, team=team_b, reason=WHY)

    def test_not_to_somebody_who_rates_blind(
        self, episode: TreatmentEpisode, clinician: User, team_b: CareTeam, outsider: User, rater: User
    ) -> None:
        care.add_member(by=None, team=team_b, user=rater, starts_on=days_ago(3))
        scheduling.create_request(
            by=clinician,
            episode=episode,
            instrument="hamd17",
            due_on=days_ago(0),
            assigned_to=rater,
            blinded=True,
        )
        with pytest.raises(InvalidInput, match="team: has somebody who is to rate this patient blind"):
            transfers.transfer_patient(by=clinician, patient=episode.patient, team=team_b, reason=WHY)

    def test_a_reason_is_needed(
        self, patient: Patient, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        with pytest.raises(InvalidInput, match="reason: say why the patient changes the team"):
            transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason=" ")

    def test_who_has_read_the_old_team_is_told(
        self, patient: Patient, clinician: User, team_b: CareTeam, outsider: User
    ) -> None:
        as_read = Patient.objects.get(pk=patient.pk)
        third = care.create_team(by=None, site=team_b.site, name="Team C")
        care.add_member(by=None, team=third, user=outsider, starts_on=days_ago(3))
        transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason=WHY)
        with pytest.raises(Conflict, match="somebody has given this patient to another team"):
            transfers.transfer_patient(by=clinician, patient=as_read, team=third, reason=WHY)
