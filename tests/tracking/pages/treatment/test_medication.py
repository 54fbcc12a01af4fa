"""The pages of a medication: planned beside taken, a plan made and carried out, a check asked for."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import days_ago
from tests.clock import BERLIN
from tests.markup import markup, said
from tests.reports.clinic import rate
from tests.tracking.scheduled import start
from tests.tracking.treated import medicated
from tracking.actions import tapers, treatment, washouts
from tracking.models import MedicationCourse, Patient, PlannedDoseStep, TreatmentEpisode, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def course(episode: TreatmentEpisode, clinician: User) -> MedicationCourse:
    return medicated(clinician, episode)


@pytest.fixture
def planned(course: MedicationCourse, clinician: User) -> list[PlannedDoseStep]:
    steps = [(days_ago(0), Decimal(50)), (days_ago(-7), Decimal(0))]
    return tapers.plan_taper(by=clinician, course=course, steps=steps)


def sentences(response: HttpResponse) -> str:
    return said(response).replace(" .", ".")


def plan_url(course: MedicationCourse) -> str:
    return reverse("taper-plan", args=[course.public_id])


def take_url(planned: PlannedDoseStep) -> str:
    return reverse("planned-take", args=[planned.public_id])


def addresses(course: MedicationCourse, planned: list[PlannedDoseStep]) -> list[str]:
    return [
        plan_url(course),
        take_url(planned[0]),
        reverse("discontinuation-ask", args=[course.public_id]),
        reverse("record-void", args=["planned-step", planned[1].public_id]),
    ]


class TestWhoGetsIn:
    def test_an_outsider_meets_what_does_not_exist(
        self, client: Client, outsider: User, course, planned
    ) -> None:
        client.force_login(outsider)
        for address in addresses(course, planned):
            parts = address.split("/")
            dead = "/".join(str(uuid.uuid4()) if len(part) == 36 else part for part in parts)
            for method in (client.get, client.post):
                found, missing = method(address), method(dead)
                assert (found.status_code, found.content) == (404, missing.content)

    def test_a_researcher_and_a_rater_are_refused(
        self, client: Client, researcher: User, rater: User, course, planned
    ) -> None:
        for user in (researcher, rater):
            client.force_login(user)
            assert {client.post(address).status_code for address in addresses(course, planned)} == {403}
        assert course.dose_changes.count() == 1


class TestPlan:
    def test_equal_steps_are_filled_in_and_can_be_changed(
        self, desk: Client, course: MedicationCourse
    ) -> None:
        span = {"first_on": days_ago(-7), "last_on": days_ago(-21), "count": 3}
        page = desk.get(plan_url(course), span)
        assert page.context["form"].initial["amount_1"] == "62.5"
        assert page.context["form"].initial["day_3"] == days_ago(-21)
        data = {
            "day_1": days_ago(-7),
            "amount_1": "70",  # no tablets make it up
            "is_liquid": "on",
            "day_2": "",
            "amount_2": "",
            "day_3": days_ago(-21),
            "amount_3": "0",
        }
        refused = desk.post(
            plan_url(course), {key: value for key, value in data.items() if key != "is_liquid"}
        )
        assert set(refused.context["form"].errors) == {"amount_1"}
        assert desk.post(plan_url(course), data).status_code == 302
        assert list(course.planned_steps.values_list("planned_on", "amount_per_day", "is_liquid")) == [
            (days_ago(-7), 70, True),
            (days_ago(-21), 0, False),
        ]
        page = desk.get(reverse("medication", args=[course.public_id])).content.decode()
        assert '<span class="quiet">liquid</span>' in page

    def test_a_span_without_enough_days_is_said(self, desk: Client, course: MedicationCourse) -> None:
        page = desk.get(plan_url(course), {"first_on": days_ago(-7), "last_on": days_ago(-8), "count": 5})
        assert "not so many days" in page.content.decode()

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"day_1": "", "amount_1": "50"}, "day_1"),
            ({"day_1": "2999-01-01", "amount_1": ""}, "amount_1"),
            ({"day_1": "2999-01-01", "amount_1": "50"}, "day_1"),
            ({"day_1": "", "amount_1": "", "day_2": "TODAY", "amount_2": "150"}, "amount_2"),
            ({"day_1": "", "amount_1": ""}, "__all__"),
        ],
    )
    def test_a_refusal_stands_beside_its_row(
        self, desk: Client, course: MedicationCourse, data: dict, field: str
    ) -> None:
        page = desk.post(
            plan_url(course),
            {key: str(days_ago(0)) if value == "TODAY" else value for key, value in data.items()},
        )
        assert page.status_code == 400
        assert set(page.context["form"].errors) == {field}
        assert not course.planned_steps.exists()

    def test_a_stopped_medication_is_refused(
        self, desk: Client, clinician: User, course: MedicationCourse
    ) -> None:
        treatment.stop_medication(by=clinician, course=course, stopped_on=days_ago(1), reason="other")
        assert desk.get(plan_url(course)).status_code == 200
        data = {"day_1": days_ago(-7), "amount_1": "50"}
        assert desk.post(plan_url(course), data).status_code == 409

    def test_a_start_leads_to_the_plan_of_its_protocol(
        self, desk: Client, clinician: User, patient: Patient
    ) -> None:
        panic = start(patient, clinician, "cbt-anxiolytic-panic", "combined", days=10)
        data = {
            "substance": "alprazolam",
            "started_on": str(days_ago(5)),
            "amount_per_day": "2",
            "unit": "mg",
            "route": "oral",
        }
        response = desk.post(reverse("medication-new", args=[panic.public_id]), data, follow=True)
        assert response.redirect_chain[-1][0] == plan_url(panic.medications.get())
        assert "those of the treatment protocol" in response.content.decode()
        assert response.context["form"].initial["amount_1"] == "1.625"  # whole tablets and halves


class TestOddAmounts:
    START = {"substance": "sertraline", "amount_per_day": "50", "unit": "mg", "route": "oral"}

    @pytest.mark.parametrize(
        ("odd", "field", "says"),
        [
            ({"amount_per_day": "1000"}, "amount_per_day", "1000 mg is 5 times the most that is usual a day"),
            ({"substance": "setraline"}, "substance", "is sertraline meant?"),
            ({"unit": "ug"}, "amount_per_day", "50 µg is less than the least that is usual a day"),
            ({"unit": "pulses"}, "unit", "cannot be compared"),
        ],
    )
    def test_a_start_is_asked_about(
        self, desk: Client, episode: TreatmentEpisode, odd: dict, field: str, says: str
    ) -> None:
        url = reverse("medication-new", args=[episode.public_id])
        data = self.START | {"started_on": str(days_ago(5))} | odd
        asked = desk.post(url, data)
        assert (asked.status_code, set(asked.context["form"].errors)) == (400, {field})
        assert says in asked.content.decode() and "Is this right?" in asked.content.decode()
        assert not episode.medications.exists()
        answered = data | {"amount_again": data["amount_per_day"], "amount_reason": "the label says so"}
        assert desk.post(url, answered).status_code == 302
        start = episode.medications.get().dose_changes.get()
        assert start.amount_reason.startswith("the label says so [")
        page = desk.get(reverse("medication", args=[start.course.public_id])).content.decode()
        assert "asked about: <bdi>the label says so" in page

    def test_a_change_is_asked_about_and_taken_as_a_liquid(
        self, desk: Client, course: MedicationCourse
    ) -> None:
        url = reverse("medication", args=[course.public_id])
        step = {"do": "change", "change-step": "change", "change-changed_on": str(days_ago(1))}
        asked = desk.post(url, step | {"change-amount_per_day": "2000"})
        assert (asked.status_code, set(asked.context["change"].errors)) == (400, {"amount_per_day"})
        assert "2000 mg is 10 times" in asked.content.decode()
        refused = desk.post(url, step | {"change-amount_per_day": "2.5"})
        assert "No tablets of sertraline make up 2.5 mg" in refused.content.decode()
        liquid = step | {"change-amount_per_day": "2.5", "change-is_liquid": "on"}
        assert desk.post(url, liquid).status_code == 302
        assert course.dose_changes.get(step="change").is_liquid

    def test_a_name_that_was_confirmed_is_not_asked_about_again(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        course = medicated(clinician, episode, "setraline", amount_reason="the name of the trial")
        change = treatment.change_dose(
            by=clinician, course=course, changed_on=days_ago(1), amount_per_day=Decimal(50)
        )
        assert change.amount_reason == ""


class TestStep:
    def test_the_page_offers_what_is_due(self, desk: Client, course: MedicationCourse, planned) -> None:
        text = self.page(desk, course)
        assert take_url(planned[0]) in text
        assert "due today" in text
        assert "polyline" in text

    def test_it_is_taken_in_one_press(self, desk: Client, course: MedicationCourse, planned, nudges) -> None:
        assert desk.post(take_url(planned[0])).status_code == 302
        assert course.dose_changes.get(step="taper").amount_per_day == 50
        assert nudges == [course.episode_id]
        assert desk.post(take_url(planned[0])).status_code == 409
        text = desk.get(reverse("medication", args=[course.public_id])).content.decode()
        assert "done on time" in text

    def page(self, desk: Client, course: MedicationCourse) -> str:
        return markup(desk.get(reverse("medication", args=[course.public_id])))

    def test_what_was_not_taken_in_time_is_overdue_and_then_late(
        self, desk: Client, course: MedicationCourse, planned, clinician: User, time_machine
    ) -> None:
        time_machine.move_to(timezone.now() + timedelta(days=3))
        desk.force_login(clinician)
        assert '<span class="tag warn">overdue by 3 days</span>' in self.page(desk, course)
        desk.post(take_url(planned[0]))
        assert "<span>done 3 days late</span>" in self.page(desk, course)

    def test_what_was_taken_before_its_day_is_early(
        self, desk: Client, course: MedicationCourse, planned, clinician: User, time_machine
    ) -> None:
        desk.post(take_url(planned[0]))
        time_machine.move_to(timezone.now() + timedelta(days=2))
        desk.force_login(clinician)
        desk.post(take_url(planned[1]), {"reason": "recovered"})
        page = self.page(desk, course)
        assert "<span>done on time</span>" in page and "<span>done 5 days early</span>" in page

    def test_a_second_step_on_one_day_does_not_stand_for_what_the_first_was_planned_as(
        self, desk: Client, course: MedicationCourse, planned
    ) -> None:
        desk.post(take_url(planned[0]))
        desk.post(reverse("medication", args=[course.public_id]), self.stop())
        rows = re.findall(r"<tr>.*?</tr>", self.page(desk, course), flags=re.DOTALL)
        taken = [row for row in rows if "done on time" in row]
        assert len(taken) == 1 and "Taper step" in taken[0]
        assert not any("no longer needed" in row and "50 mg" in row for row in rows)

    def stop(self) -> dict[str, str]:
        return {"do": "stop", "stop-stopped_on": str(days_ago(0)), "stop-reason": "recovered"}

    def test_a_stop_that_is_due_leads_to_the_question_why(
        self, desk: Client, course: MedicationCourse, planned, clinician: User, time_machine
    ) -> None:
        desk.post(take_url(planned[0]))
        assert "Stop it today" not in self.page(desk, course)
        time_machine.move_to(timezone.now() + timedelta(days=7))
        desk.force_login(clinician)
        page = self.page(desk, course)
        assert f"Planned for {planned[1].planned_on:%-d %B %Y}: stop" in page
        assert f'<a class="button" href="{take_url(planned[1])}">Stop it today</a>' in page

    def test_a_planned_stop_asks_why(self, desk: Client, course: MedicationCourse, planned) -> None:
        assert desk.post(take_url(planned[1])).status_code == 400
        assert desk.post(take_url(planned[1]), {"reason": "recovered"}).status_code == 302
        assert course.dose_changes.get(step="stop").stop_reason == "recovered"

    def test_a_planned_step_is_taken_back(self, desk: Client, course: MedicationCourse, planned) -> None:
        url = reverse("record-void", args=["planned-step", planned[1].public_id])
        assert "planned step of sertraline" in desk.get(url).content.decode().lower()
        assert desk.post(url, {"reason": "not yet"}).status_code == 302
        text = desk.get(reverse("medication", args=[course.public_id])).content.decode()
        assert "1 planned step taken back" in text
        assert "not yet" in text


class TestReports:
    def test_the_check_is_asked_for(self, desk: Client, course: MedicationCourse) -> None:
        url = reverse("discontinuation-ask", args=[course.public_id])
        assert desk.post(url, {"closes_on": ""}).status_code == 400
        assert desk.post(url, {"closes_on": str(days_ago(1))}).status_code == 400
        response = desk.post(url, {"closes_on": str(days_ago(-3))})
        assert response.url == reverse("link-new", args=[course.episode.public_id])
        (asked,) = course.episode.requests.all()
        assert (asked.instrument, asked.closes_on) == ("discontinuation_check", days_ago(-3))

    def test_it_is_offered_once_the_dose_was_lowered(
        self, desk: Client, clinician: User, course, planned
    ) -> None:
        page, offer = reverse("medication", args=[course.public_id]), "Ask about discontinuation symptoms"
        assert offer not in desk.get(page).content.decode()
        tapers.take_planned_step(by=clinician, planned=planned[0])
        assert offer in desk.get(page).content.decode()

    def test_no_number_without_its_scale(
        self, desk: Client, clinician: User, course: MedicationCourse
    ) -> None:
        rate(course.episode, clinician, 30, 21, "mars5")
        rate(course.episode, clinician, 60, None, "mars5")
        rate(course.episode, clinician, 62, 4, "discontinuation_check")
        text = desk.get(reverse("medication", args=[course.public_id])).content.decode()
        assert "MARS-5, 5–25, higher is better." in text
        assert "an answer is missing" in text
        assert "Discontinuation check, 0–18, higher is worse." in text
        patient = markup(desk.get(reverse("patient", args=[course.episode.patient.public_id])))
        assert "(5–25, higher is better)" in patient
        assert "n = 2; an answer is missing" in patient


class TestWashout:
    @pytest.fixture
    def session(self, episode: TreatmentEpisode, clinician: User):
        begins = timezone.now().replace(second=0, microsecond=0)
        return treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)

    def dose(self, desk: Client, session, **more: str):
        data = {"part": "main", "substance": "psilocybin", "amount": "25", "unit": "mg", "route": "oral"}
        data["given_at"] = f"{session.starts_at.astimezone(BERLIN):%Y-%m-%dT%H:%M}"
        return desk.post(reverse("dose-new", args=[session.public_id]), data | more)

    def test_the_dose_asks_for_a_reason(self, desk: Client, course: MedicationCourse, session) -> None:
        page = desk.get(reverse("dose-new", args=[session.public_id])).content.decode()
        assert "not satisfied" in page
        assert "sertraline: still taken" in page
        refused = self.dose(desk, session)
        assert refused.status_code == 400
        assert set(refused.context["form"].errors) == {"washout_reason"}
        assert self.dose(desk, session, washout_reason="agreed").status_code == 302
        assert session.entries.get().text == "agreed"
        told = desk.get(reverse("session", args=[session.public_id])).content.decode()
        assert '<dd>Passed over: <bdi>agreed</bdi> <span class="quiet">(Clara Clinician)</span></dd>' in told
        assert (
            "washout_reason" not in desk.get(reverse("dose-new", args=[session.public_id])).content.decode()
        )

    @pytest.mark.parametrize(
        ("days", "verdict", "words"),
        [
            (None, "cannot be said", "the site has not set how many days"),
            (14, "satisfied", "14 asked for"),
            (30, "not satisfied", "30 asked for"),
        ],
    )
    def test_a_medication_that_was_stopped_is_held_against_the_days_of_the_site(
        self,
        desk: Client,
        clinician: User,
        administrator: User,
        course: MedicationCourse,
        session,
        days: int | None,
        verdict: str,
        words: str,
    ) -> None:
        treatment.stop_medication(by=clinician, course=course, stopped_on=days_ago(20), reason="other")
        if days:
            rule = {"protocol": "psilocybin-mdd", "what": "Antidepressants", "days": days}
            washouts.set_washout_rule(by=administrator, site=course.episode.patient.team.site, **rule)
        text = sentences(desk.get(reverse("dose-new", args=[session.public_id])))
        stopped = (
            f"sertraline: stopped {days_ago(20):%-d %B %Y}, 20 days by {days_ago(0):%-d %B %Y}; {words}."
        )
        assert f"Antidepressants {verdict} {stopped}" in text

    def test_a_new_session_warns(
        self, desk: Client, course: MedicationCourse, episode: TreatmentEpisode
    ) -> None:
        page = desk.get(reverse("session-new", args=[episode.public_id])).content.decode()
        assert "a reason will be asked for" in page
        assert "Lithium" in page
