"""What is given in a dosing session, and what stands against it."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from tests.tracking.blinded import held_session
from tests.tracking.dosing import (
    check,
    completed,
    dose,
    minute,
    prepared,
    sure,
    vitals,
)
from tests.tracking.treated import medicated
from tracking.actions import treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AuditEvent,
    Dose,
    TreatmentSession,
    User,
)
from tracking.rules.policies.plausible import Implausible

pytestmark = pytest.mark.django_db


class TestDoses:
    def test_over_an_open_check_only_with_a_reason(self, session: TreatmentSession, clinician: User) -> None:
        with pytest.raises(InvalidInput) as refusal:
            dose(clinician, session)
        assert refusal.value.field == "override_reason"
        assert "The patient consents to go on today (open)" in refusal.value.reason
        assert not session.doses.exists()
        dose(clinician, session, override_reason="agreed by telephone with the medical lead")
        line = session.entries.get(topic="override")
        assert (line.met, line.happened_at) == (False, minute(session, 20))
        assert line.text.startswith("agreed by telephone with the medical lead [")
        assert "Vital signs before the dose (open)" in line.text

    def test_over_a_check_that_is_not_met(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        check(clinician, session, "washout", at=15, met=False, text="stopped nine days ago")
        with pytest.raises(InvalidInput, match=r"Medication stopped long enough before \(not met\)"):
            dose(clinician, session)

    def test_a_yes_does_not_outweigh_a_medication_that_is_still_taken(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        medicated(clinician, session.episode)
        prepared(clinician, session)
        with pytest.raises(InvalidInput, match="not satisfied") as refusal:
            dose(clinician, session)
        assert refusal.value.field == "override_reason"
        assert not session.doses.exists()
        dose(clinician, session, override_reason="stopped this morning, the medical lead agrees")
        said = session.entries.get(topic="washout", met=False)
        assert said.text == "stopped this morning, the medical lead agrees"

    def test_with_all_met_nothing_is_said(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        assert not session.entries.filter(topic="override").exists()

    def test_checks_that_came_after_it_do_not_count(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        with pytest.raises(InvalidInput) as refusal:
            dose(clinician, session, at=8)
        assert refusal.value.field == "override_reason"

    def test_twice_is_one_and_another_amount_is_refused(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        once = uuid.uuid4()
        first = dose(clinician, session, submission_id=once)
        assert dose(clinician, session, submission_id=once) == first
        with pytest.raises(Conflict):
            dose(clinician, session, submission_id=once, amount=Decimal(120))
        assert Dose.objects.count() == 1

    def test_mg_per_kg_needs_the_weight(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        ketamine = {"substance": "ketamine", "amount": Decimal("0.5"), "unit": "mg/kg"} | sure("0.5")
        with pytest.raises(InvalidInput) as refusal:
            dose(clinician, session, **ketamine)
        assert refusal.value.field == "weight_kg"
        for wrong in ("0", "19.9", "401", "70.25", "NaN"):
            with pytest.raises(InvalidInput):
                dose(clinician, session, **ketamine, weight_kg=Decimal(wrong))
        assert dose(clinician, session, **ketamine, weight_kg=Decimal("71.5")).weight_kg == Decimal("71.5")

    def test_several_substances_and_doses(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        dose(clinician, session, 60, substance="ondansetron", amount=Decimal(4))
        dose(clinician, session, 140, amount=Decimal(40), part="supplement")
        assert session.doses.count() == 3

    def test_an_odd_amount_is_asked_about_and_nothing_is_stored(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        with pytest.raises(Implausible, match="800 mg is 10 times the planned 80 mg") as refusal:
            dose(clinician, session, amount=Decimal(800))
        assert (refusal.value.field, refusal.value.question.instead.words) == ("amount", "MDMA 80 mg")
        with pytest.raises(Implausible):
            dose(clinician, session, amount=Decimal(800), **sure(800, "  "))
        with pytest.raises(InvalidInput, match="amount_again: is not the amount"):
            dose(clinician, session, amount=Decimal(800), **sure(80))
        with pytest.raises(InvalidInput, match="amount_reason: must not be longer than 2000"):
            dose(clinician, session, amount=Decimal(800), **sure(800, "x" * 2001))
        assert not session.doses.exists()
        assert not session.entries.filter(topic="amount").exists()

    def test_it_is_taken_with_a_reason_that_stays_on_the_sheet(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        stored = dose(clinician, session, amount=Decimal(800), **sure(800, " taken by mistake "))
        line = session.entries.get(topic="amount")
        assert line.text == "taken by mistake [800 mg is 10 times the planned 80 mg.]"
        assert (line.met, line.happened_at, line.recorded_by) == (False, stored.given_at, clinician)
        assert AuditEvent.objects.filter(action="confirm_amount", object_id=line.public_id).count() == 1

    def test_of_a_misspelt_name_the_amount_is_not_asked_for_again(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        with pytest.raises(Implausible) as refusal:
            dose(clinician, session, substance="MDNA")
        assert (refusal.value.field, refusal.value.question.instead.substance) == ("substance", "MDMA")
        assert dose(clinician, session, substance="MDNA", amount_reason="so the pharmacy calls it").pk

    def test_where_nothing_is_odd_a_reason_is_not_kept(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session, **sure(80))
        assert not session.entries.filter(topic="amount").exists()

    def test_what_was_given_before_counts_with_it(self, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        first = dose(clinician, session)
        with pytest.raises(Implausible, match="With what was given before, 160 mg"):
            dose(clinician, session, 60)
        treatment.void(by=clinician, record=first, reason="it was not swallowed")
        assert dose(clinician, session, 60).pk

    def test_a_value_beyond_its_limit_needs_a_reason_of_its_own(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        vitals(clinician, session, 15, systolic=168)
        with pytest.raises(
            InvalidInput, match="Systolic blood pressure 168 mmHg: warned from 160"
        ) as refusal:
            dose(clinician, session, override_reason="the checks are fine")
        assert refusal.value.field == "limit_reason"
        with pytest.raises(InvalidInput, match="limit_reason: must not be longer than 2000"):
            dose(clinician, session, limit_reason="x" * 2001)
        assert not session.doses.exists()
        dose(clinician, session, limit_reason=" 158 by hand ")
        line = session.entries.get(topic="limit")
        assert line.text == "158 by hand [Systolic blood pressure 168 mmHg: warned from 160 mmHg on.]"
        assert not session.entries.filter(topic="override").exists()

    def test_the_supplement_needs_it_and_a_rescue_does_not(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        vitals(clinician, session, 130, systolic=168)
        with pytest.raises(InvalidInput, match="limit_reason"):
            dose(clinician, session, 140, amount=Decimal(40), part="supplement")
        assert dose(clinician, session, 141, substance="lorazepam", amount=Decimal(1)).pk
        vitals(clinician, session, 145)
        assert dose(clinician, session, 150, amount=Decimal(40), part="supplement").pk

    def test_a_long_reason_is_measured_without_what_the_program_adds(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        with pytest.raises(InvalidInput, match="override_reason: must not be longer than 2000"):
            dose(clinician, session, override_reason="x" * 2001)
        dose(clinician, session, override_reason="x" * 2000)
        assert len(session.entries.get(topic="override").text) > 2000

    def test_not_in_a_session_that_was_taken_back_or_is_of_another_kind(
        self, session: TreatmentSession, clinician: User
    ) -> None:
        talk = held_session(session.episode, clinician, clinician)
        with pytest.raises(InvalidInput, match="in a dosing session only"):
            dose(clinician, talk, override_reason="It was there.")
        treatment.void(by=clinician, record=session, reason="another patient")
        session.refresh_from_db()
        with pytest.raises(Conflict, match="was taken back"):
            dose(clinician, session, override_reason="It was there.")
        assert not Dose.objects.exists()

    def test_not_after_the_end(self, session: TreatmentSession, clinician: User) -> None:
        completed(clinician, session)
        with pytest.raises(InvalidInput, match="after the end"):
            dose(clinician, session, 235)
