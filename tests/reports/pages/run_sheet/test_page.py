"""The run-sheet page: what it says in each part of a session, and to whom."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.cast import days_ago, person
from tests.clock import BERLIN
from tests.markup import markup, said
from tests.tracking.dosing import (
    CALM,
    DENIED,
    PASSWORD,
    begun,
    check,
    completed,
    dose,
    ended,
    form,
    minute,
    prepared,
    sure,
    vitals,
)
from tracking import clock
from tracking.actions import assessments, care, dosing, treatment
from tracking.actions.signing import sign_run_sheet
from tracking.models import CareTeam, Patient, ReadEvent, TreatmentEpisode, TreatmentSession, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def address(session: TreatmentSession) -> str:
    return reverse("run-sheet", args=[session.public_id])


def text(desk: Client, session: TreatmentSession, at: float | None = None) -> str:
    """What the page says at a minute of the session, without its tags."""
    with clock.simulated(minute(session, at) if at is not None else timezone.now()):
        return said(desk.get(address(session)))


class TestBeforeTheDose:
    def test_what_is_open_and_what_was_said(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        check(clinician, session, "washout")
        check(clinician, session, "way_home", met=False, text="nobody has answered yet")
        said = text(desk, session, 20)
        assert "No dose yet" in said
        assert "2 of 5 answered" in said
        assert "nobody has answered yet" in said
        assert "4 checks open or not met." in said
        assert "MDMA 80 mg: given now" in said

    def test_with_all_met_there_is_no_reason_to_ask_for(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        said = text(desk, session, 20)
        assert "5 of 5 answered" in said
        assert "given all the same" not in said

    def test_what_was_measured_in_part_names_the_rest(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        vitals(clinician, session, 10, heart_rate=None, temperature=None)
        said = text(desk, session, 20)
        assert "Vital signs before the dose open Still to be measured: heart rate, body temperature." in said

    def test_a_dose_by_weight_asks_for_the_weight_of_today(
        self, desk: Client, patient: Patient, clinician: User, second: User
    ) -> None:
        episode = care.start_episode(
            by=clinician, patient=patient, diagnosis="mdd", protocol="ketamine-infusion", arm="therapy",
            starts_on=days_ago(30),
        )  # fmt: skip
        session = begun(clinician, episode, second)
        body = markup(desk.get(address(session)))
        assert '<label for="weight-first">Body weight today</label>' in body
        assert re.search(r'id="weight-first" name="weight_kg" value="" required> ?<span>kg</span>', body)
        assert "ketamine 0.5 mg/kg: given now" in body


class TestDuring:
    def test_the_supplement_has_its_hours_before_they_come(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        """The dose at minute 20; the supplement 90 to 150 minutes after it."""
        prepared(clinician, session)
        dose(clinician, session)
        opens, closes = (f"{minute(session, at).astimezone(BERLIN):%H:%M}" for at in (110, 170))
        said = text(desk, session, 60)
        assert f"Supplement from {opens} to {closes}" in said
        assert f"Planned from {opens} to {closes}." in said

    def test_what_is_due_names_what_is_lacking(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        vitals(clinician, session, 140, temperature=None)
        said = text(desk, session, 150)
        assert "Now Vital signs before the supplemental dose (body temperature);" in said

    def test_elapsed_time_amounts_and_the_window(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session, weight_kg=Decimal(80))
        said = text(desk, session, 20 + 134)
        assert "2 h 14 min since the first dose" in said
        assert "MDMA 80 mg in all, 1 mg/kg" in said
        assert "may be given until" in said
        assert "MDMA 40 mg: given now" in said

    def test_a_warning_stands_until_a_later_reading_and_stays_in_the_log(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        vitals(clinician, session, 30, systolic=168)
        words = "Systolic blood pressure 168 mmHg: warned from 160 mmHg on."
        said = text(desk, session)
        assert "Beyond the limit" in said
        assert said.count(words) == 3  # the warning, the check and the log
        assert "the limit is a default of this platform" in said
        vitals(clinician, session, 60)
        said = text(desk, session)
        assert "This stays until a later reading is within the limit." not in said
        assert said.count(words) == 1

    def test_a_check_beyond_its_limit_is_not_done_and_the_dose_asks_why(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        assert "limit_reason" not in desk.get(address(session)).content.decode()
        vitals(clinician, session, 15, systolic=168)
        body = desk.get(address(session)).content.decode()
        assert "beyond the limit" in body and "mmHg on. Measure again." in body
        assert body.count('name="limit_reason"') == 2  # as planned with one tap, and as typed
        dose(clinician, session, limit_reason="158 by hand")
        assert "Dose given although a value was beyond its limit" in text(desk, session)
        assert 'name="limit_reason" rows="2" maxlength="2000">' in desk.get(address(session)).content.decode()

    def test_where_doses_differ_from_the_plan_it_says_so(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session, amount=Decimal(100), **sure(100))
        dose(clinician, session, 60, amount=Decimal(40), part="supplement")
        said = text(desk, session)
        assert "MDMA 100 mg given, 80 mg planned." in said
        assert "given 40 minutes after the first dose, 90 to 150 planned." in said

    def test_mg_per_kg_is_shown_in_mg(self, desk: Client, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        ketamine = {"substance": "ketamine", "amount": Decimal("0.5"), "unit": "mg/kg"} | sure("0.5")
        dose(clinician, session, **ketamine, weight_kg=Decimal("71.4"))
        assert "35.7 mg at 71.4 kg" in text(desk, session)

    def test_the_trend_has_its_table_and_its_limits(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        vitals(clinician, session, 30, systolic=168)
        body = desk.get(address(session)).content.decode()
        assert "Vital signs against the limits" in body
        assert "168 beyond the limit" in body

    def test_a_tap_gets_the_part_alone(self, desk: Client, session: TreatmentSession) -> None:
        part = desk.get(address(session), HTTP_X_TAP="1").content.decode()
        assert part.lstrip().startswith('<div id="sheet"')
        assert "<html" not in part


class TestLog:
    def test_newest_first_with_who_and_what_came_late(
        self, desk: Client, session: TreatmentSession, clinician: User, second: User
    ) -> None:
        dosing.record_event(by=second, session=session, submission_id=uuid.uuid4(), topic="bathroom")
        check(clinician, session, "washout")
        said = text(desk, session).partition("Log")[2]
        assert said.index("Bathroom") < said.index("Medication stopped long enough before: yes")
        assert "Sam Second" in said
        assert said.count("recorded late") == 1

    def test_what_was_taken_back_stays_readable(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        entry = dosing.record_event(by=clinician, session=session, submission_id=uuid.uuid4(), topic="nausea")
        treatment.void(by=clinician, record=entry, reason="it was hunger")
        said = text(desk, session)
        assert "Taken back by Clara Clinician" in said
        assert "it was hunger" in said

    def test_a_correction_names_its_earlier_versions(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        wrong = vitals(clinician, session, 30, systolic=186).assessment
        assessments.correct_assessment(by=clinician, assessment=wrong, answers=CALM, reason="digits swapped")
        said = text(desk, session)
        assert "corrected, 1 earlier version" in said
        assert "186" not in said

    def test_an_adverse_event_says_what_was_judged(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        answers = {"term": "Jaw tension", "severity": 1, "relatedness": 3, "action": 4, "outcome": 2}
        answers |= dict.fromkeys(
            ("death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly"), False
        )
        form(clinician, session, "adverse_event", answers | {"medically_important": False}, 60)
        said = text(desk, session)
        assert "Adverse event: Jaw tension" in said
        assert "Probable; Dose not changed; Recovering; serious adverse event: not met" in said

    def test_the_interview_gives_its_level(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        form(clinician, session, "cssrs_screener", DENIED, 12)
        assert "Triage: no item endorsed" in text(desk, session)


class TestAfterwards:
    def test_a_session_may_end_without_a_dose(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        end = ended(clinician, session, 40).happened_at
        first, last = (f"{at.astimezone(BERLIN):%H:%M}" for at in (session.starts_at, end))
        assert f"Ended without a dose began at {first}, ended at {last}" in text(desk, session)

    def test_what_was_measured_in_part_is_named_before_the_signature(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        vitals(clinician, session, 195, temperature=None)
        ended(clinician, session, 200)
        said = text(desk, session).partition("Before it can be signed")[2]
        assert "Vital signs at the end Body temperature." in said

    def test_what_is_missing_is_named_and_nobody_signs(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        dose(clinician, session)
        ended(clinician, session, 200)
        said = text(desk, session)
        assert "Before it can be signed" in said
        assert "Supplemental dose given or withheld" in said
        assert "Your password" not in said

    def test_signatures_and_whether_they_hold(
        self, desk: Client, session: TreatmentSession, clinician: User, second: User
    ) -> None:
        completed(clinician, session)
        said = text(desk, session)
        assert "0 of 2" in said
        assert "Your password" in said
        second.set_password(PASSWORD)
        second.save()
        sign_run_sheet(by=second, session=session, password=PASSWORD)
        said = text(desk, session)
        assert "1 of 2" in said
        assert "Your password" in said
        vitals(clinician, session, 229)
        said = text(desk, session)
        assert "0 of 2" in said
        assert "no longer holds" in said

    def test_who_was_not_there_is_not_asked_to_sign(
        self, client: Client, session: TreatmentSession, clinician: User, team_a: CareTeam
    ) -> None:
        completed(clinician, session)
        other = person("Lou Late", Role.CLINICIAN)
        care.add_member(by=None, team=team_a, user=other)
        client.force_login(other)
        assert "Your password" not in text(client, session)


class TestPatientPage:
    def page(self, desk: Client, patient: Patient) -> str:
        return desk.get(reverse("patient", args=[patient.public_id])).content.decode()

    def test_it_leads_to_a_session_under_way_or_begins_one(
        self, desk: Client, patient: Patient, mdma: TreatmentEpisode, clinician: User, second: User
    ) -> None:
        assert reverse("dosing-begin", args=[mdma.public_id]) in self.page(desk, patient)
        session = begun(clinician, mdma, second)
        body = self.page(desk, patient)
        assert reverse("dosing-begin", args=[mdma.public_id]) not in body
        assert body.count(address(session)) == 2  # the button and the row of the session

    def test_vital_signs_do_not_flood_it_and_adverse_events_stay(
        self, desk: Client, patient: Patient, session: TreatmentSession, clinician: User
    ) -> None:
        vitals(clinician, session, 30)
        form(clinician, session, "adverse_event", {"term": "Headache", "severity": 1}, 60)
        body = self.page(desk, patient)
        assert "Vital signs" not in body
        assert "Adverse event" in body

    def test_the_page_of_the_session_leads_to_the_sheet(
        self, desk: Client, session: TreatmentSession, clinician: User
    ) -> None:
        completed(clinician, session)
        body = desk.get(reverse("session", args=[session.public_id])).content.decode()
        assert address(session) in body
        assert "230 minutes" in body
        assert 'id="doses"' not in body


def test_reading_it_is_logged(desk: Client, session: TreatmentSession) -> None:
    desk.get(address(session))
    assert ReadEvent.objects.filter(page="run-sheet").count() == 1


def test_it_asks_the_database_the_same_number_of_times_however_long_it_is(
    desk: Client,
    session: TreatmentSession,
    clinician: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    completed(clinician, session)
    for number in range(20):
        vitals(clinician, session, 30 + number)
        moment = session.starts_at + timedelta(minutes=30 + number)
        dosing.record_event(
            by=clinician, session=session, submission_id=uuid.uuid4(), topic="music", happened_at=moment
        )
    with django_assert_max_num_queries(35):
        desk.get(address(session))
