"""Medication, sessions and doses: what is written, what is refused, what taking back does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.cast import days_ago
from tests.tracking.treated import dosed, medicated
from tracking.actions import care, scheduling, treatment
from tracking.actions.endings import end_episode
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    Dose,
    DoseChange,
    EpisodeMark,
    MedicationCourse,
    Patient,
    TreatmentEpisode,
    TreatmentSession,
    User,
)

pytestmark = pytest.mark.django_db


def hours_ago(count: float) -> datetime:
    return timezone.now() - timedelta(hours=count)


@pytest.fixture
def mark(episode: TreatmentEpisode) -> Callable[[], int]:
    """How often the course of the episode was asked for since the test began."""
    before = EpisodeMark.objects.get(episode=episode).wanted_rev
    return lambda: EpisodeMark.objects.get(episode=episode).wanted_rev - before


@pytest.fixture
def sertraline(episode: TreatmentEpisode, clinician: User) -> MedicationCourse:
    return medicated(clinician, episode, began=100)


@pytest.fixture
def dosing(episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
    return treatment.record_session(
        by=clinician, episode=episode, kind="dosing", starts_at=hours_ago(48), minutes=420
    )


def session(by: User, episode: TreatmentEpisode, **changes: object) -> TreatmentSession:
    values = {"kind": "psychotherapy", "starts_at": hours_ago(5)}
    return treatment.record_session(by=by, episode=episode, **(values | changes))


class TestMedication:
    def test_a_course_is_its_steps(self, sertraline: MedicationCourse, clinician: User, mark) -> None:
        treatment.change_dose(
            by=clinician,
            course=sertraline,
            changed_on=days_ago(20),
            amount_per_day=Decimal("50"),
            step="taper",
        )
        treatment.stop_medication(by=clinician, course=sertraline, stopped_on=days_ago(10), reason="washout")
        steps = sertraline.dose_changes.values_list("step", "amount_per_day", "unit", "stop_reason")
        assert list(steps) == [
            ("start", 100, "mg", ""),
            ("taper", 50, "mg", ""),
            ("stop", 0, "mg", "washout"),
        ]
        assert mark() == 2

    def test_it_has_begun_already(self, episode: TreatmentEpisode, clinician: User) -> None:
        drug = {"substance": "sertraline", "amount_per_day": Decimal(50), "unit": "mg", "route": "oral"}
        with pytest.raises(InvalidInput) as refused:
            treatment.start_medication(by=clinician, episode=episode, started_on=days_ago(-1), **drug)
        assert refused.value.field == "started_on"
        assert not episode.medications.exists()
        treatment.start_medication(by=clinician, episode=episode, started_on=days_ago(0), **drug)

    def test_a_late_entry_finds_its_place(self, sertraline: MedicationCourse, clinician: User) -> None:
        treatment.stop_medication(
            by=clinician, course=sertraline, stopped_on=days_ago(10), reason="recovered"
        )
        treatment.change_dose(
            by=clinician, course=sertraline, changed_on=days_ago(30), amount_per_day=Decimal(150)
        )
        steps = list(sertraline.dose_changes.values_list("step", flat=True))
        assert steps == ["start", "change", "stop"]

    @pytest.mark.parametrize(
        ("day", "amount", "step", "field"),
        [
            (-2, 50, "change", "changed_on"),  # the future
            (101, 50, "change", "changed_on"),  # before the start
            (100, 50, "change", "changed_on"),  # the day of the start
            (20, 0, "change", "amount_per_day"),
            (20, -5, "change", "amount_per_day"),
            (20, "NaN", "change", "amount_per_day"),
            (20, "Infinity", "change", "amount_per_day"),
            (20, "0.0001", "change", "amount_per_day"),
            (20, "100000", "change", "amount_per_day"),
            (20, 100, "taper", "amount_per_day"),  # no step down
            (20, 150, "taper", "amount_per_day"),
            (20, 50, "stop", "step"),
            (20, 50, "start", "step"),
        ],
    )
    def test_a_wrong_step_is_refused_by_field(
        self, sertraline: MedicationCourse, clinician: User, day: int, amount: object, step: str, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            treatment.change_dose(
                by=clinician,
                course=sertraline,
                changed_on=days_ago(day),
                amount_per_day=Decimal(amount),
                step=step,
            )
        assert refusal.value.field == field
        assert sertraline.dose_changes.count() == 1

    def test_nothing_is_changed_after_the_stop(self, sertraline: MedicationCourse, clinician: User) -> None:
        treatment.stop_medication(
            by=clinician, course=sertraline, stopped_on=days_ago(10), reason="no_effect"
        )
        for day in (10, 5):
            with pytest.raises(InvalidInput, match="was stopped on"):
                treatment.change_dose(
                    by=clinician, course=sertraline, changed_on=days_ago(day), amount_per_day=Decimal(50)
                )
        with pytest.raises(Conflict, match="already stopped"):
            treatment.stop_medication(by=clinician, course=sertraline, stopped_on=days_ago(5), reason="other")

    @pytest.mark.parametrize(
        ("day", "reason", "field"),
        [
            (101, "other", "stopped_on"),
            (30, "other", "stopped_on"),
            (-2, "other", "stopped_on"),
            (5, "", "reason"),
        ],
    )
    def test_a_wrong_stop_is_refused_by_field(
        self, sertraline: MedicationCourse, clinician: User, day: int, reason: str, field: str
    ) -> None:
        treatment.change_dose(
            by=clinician, course=sertraline, changed_on=days_ago(20), amount_per_day=Decimal(50)
        )
        with pytest.raises(InvalidInput) as refusal:
            treatment.stop_medication(
                by=clinician, course=sertraline, stopped_on=days_ago(day), reason=reason
            )
        assert refusal.value.field == field

    def test_a_running_substance_is_not_started_again(
        self, sertraline: MedicationCourse, episode: TreatmentEpisode, clinician: User
    ) -> None:
        again = {"started_on": days_ago(1), "amount_per_day": Decimal(50), "unit": "mg", "route": "oral"}
        with pytest.raises(Conflict, match="already running"):
            treatment.start_medication(by=clinician, episode=episode, substance=" Sertraline ", **again)
        treatment.stop_medication(by=clinician, course=sertraline, stopped_on=days_ago(9), reason="other")
        treatment.start_medication(by=clinician, episode=episode, substance="sertraline", **again)
        assert episode.medications.count() == 2

    def test_a_wrong_start_leaves_no_empty_course(self, episode: TreatmentEpisode, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="unit"):
            medicated(clinician, episode, "lithium", unit="spoon")
        assert not MedicationCourse.objects.exists()


class TestSessions:
    def test_a_session_keeps_who_was_there(
        self, episode: TreatmentEpisode, clinician: User, outsider: User, mark
    ) -> None:
        kept = session(
            clinician, episode, people_present=[(clinician, "lead"), (outsider, "second")], note=" calm "
        )
        assert set(kept.people_present.values_list("user__name", "role")) == {
            ("Clara Clinician", "lead"),
            ("Otto Outsider", "second"),
        }
        assert (kept.note, kept.minutes, mark()) == ("calm", None, 1)
        assert AuditEvent.objects.last().details == {}

    def test_a_session_is_recorded_once(self, episode: TreatmentEpisode, clinician: User) -> None:
        kept = session(clinician, episode)
        with pytest.raises(Conflict, match="already recorded"):
            session(clinician, episode, starts_at=kept.starts_at)
        assert episode.sessions.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"kind": "massage"}, "kind"),
            ({"attendance": "late"}, "attendance"),
            ({"minutes": 0}, "minutes"),
            ({"minutes": 1441}, "minutes"),
            ({"note": "x" * 10_001}, "note"),
            ({"starts_at": timezone.now() + timedelta(days=1)}, "starts_at"),
            ({"starts_at": timezone.now() - timedelta(days=202)}, "starts_at"),
        ],
    )
    def test_a_wrong_session_is_refused_by_field(
        self, episode: TreatmentEpisode, clinician: User, changes: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            session(clinician, episode, **changes)
        assert refusal.value.field == field
        assert not TreatmentSession.objects.exists()

    @pytest.mark.parametrize("changes", [{"minutes": 1}, {"minutes": 1440}, {"note": "x" * 10_000}])
    def test_what_is_just_possible_is_kept(
        self, episode: TreatmentEpisode, clinician: User, changes: dict
    ) -> None:
        kept = session(clinician, episode, **changes)
        assert {name: getattr(kept, name) for name in changes} == changes

    def test_people_are_named_once_and_only_where_there_was_a_session(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        for changes in (
            {"people_present": [(clinician, "lead"), (clinician, "second")]},
            {"people_present": [(clinician, "friend")]},
            {"people_present": [(clinician, "lead")], "attendance": "missed"},
        ):
            with pytest.raises(InvalidInput, match="people_present"):
                session(clinician, episode, **changes)

    def test_no_session_after_the_last_day(self, episode: TreatmentEpisode, clinician: User) -> None:
        end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(10))
        episode.refresh_from_db()
        with pytest.raises(InvalidInput, match="after the last day"):
            session(clinician, episode)

    def test_integration_refers_to_an_earlier_dosing_session_of_the_same_episode(
        self, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User
    ) -> None:
        kept = session(clinician, episode, kind="integration", integrates=dosing)
        assert list(dosing.integration_sessions.all()) == [kept]

    def test_what_cannot_be_integrated_is_refused(
        self, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User, team_a
    ) -> None:
        talk = session(clinician, episode)
        missed = session(clinician, episode, kind="dosing", attendance="missed", starts_at=hours_ago(30))
        for changes in (
            {"kind": "psychotherapy", "integrates": dosing},
            {"integrates": talk},
            {"integrates": missed},
            {"integrates": dosing, "starts_at": hours_ago(72)},
        ):
            with pytest.raises(InvalidInput, match="integrates"):
                session(clinician, episode, **({"kind": "integration", "starts_at": hours_ago(1)} | changes))

    def test_a_dosing_session_of_somebody_else_is_refused(
        self, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User, team_a
    ) -> None:
        other = Patient.objects.create(study_code="OTHER1", team=team_a, enrolled_on=days_ago(90))
        elsewhere = care.start_episode(
            by=clinician, patient=other, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(80)
        )
        with pytest.raises(InvalidInput, match="of this episode"):
            session(clinician, elsewhere, kind="integration", integrates=dosing)


class TestDoses:
    def test_a_dose_and_its_supplement(self, dosing: TreatmentSession, clinician: User, mark) -> None:
        dosed(clinician, dosing)
        dosed(
            clinician,
            dosing,
            amount=Decimal(10),
            part="supplement",
            given_at=dosing.starts_at + timedelta(hours=2),
        )
        assert list(dosing.doses.values_list("part", "amount")) == [("main", 25), ("supplement", 10)]
        assert mark() == 2

    def test_a_supplement_needs_a_dose_before_it(self, dosing: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="part"):
            dosed(clinician, dosing, part="supplement")
        dosed(clinician, dosing, given_at=dosing.starts_at + timedelta(hours=2))
        with pytest.raises(InvalidInput, match="part"):
            dosed(clinician, dosing, part="supplement", given_at=dosing.starts_at + timedelta(hours=1))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"amount": Decimal(0)}, "amount"),
            ({"amount": Decimal("NaN")}, "amount"),
            ({"amount": Decimal("25.0001")}, "amount"),
            ({"unit": "g"}, "unit"),
            ({"route": "ear"}, "route"),
            ({"substance": " "}, "substance"),
            ({"substance": "psilo\x00cybin"}, "substance"),
            ({"part": "third"}, "part"),
        ],
    )
    def test_a_wrong_dose_is_refused_by_field(
        self, dosing: TreatmentSession, clinician: User, changes: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            dosed(clinician, dosing, **changes)
        assert refusal.value.field == field
        assert not Dose.objects.exists()

    @pytest.mark.parametrize("minutes", [-1, 24 * 60 + 1])
    def test_a_dose_falls_into_its_session(
        self, dosing: TreatmentSession, clinician: User, minutes: int
    ) -> None:
        with pytest.raises(InvalidInput, match="given_at"):
            dosed(clinician, dosing, given_at=dosing.starts_at + timedelta(minutes=minutes))

    def test_no_dose_in_the_future(self, episode: TreatmentEpisode, clinician: User) -> None:
        running = session(clinician, episode, kind="dosing", starts_at=hours_ago(1))
        with pytest.raises(InvalidInput, match="future"):
            dosed(clinician, running, given_at=timezone.now() + timedelta(minutes=5))

    def test_only_a_dosing_session_that_took_place_takes_a_dose(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        talk = session(clinician, episode)
        missed = session(clinician, episode, kind="dosing", attendance="missed")
        for wrong in (talk, missed):
            with pytest.raises(InvalidInput, match="session"):
                dosed(clinician, wrong)

    def test_a_dose_is_recorded_once(self, dosing: TreatmentSession, clinician: User) -> None:
        dosed(clinician, dosing)
        with pytest.raises(Conflict, match="already recorded"):
            dosed(clinician, dosing, substance="Psilocybin")


class TestTakingBack:
    def test_a_session_takes_its_doses_with_it(self, dosing: TreatmentSession, clinician: User, mark) -> None:
        given = dosed(clinician, dosing)
        treatment.void(by=clinician, record=dosing, reason=" wrong patient ")
        given.refresh_from_db()
        assert (dosing.voided_by, dosing.void_reason) == (clinician, "wrong patient")
        assert (given.voided_by, given.void_reason) == (clinician, "wrong patient")
        assert not Dose.objects.standing().exists()
        assert mark() == 2
        assert "wrong patient" not in str(AuditEvent.objects.last().details)

    def test_nothing_more_is_given_in_a_session_that_was_taken_back(
        self, dosing: TreatmentSession, clinician: User
    ) -> None:
        treatment.void(by=clinician, record=dosing, reason="entered twice")
        with pytest.raises(Conflict):
            dosed(clinician, dosing)

    def test_a_reason_is_needed(self, dosing: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput, match="reason"):
            treatment.void(by=clinician, record=dosing, reason=" \n")
        assert TreatmentSession.objects.standing().count() == 1

    def test_once_is_enough(self, dosing: TreatmentSession, clinician: User) -> None:
        treatment.void(by=clinician, record=dosing, reason="first")
        with pytest.raises(Conflict):
            treatment.void(by=clinician, record=dosing, reason="second")
        dosing.refresh_from_db()
        assert dosing.void_reason == "first"

    def test_what_another_record_rests_on_stays(
        self, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User
    ) -> None:
        main = dosed(clinician, dosing)
        dosed(clinician, dosing, part="supplement", given_at=main.given_at + timedelta(hours=1))
        integration = session(clinician, episode, kind="integration", integrates=dosing)
        with pytest.raises(Conflict, match="supplemental dose"):
            treatment.void(by=clinician, record=main, reason="mistake")
        with pytest.raises(Conflict, match="integration session"):
            treatment.void(by=clinician, record=dosing, reason="mistake")
        treatment.void(by=clinician, record=integration, reason="mistake")
        treatment.void(by=clinician, record=dosing, reason="mistake")
        assert not Dose.objects.standing().exists()

    def test_a_medication_takes_its_steps_with_it(
        self, sertraline: MedicationCourse, clinician: User
    ) -> None:
        start = sertraline.dose_changes.get()
        with pytest.raises(Conflict, match="take back the medication"):
            treatment.void(by=clinician, record=start, reason="mistake")
        treatment.void(by=clinician, record=sertraline, reason="mistake")
        assert not DoseChange.objects.standing().exists()
        with pytest.raises(Conflict, match="was taken back"):
            treatment.stop_medication(by=clinician, course=sertraline, stopped_on=days_ago(1), reason="other")

    def test_a_stop_that_was_a_mistake_lets_the_medication_run_on(
        self, sertraline: MedicationCourse, clinician: User
    ) -> None:
        stop = treatment.stop_medication(
            by=clinician, course=sertraline, stopped_on=days_ago(10), reason="other"
        )
        treatment.void(by=clinician, record=stop, reason="it was another patient")
        change = treatment.change_dose(
            by=clinician, course=sertraline, changed_on=days_ago(5), amount_per_day=Decimal(150)
        )
        assert change.amount_per_day == 150

    @pytest.mark.parametrize("taken_back", ["session", "dose"])
    def test_what_was_asked_because_of_a_dose_is_not_asked_without_it(
        self, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User, taken_back: str
    ) -> None:
        given = dosed(clinician, dosing)
        scheduling.schedule_episode(by=clinician, episode=episode, as_of=days_ago(0))
        asked = AssessmentRequest.objects.filter(anchor_session=dosing)
        assert set(asked.values_list("instrument", "status")) == {("meq30", "open"), ("phq9", "open")}
        record = dosing if taken_back == "session" else given
        treatment.void(by=clinician, record=record, reason="wrong day")
        assert set(asked.values_list("status", flat=True)) == {"cancelled"}
