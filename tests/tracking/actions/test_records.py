"""A record that is one too many: taken out, or merged, by four eyes, and put back exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from tests.cast import days_ago, person
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.begun import begun_entry
from tests.tracking.treated import medicated
from tracking.actions import (
    assessments,
    care,
    endings,
    people,
    records,
    safety,
    scheduling,
    transfers,
    treatment,
)
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    EpisodeMark,
    Patient,
    RecordMove,
    SafetyAlert,
    Study,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.queries.alerts import alert_worklist
from tracking.queries.people import has_consent
from tracking.rules.policies.rating import treating
from tracking.vocabulary import Role

WHY = "typed for the wrong referral"


@pytest.fixture
def colleague(team_a: CareTeam) -> User:
    user = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(300))
    return user


def admitted(team: CareTeam, by: User, study: Study | None = None, **identity: object) -> TreatmentEpisode:
    """The same person once more, with another day of birth, and asked for a PHQ-9."""
    known = {"given_name": "Petra", "family_name": "Patientin", "date_of_birth": date(1985, 2, 28)}
    patient = people.enrol_patient(
        by=by,
        team=team,
        identity=known | identity,
        sex="female",
        enrolled_on=days_ago(20),
        timezone="Europe/Berlin",
    )
    episode = care.start_episode(
        by=by, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(10), study=study
    )
    scheduling.create_request(by=by, episode=episode, instrument="phq9", due_on=days_ago(0))
    return episode


@pytest.fixture
def twice(team_a: CareTeam, clinician: User, study: Study) -> TreatmentEpisode:
    return admitted(team_a, clinician, study)


@pytest.fixture
def bystander(team_a: CareTeam, clinician: User, study: Study) -> TreatmentEpisode:
    return admitted(team_a, clinician, study, given_name="Bea", family_name="Beistand")


def rows(*models: type) -> list[list[dict[str, object]]]:
    """All that stands in these tables."""
    return [list(model._base_manager.order_by("pk").values()) for model in models]


MOVED = (Patient, TreatmentEpisode, AssessmentRequest)


class TestUndo:
    def test_nothing_changes_before_another_confirms(self, twice: TreatmentEpisode, clinician: User) -> None:
        before = rows(*MOVED)
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        with pytest.raises(NotPermitted, match="another clinician of the care team decides"):
            records.decide_move(by=clinician, row=row, approve=True)
        assert rows(*MOVED) == before
        assert (row.kind, row.approved, row.reason) == ("undo", None, WHY)

    def test_nobody_is_shown_it_nothing_is_asked_and_no_study_counts_it(
        self,
        twice: TreatmentEpisode,
        bystander: TreatmentEpisode,
        clinician: User,
        colleague: User,
        study: Study,
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        for user in (clinician, colleague):
            assert list(Patient.objects.visible_to(user)) == [bystander.patient]
            assert list(TreatmentEpisode.objects.visible_to(user)) == [bystander]
        assert list(TreatmentEpisode.objects.filter(study=study)) == [bystander]
        assert list(AssessmentRequest.objects.open()) == list(bystander.requests.all())
        assert StudyMark.objects.get(study=study).wanted_rev > 0
        said = AuditEvent.objects.get(action="approve_move")
        assert (said.actor, said.patient) == (colleague.public_id, twice.patient.public_id)

    def test_it_is_put_back_as_it_was(
        self, twice: TreatmentEpisode, bystander: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        cancelled = scheduling.create_request(
            by=clinician, episode=twice, instrument="gad7", due_on=days_ago(0)
        )
        scheduling.cancel_request(by=clinician, request=cancelled, reason="mistake")
        before = rows(*MOVED)
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        records.reverse_move(by=clinician, row=row, reason="was right after all")
        assert rows(*MOVED) == before
        row.refresh_from_db()
        assert (row.reversed_by, row.reversal_reason) == (clinician, "was right after all")
        assert AuditEvent.objects.filter(action="reverse_move").count() == 1

    @pytest.mark.parametrize(
        "holds",
        [
            lambda by, one: recorded(one, by, "hamd17", HAMD),
            lambda by, one: medicated(by, one, began=5),
            lambda by, one: treatment.record_session(
                by=by, episode=one, kind="psychotherapy", starts_at=timezone.now() - timedelta(days=2)
            ),
            lambda by, one: assessments.save_draft(request=one.requests.get(), item="1", value=0),
            lambda by, one: assessments.hear_danger(request=one.requests.get(), item="9", value=3),
            lambda by, one: begun_entry(by, one, "caps5", {"1": 2}),
        ],
        ids=["answers", "medication", "session", "begun by the patient", "alert", "begun by the team"],
    )
    def test_what_belongs_to_somebody_is_not_taken_out(
        self,
        holds: Callable[[User, TreatmentEpisode], object],
        twice: TreatmentEpisode,
        clinician: User,
        colleague: User,
    ) -> None:
        """Neither when it is proposed nor when it has come since."""
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        holds(clinician, twice)
        with pytest.raises(InvalidInput, match="holds answers, sessions or medication"):
            records.decide_move(by=colleague, row=row, approve=True)
        records.decide_move(by=colleague, row=row, approve=False)
        with pytest.raises(InvalidInput, match="holds answers, sessions or medication"):
            records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        assert Patient.objects.visible_to(clinician).get() == twice.patient

    def test_danger_that_is_told_by_an_old_link_is_heard(
        self, twice: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        (alert,) = assessments.hear_danger(request=twice.requests.get(), item="9", value=3)
        assert list(alert_worklist(clinician)) == [alert]
        safety.acknowledge_alert(by=clinician, alert=alert)
        records.reverse_move(by=clinician, row=row, reason="she answers")
        assert TreatmentEpisode.objects.visible_to(clinician).get() == twice

    def test_nothing_is_scheduled_in_it(
        self, twice: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        other = people.enrol_patient(
            by=clinician, team=twice.patient.team, identity=None, sex="male", enrolled_on=days_ago(9)
        )
        care.start_episode(
            by=clinician,
            patient=other,
            diagnosis="mdd",
            protocol="ssri-psychotherapy",
            arm="combined",
            starts_on=days_ago(9),
        )
        looked = scheduling.keep_schedules()
        row = records.propose_undo(by=clinician, patient=other, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        assert scheduling.keep_schedules() == max(looked - 1, 0)

    def test_a_reason_is_needed(self, twice: TreatmentEpisode, clinician: User, colleague: User) -> None:
        with pytest.raises(InvalidInput, match="reason: say what the mistake was"):
            records.propose_undo(by=clinician, patient=twice.patient, reason=" ")
        with pytest.raises(InvalidInput, match="reason: must not be longer than 1000"):
            records.propose_undo(by=clinician, patient=twice.patient, reason="x" * 1001)
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        with pytest.raises(InvalidInput, match="reason: say why it is put back"):
            records.reverse_move(by=clinician, row=row, reason="")

    def test_one_proposal_at_a_time_and_one_decision(
        self, twice: TreatmentEpisode, episode: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        with (
            pytest.raises(Conflict, match="something is proposed for this record already"),
            transaction.atomic(),
        ):
            records.propose_undo(by=colleague, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=False)
        with pytest.raises(Conflict, match="somebody has already decided"):
            records.decide_move(by=colleague, row=row, approve=True)
        assert Patient.objects.visible_to(clinician).count() == 2

    def test_what_was_refused_or_put_back_is_not_put_back(
        self, twice: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        for approve in (False, True):
            if approve:
                row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
            records.decide_move(by=colleague, row=row, approve=approve)
            if approve:
                records.reverse_move(by=clinician, row=row, reason="back")
            with pytest.raises(Conflict, match="there is nothing to put back"):
                records.reverse_move(by=clinician, row=row, reason="back")

    def test_after_thirty_days_it_stays(
        self, twice: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        row.refresh_from_db()
        late = time_machine.travel(row.decided_at + timedelta(days=30, seconds=1), tick=False)
        with late, pytest.raises(Conflict, match="the 30 days are over"):
            records.reverse_move(by=clinician, row=row, reason="back")
        with time_machine.travel(row.decided_at + timedelta(days=30), tick=False):
            records.reverse_move(by=clinician, row=row, reason="back")

    def test_nobody_of_another_team(
        self, twice: TreatmentEpisode, clinician: User, colleague: User, outsider: User
    ) -> None:
        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        with pytest.raises(NotPermitted):
            records.decide_move(by=outsider, row=row, approve=True)
        records.decide_move(by=colleague, row=row, approve=True)
        with pytest.raises(NotPermitted, match="only a clinician of the care team puts a record back"):
            records.reverse_move(by=outsider, row=row, reason="back")


class TestMerge:
    @pytest.fixture
    def ended(self, episode: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
        """The right record, not in treatment at the moment."""
        endings.end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(30))
        return episode

    @pytest.fixture
    def merged(
        self, twice: TreatmentEpisode, ended: TreatmentEpisode, clinician: User, colleague: User
    ) -> RecordMove:
        recorded(twice, None, "phq9", PHQ9 | {"9": 2}, ago=3)
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        row.refresh_from_db()
        return row

    def test_treatments_go_with_all_that_hangs_on_them(
        self,
        merged: RecordMove,
        twice: TreatmentEpisode,
        ended: TreatmentEpisode,
        clinician: User,
        bystander: TreatmentEpisode,
    ) -> None:
        stays = ended.patient
        assert list(stays.episodes.order_by("pk")) == sorted([ended, twice], key=lambda one: one.pk)
        assert SafetyAlert.objects.get().episode.patient == stays
        assert set(Patient.objects.visible_to(clinician)) == {stays, bystander.patient}
        gone = Patient.objects.get(pk=merged.patient_id)
        assert (gone.merged_into, gone.set_aside_at is None) == (stays, False)
        twice.refresh_from_db()
        assert twice.age_at_start == stays.identity.age_on(twice.starts_on)
        assert EpisodeMark.objects.get(episode=twice).wanted_rev > 0
        bystander.refresh_from_db()
        assert bystander.patient_id != stays.pk

    def test_it_is_put_back_as_it_was_and_what_came_since_stays(
        self, twice: TreatmentEpisode, ended: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        before = rows(*MOVED)
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        own = recorded(ended, clinician, "hamd17", HAMD, ago=31).assessment
        records.reverse_move(by=colleague, row=row, reason="twins")
        assert rows(*MOVED) == before
        assert own.episode.patient_id == ended.patient_id

    def test_what_was_said_about_research_counts_together(
        self, twice: TreatmentEpisode, ended: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        people.record_consent(by=clinician, patient=ended.patient, kind="given", stated_on=days_ago(9))
        people.record_consent(by=clinician, patient=twice.patient, kind="given", stated_on=days_ago(8))
        people.record_consent(by=clinician, patient=twice.patient, kind="withdrawn", stated_on=days_ago(2))
        assert has_consent(ended.patient)
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        assert not has_consent(ended.patient)
        with pytest.raises(Conflict, match="already recorded as withdrawn"):
            people.record_consent(
                by=clinician, patient=ended.patient, kind="withdrawn", stated_on=days_ago(1)
            )
        records.reverse_move(by=clinician, row=row, reason="twins")
        assert has_consent(ended.patient)

    def test_an_account_goes_where_none_is_and_comes_back(
        self, twice: TreatmentEpisode, ended: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        user = people.create_user(by=clinician, email="p@example.net", name="Petra Patientin")
        people.link_account(by=clinician, patient=twice.patient, user=user)
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        assert Patient.objects.get(user=user) == ended.patient
        records.reverse_move(by=clinician, row=row, reason="twins")
        assert Patient.objects.get(user=user) == twice.patient

    def test_whoever_treated_either_does_not_rate_blind(
        self,
        twice: TreatmentEpisode,
        ended: TreatmentEpisode,
        clinician: User,
        colleague: User,
        team_b: CareTeam,
        outsider: User,
    ) -> None:
        transfers.transfer_patient(by=clinician, patient=twice.patient, team=team_b, reason="moved house")
        twice.patient.refresh_from_db()
        transfers.transfer_patient(
            by=outsider, patient=twice.patient, team=ended.patient.team, reason="and back"
        )
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        assert outsider.pk in treating(TreatmentEpisode.objects.get(pk=twice.pk))

    def test_two_who_are_in_treatment_are_not_one(
        self, twice: TreatmentEpisode, episode: TreatmentEpisode, clinician: User
    ) -> None:
        with pytest.raises(InvalidInput, match="into: is in treatment, too"):
            records.propose_merge(by=clinician, patient=twice.patient, into=episode.patient, reason=WHY)

    def test_not_into_itself_nor_into_another_team_nor_with_two_accounts(
        self,
        twice: TreatmentEpisode,
        ended: TreatmentEpisode,
        clinician: User,
        team_b: CareTeam,
        patient_user: User,
    ) -> None:
        there = admitted(team_b, clinician).patient
        user = people.create_user(by=clinician, email="p@example.net", name="Petra Patientin")
        for into, said in ((twice.patient, "is this record itself"), (there, "is with another care team")):
            with pytest.raises(InvalidInput, match=f"into: {said}"):
                records.propose_merge(by=clinician, patient=twice.patient, into=into, reason=WHY)
        people.link_account(by=clinician, patient=twice.patient, user=user)
        with pytest.raises(InvalidInput, match="into: has an account of its own"):
            records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        with pytest.raises(InvalidInput, match="reason: say how you know"):
            Patient.objects.filter(pk=twice.patient_id).update(user=None)
            records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason="")

    def test_a_record_that_took_one_in_stays(
        self, merged: RecordMove, ended: TreatmentEpisode, bystander: TreatmentEpisode, clinician: User
    ) -> None:
        with pytest.raises(Conflict, match="another record was merged into this one"):
            records.propose_merge(by=clinician, patient=ended.patient, into=bystander.patient, reason=WHY)
        with pytest.raises(Conflict, match="another record was merged into this one"):
            records.propose_undo(by=clinician, patient=ended.patient, reason=WHY)
        with pytest.raises(Conflict, match="the record was set aside just now"):
            records.propose_merge(by=clinician, patient=merged.patient, into=bystander.patient, reason=WHY)

    def test_it_is_not_taken_back_from_another_team(
        self,
        twice: TreatmentEpisode,
        ended: TreatmentEpisode,
        clinician: User,
        colleague: User,
        team_b: CareTeam,
        outsider: User,
    ) -> None:
        row = records.propose_merge(by=clinician, patient=twice.patient, into=ended.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        transfers.transfer_patient(by=clinician, patient=ended.patient, team=team_b, reason="moved house")
        with pytest.raises(Conflict, match="was given to another care team since"):
            records.reverse_move(by=clinician, row=row, reason="twins")
