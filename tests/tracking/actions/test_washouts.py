"""Rules of a site, and that no dose passes a washout in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.cast import days_ago, person
from tests.tracking.scheduled import start
from tests.tracking.treated import dosed, medicated
from tracking.actions import care, treatment, washouts
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import (
    AuditEvent,
    Dose,
    MedicationCourse,
    RunSheetEntry,
    Site,
    TreatmentEpisode,
    TreatmentSession,
    User,
    WashoutRule,
)
from tracking.queries.dosing import is_on_sheet, running_session
from tracking.queries.washout import site_rules, washouts_before
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
ANTIDEPRESSANTS = "Antidepressants"


def set_days(by: User, site: Site, days: int, **changes: object) -> WashoutRule:
    values = {"protocol": "psilocybin-mdd", "what": ANTIDEPRESSANTS, "days": days}
    return washouts.set_washout_rule(by=by, site=site, **(values | changes))


def medication(
    by: User,
    episode: TreatmentEpisode,
    substance: str = "sertraline",
    stopped: int | None = None,
    began: int = 200,
) -> MedicationCourse:
    course = medicated(by, episode, substance, began)
    if stopped is not None:
        treatment.stop_medication(by=by, course=course, stopped_on=days_ago(stopped), reason="washout")
    return course


def verdict(episode: TreatmentEpisode, what: str = ANTIDEPRESSANTS) -> str:
    return next(state.verdict for state in washouts_before(episode, days_ago(0)) if state.what == what)


@pytest.fixture
def dosing(episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
    begins = timezone.now() - timedelta(minutes=1)
    return treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)


def dose(by: User, session: TreatmentSession, after: int = 0, **changes: object) -> Dose:
    return dosed(by, session, given_at=session.starts_at + timedelta(seconds=after), **changes)


def test_a_reason_beside_a_dose_does_not_make_a_session_one_that_is_under_way(
    site: Site, administrator: User, episode: TreatmentEpisode, clinician: User, dosing: TreatmentSession
) -> None:
    set_days(administrator, site, 14)
    medication(clinician, episode, stopped=10)
    dose(clinician, dosing, washout_reason="agreed with the medical lead")
    assert dosing.entries.filter(topic="washout", met=False).exists()
    assert not is_on_sheet(dosing)
    assert running_session(episode) is None


class TestRules:
    def test_the_latest_rule_counts_and_the_older_one_stays(
        self, site: Site, administrator: User, episode: TreatmentEpisode, clinician: User
    ) -> None:
        medication(clinician, episode, stopped=10)
        assert verdict(episode) == "cannot be said"
        set_days(administrator, site, 14)
        assert verdict(episode) == "not satisfied"
        set_days(administrator, site, 7)
        assert verdict(episode) == "satisfied"
        assert [row.days for row in WashoutRule.objects.all()] == [7, 14]
        assert (
            AuditEvent.objects.filter(action="set_washout_rule", actor=administrator.public_id).count() == 2
        )

    @pytest.mark.parametrize("days", [0, 366])
    def test_what_is_just_possible_is_kept(self, site: Site, administrator: User, days: int) -> None:
        assert set_days(administrator, site, days).days == days

    def test_the_rule_of_another_site_is_not_ours(
        self, site: Site, episode: TreatmentEpisode, clinician: User
    ) -> None:
        south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts="112")
        set_days(person("Sue South", Role.ADMINISTRATOR, site=south), south, 1)
        medication(clinician, episode, stopped=10)
        assert verdict(episode) == "cannot be said"

    def test_nobody_but_an_administrator_of_the_site_sets_it(self, site: Site, clinician: User) -> None:
        with pytest.raises(NotPermitted):
            set_days(clinician, site, 14)
        assert not WashoutRule.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"days": -1}, "days"),
            ({"days": 367}, "days"),
            ({"what": "Coffee"}, "what"),
            ({"protocol": "nothing"}, "what"),
        ],
    )
    def test_what_is_no_rule_is_refused(
        self, site: Site, administrator: User, changes: dict, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            set_days(administrator, site, **({"days": 14} | changes))
        assert refusal.value.field == field

    def test_where_the_protocol_gives_the_days_a_site_does_not(
        self, site: Site, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = washouts.protocols.find("psilocybin-mdd")
        given = replace(known, washouts=[replace(rule, days=14) for rule in known.washouts])
        monkeypatch.setattr(washouts.protocols, "find", lambda key: given)
        with pytest.raises(InvalidInput, match="what: has its days from the protocol"):
            set_days(administrator, site, 7)
        assert not WashoutRule.objects.exists()

    def test_an_administrator_sees_the_rules_of_the_own_site(self, site: Site, administrator: User) -> None:
        care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts="112")
        set_days(administrator, site, 14)
        rules = site_rules(administrator)
        assert {rule.site for rule in rules} == {site}
        assert [(rule.washout.what, rule.latest.days) for rule in rules if rule.latest] == [
            (ANTIDEPRESSANTS, 14)
        ]


class TestWhatCounts:
    """With a rule of two weeks."""

    @pytest.fixture(autouse=True)
    def rule(self, site: Site, administrator: User) -> None:
        set_days(administrator, site, 14)

    def test_a_stop_that_was_taken_back_is_none(self, episode: TreatmentEpisode, clinician: User) -> None:
        course = medication(clinician, episode, stopped=30)
        assert verdict(episode) == "satisfied"
        treatment.void(by=clinician, record=course.dose_changes.get(step="stop"), reason="not stopped")
        assert verdict(episode) == "not satisfied"

    def test_a_medication_that_was_taken_back_is_none(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        course = medication(clinician, episode)
        treatment.void(by=clinician, record=course, reason="another patient")
        assert verdict(episode) == "satisfied"

    def test_begun_again_after_a_stop(self, episode: TreatmentEpisode, clinician: User) -> None:
        medication(clinician, episode, stopped=60)
        medication(clinician, episode, began=20)
        assert verdict(episode) == "not satisfied"

    def test_a_lower_dose_is_no_stop(self, episode: TreatmentEpisode, clinician: User) -> None:
        course = medication(clinician, episode)
        treatment.change_dose(
            by=clinician, course=course, changed_on=days_ago(30), amount_per_day=Decimal(25), step="taper"
        )
        assert verdict(episode) == "not satisfied"

    def test_what_is_part_of_the_treatment_needs_no_washout(self, patient, clinician: User) -> None:
        trial = start(patient, clinician, "psilocybin-escitalopram", "escitalopram", days=30, diagnosis="mdd")
        medication(clinician, trial, "escitalopram", stopped=27, began=60)
        medication(clinician, trial, "escitalopram", began=8)
        (found,) = next(
            state.findings for state in washouts_before(trial, days_ago(0)) if state.what == ANTIDEPRESSANTS
        )
        assert found.stopped == days_ago(27)

    def test_an_arm_without_a_dose_has_no_washout(self, patient, clinician: User) -> None:
        waiting = start(patient, clinician, "psilocybin-mdd", "waiting", days=30, diagnosis="mdd")
        assert washouts_before(waiting, days_ago(0)) == ()


class TestDose:
    def test_none_passes_a_washout_in_silence(
        self, episode: TreatmentEpisode, clinician: User, dosing: TreatmentSession
    ) -> None:
        medication(clinician, episode)
        for reason in ("", "  "):
            with pytest.raises(InvalidInput, match="Antidepressants: not satisfied") as refusal:
                dose(clinician, dosing, washout_reason=reason)
            assert refusal.value.field == "washout_reason"
        assert not Dose.objects.exists()
        assert not RunSheetEntry.objects.exists()

    def test_a_reason_goes_on_the_run_sheet_once(
        self, episode: TreatmentEpisode, clinician: User, dosing: TreatmentSession
    ) -> None:
        medication(clinician, episode)
        dose(clinician, dosing, washout_reason=" agreed with the physician ")
        dose(clinician, dosing, after=5, part="supplement", amount=Decimal(10))
        (entry,) = RunSheetEntry.objects.all()
        assert (entry.kind, entry.topic, entry.met, entry.text) == (
            "check",
            "washout",
            False,
            "agreed with the physician",
        )
        assert entry.recorded_by == clinician
        assert AuditEvent.objects.filter(action="override_washout").count() == 1

    def test_a_washout_that_cannot_be_judged_needs_a_word_too(
        self, episode: TreatmentEpisode, clinician: User, dosing: TreatmentSession
    ) -> None:
        medication(clinician, episode, "zentrafenol")
        with pytest.raises(InvalidInput, match="cannot be said"):
            dose(clinician, dosing)
        self.check(dosing, clinician, met=True)
        assert dose(clinician, dosing)

    def test_a_check_that_says_met_does_not_outdo_the_record(
        self, episode: TreatmentEpisode, clinician: User, dosing: TreatmentSession
    ) -> None:
        medication(clinician, episode)
        self.check(dosing, clinician, met=True)
        with pytest.raises(InvalidInput, match="not satisfied"):
            dose(clinician, dosing)
        entry = self.check(dosing, clinician, met=False, text="life-threatening depression")
        assert dose(clinician, dosing)
        RunSheetEntry.objects.filter(pk=entry.pk).update(
            voided_at=timezone.now(), voided_by=clinician, void_reason="wrong patient"
        )
        with pytest.raises(InvalidInput, match="not satisfied"):
            dose(clinician, dosing, after=5)

    def test_with_nothing_to_stop_no_word_is_asked_for(
        self, clinician: User, dosing: TreatmentSession
    ) -> None:
        assert dose(clinician, dosing)
        assert not RunSheetEntry.objects.exists()

    def test_a_reason_without_need_leaves_no_entry(self, clinician: User, dosing: TreatmentSession) -> None:
        dose(clinician, dosing, washout_reason="just in case")
        assert not RunSheetEntry.objects.exists()

    @staticmethod
    def check(session: TreatmentSession, by: User, *, met: bool, text: str = "") -> RunSheetEntry:
        return RunSheetEntry.objects.create(
            session=session,
            kind="check",
            topic="washout",
            met=met,
            text=text,
            happened_at=session.starts_at,
            recorded_by=by,
        )
