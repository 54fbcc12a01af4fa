"""The pages that record treatment: they work, they say what is wrong, and nobody else gets in."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import days_ago
from tests.clock import BERLIN
from tests.markup import markup
from tests.tracking.treated import dosed, medicated
from tracking.actions import treatment
from tracking.models import (
    AssessmentRequest,
    Dose,
    DoseChange,
    MedicationCourse,
    ReadEvent,
    TreatmentEpisode,
    TreatmentSession,
    User,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def dosing(episode: TreatmentEpisode, clinician: User) -> TreatmentSession:
    begins = timezone.now().replace(second=0, microsecond=0) - timedelta(days=2)
    return treatment.record_session(by=clinician, episode=episode, kind="dosing", starts_at=begins)


@pytest.fixture
def dose(dosing: TreatmentSession, clinician: User) -> Dose:
    return dosed(clinician, dosing, given_at=dosing.starts_at)


@pytest.fixture
def medication(episode: TreatmentEpisode, clinician: User) -> MedicationCourse:
    return medicated(clinician, episode)


@pytest.fixture
def change(medication: MedicationCourse, clinician: User) -> DoseChange:
    return treatment.change_dose(
        by=clinician, course=medication, changed_on=days_ago(20), amount_per_day=Decimal(150)
    )


@pytest.fixture
def addresses(
    episode: TreatmentEpisode, dose: Dose, medication: MedicationCourse, change: DoseChange
) -> list[str]:
    """Every page of this module, about this patient."""
    session = dose.session
    return [
        reverse("session-new", args=[episode.public_id]),
        reverse("session", args=[session.public_id]),
        reverse("dose-new", args=[session.public_id]),
        reverse("medication-new", args=[episode.public_id]),
        reverse("medication", args=[medication.public_id]),
        *(
            reverse("record-void", args=[kind, record.public_id])
            for kind, record in (
                ("session", session),
                ("dose", dose),
                ("medication", medication),
                ("dose-change", change),
            )
        ),
    ]


def local(moment: datetime) -> str:
    """As the browser's picker sends it, in the patient's time."""
    return f"{moment.astimezone(BERLIN):%Y-%m-%dT%H:%M}"


def dead(address: str) -> str:
    """The same kind of address for a row that does not exist."""
    parts = address.split("/")
    return "/".join(str(uuid.uuid4()) if len(part) == 36 else part for part in parts)


class TestWhoGetsIn:
    def test_the_clinician_of_the_team_sees_each_page_and_is_logged(
        self, desk: Client, addresses: list[str], episode: TreatmentEpisode, clinician: User
    ) -> None:
        for number, address in enumerate(addresses, start=1):
            assert desk.get(address).status_code == 200, address
            assert ReadEvent.objects.count() == number
        event = ReadEvent.objects.last()
        assert (event.actor, event.patient) == (clinician.public_id, episode.patient.public_id)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_outsider_meets_the_same_404_as_for_nothing(
        self, client: Client, outsider: User, addresses: list[str], method: str
    ) -> None:
        client.force_login(outsider)
        for address in addresses:
            foreign = getattr(client, method)(address, {"reason": "x"})
            absent = getattr(client, method)(dead(address), {"reason": "x"})
            assert foreign.status_code == absent.status_code == 404
            assert foreign.content == absent.content
        assert not ReadEvent.objects.exists()
        assert TreatmentSession.objects.standing().count() == 1

    @pytest.mark.parametrize("who", ["rater", "researcher", "steward", "administrator", "patient_user"])
    def test_another_role_is_refused(
        self, client: Client, addresses: list[str], who: str, request: pytest.FixtureRequest
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        for address in addresses:
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "x"}).status_code == 403

    def test_a_stranger_is_sent_to_sign_in(self, client: Client, addresses: list[str]) -> None:
        for address in addresses:
            for response in (client.get(address), client.post(address, {"reason": "x"})):
                assert response.status_code == 302
                assert response.url.startswith(reverse("account_login"))

    def test_other_methods_are_closed(self, desk: Client, addresses: list[str]) -> None:
        for address in addresses:
            assert desk.put(address).status_code == desk.delete(address).status_code == 405


class TestSessions:
    def record(self, desk: Client, episode: TreatmentEpisode, **changes: object):
        values = {
            "kind": "integration",
            "attendance": "attended",
            "starts_at": local(timezone.now() - timedelta(hours=3)),
            "minutes": "90",
        }
        return desk.post(reverse("session-new", args=[episode.public_id]), values | changes)

    def test_it_is_kept_with_its_people_and_its_dosing_session(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession, clinician: User, nudges
    ) -> None:
        response = self.record(desk, episode, integrates=dosing.pk, present_lead=clinician.pk, note="quiet")
        assert response.url == reverse("patient", args=[episode.patient.public_id])
        kept = TreatmentSession.objects.get(kind="integration")
        assert (kept.integrates, kept.minutes, kept.note) == (dosing, 90, "quiet")
        assert list(kept.people_present.values_list("user", "role")) == [(clinician.pk, "lead")]
        assert nudges == [episode.pk]

    def test_a_session_and_what_integrates_it_lead_to_each_other(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession
    ) -> None:
        later = local(timezone.now() - timedelta(hours=1))
        self.record(desk, episode, integrates=dosing.pk)
        self.record(desk, episode, integrates=dosing.pk, attendance="missed", minutes="", starts_at=later)
        held, missed = TreatmentSession.objects.filter(kind="integration").order_by("pk")
        places = {row: reverse("session", args=[row.public_id]) for row in (dosing, held, missed)}
        day = dosing.starts_at.astimezone(BERLIN)
        integrates = f'<a href="{places[dosing]}">Dosing session of {day:%-d %B %Y}</a>'
        assert f"<dt>Integrates</dt><dd>{integrates}</dd>" in markup(desk.get(places[held]))
        page = markup(desk.get(places[dosing]))
        assert f'<a href="{places[held]}">Integration</a> <span class="quiet">90 minutes</span>' in page
        assert f'<a href="{places[missed]}">Integration</a> · missed</span>' in page

    def test_the_time_is_the_patients_own(self, desk: Client, episode: TreatmentEpisode) -> None:
        noon = timezone.now().astimezone(BERLIN).replace(hour=12, minute=0) - timedelta(days=4)
        self.record(desk, episode, starts_at=f"{noon:%Y-%m-%dT%H:%M}")
        kept = TreatmentSession.objects.get()
        assert kept.starts_at.astimezone(BERLIN).strftime("%d %H:%M") == noon.strftime("%d %H:%M")
        assert kept.starts_at.utcoffset() == timedelta(0)

    def test_a_dosing_session_leads_on_to_its_dose(self, desk: Client, episode: TreatmentEpisode) -> None:
        response = self.record(desk, episode, kind="dosing")
        assert response.url == reverse("dose-new", args=[TreatmentSession.objects.get().public_id])

    def test_one_that_was_missed_does_not(self, desk: Client, episode: TreatmentEpisode) -> None:
        response = self.record(desk, episode, kind="dosing", attendance="missed")
        assert response.url == reverse("patient", args=[episode.patient.public_id])
        session = TreatmentSession.objects.get()
        assert desk.get(reverse("dose-new", args=[session.public_id])).status_code == 404

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"kind": ""}, "This field is required"),
            ({"kind": "massage"}, "Select a valid choice"),
            ({"starts_at": "yesterday"}, "Enter a valid date/time"),
            ({"starts_at": "2999-01-01T10:00"}, "Lies in the future"),
            ({"starts_at": "1999-01-01T10:00"}, "Is before the first day of the episode"),
            ({"minutes": "-5"}, "greater than or equal to 1"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, desk: Client, episode: TreatmentEpisode, changes: dict, said: str, nudges
    ) -> None:
        response = self.record(desk, episode, **changes)
        assert response.status_code == 400
        assert said in response.content.decode()
        assert not TreatmentSession.objects.exists()
        assert nudges == []

    def test_posted_twice_is_kept_once(self, desk: Client, episode: TreatmentEpisode) -> None:
        assert self.record(desk, episode).status_code == 302
        again = self.record(desk, episode)
        assert again.status_code == 409
        assert "already recorded" in again.content.decode()
        assert TreatmentSession.objects.count() == 1

    def test_nobody_from_another_team_can_be_put_into_the_room(
        self, desk: Client, episode: TreatmentEpisode, outsider: User
    ) -> None:
        assert self.record(desk, episode, present_lead=outsider.pk).status_code == 400
        assert not TreatmentSession.objects.exists()

    def test_the_same_person_twice_is_refused(
        self, desk: Client, episode: TreatmentEpisode, clinician: User
    ) -> None:
        response = self.record(desk, episode, present_lead=clinician.pk, present_second=clinician.pk)
        assert response.status_code == 400
        assert "names the same person twice" in response.content.decode()

    def test_what_was_typed_is_shown_as_text(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession
    ) -> None:
        self.record(desk, episode, note="<script>alert(1)</script>{{ 7|add:7 }}")
        kept = TreatmentSession.objects.get(kind="integration")
        page = desk.get(reverse("session", args=[kept.public_id])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


class TestDoses:
    def give(self, desk: Client, dosing: TreatmentSession, **changes: object):
        values = {
            "part": "main",
            "substance": "psilocybin",
            "amount": "25",
            "unit": "mg",
            "route": "oral",
            "given_at": local(dosing.starts_at + timedelta(minutes=30)),
        }
        return desk.post(reverse("dose-new", args=[dosing.public_id]), values | changes)

    @pytest.mark.parametrize(
        ("changes", "instead"),
        [
            ({"amount": "25000"}, "psilocybin 25 mg"),
            ({"substance": "psylocibin"}, "psilocybin 25 mg"),
            ({"amount": "25", "unit": "pulses"}, "psilocybin 25 mg"),
        ],
    )
    def test_a_dose_that_is_not_plausible_is_held_back(
        self, desk: Client, dosing: TreatmentSession, changes: dict, instead: str
    ) -> None:
        """The protocol leaves the amount to the site, so that the list of substances is asked."""
        asked = self.give(desk, dosing, **changes)
        question = asked.context["form"].question
        assert (asked.status_code, question.instead.words) == (400, instead)
        assert "Is this right?" in asked.content.decode()
        assert not dosing.doses.exists()
        answered = changes | {"amount_again": changes.get("amount", "25"), "amount_reason": "so it was"}
        assert self.give(desk, dosing, **answered).status_code == 302
        page = desk.get(reverse("session", args=[dosing.public_id])).content.decode()
        assert "<dd>Asked about: <bdi>so it was [" in page

    def test_a_dose_asks_for_what_follows_it(
        self, desk: Client, episode: TreatmentEpisode, dosing: TreatmentSession, nudges
    ) -> None:
        response = self.give(desk, dosing)
        assert response.url == reverse("patient", args=[episode.patient.public_id])
        assert dosing.doses.get().amount == 25
        assert AssessmentRequest.objects.filter(anchor_session=dosing, instrument="meq30").count() == 1
        assert nudges == [episode.pk]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"amount": ""}, "This field is required"),
            ({"amount": "0"}, "Must be more than zero"),
            ({"amount": "25.0001"}, "no more than 3 decimal places"),
            ({"amount": "NaN"}, "Enter a number"),
            ({"unit": "kg"}, "Select a valid choice"),
            ({"part": "supplement"}, "needs a dose before it"),
            ({"given_at": "2999-01-01T10:00"}, "Lies in the future"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, desk: Client, dosing: TreatmentSession, changes: dict, said: str
    ) -> None:
        response = self.give(desk, dosing, **changes)
        assert response.status_code == 400
        assert said in response.content.decode()
        assert not Dose.objects.exists()

    def test_posted_twice_is_kept_once(self, desk: Client, dosing: TreatmentSession) -> None:
        self.give(desk, dosing)
        assert self.give(desk, dosing).status_code == 409
        assert Dose.objects.count() == 1


class TestMedication:
    def test_a_medication_is_started(self, desk: Client, episode: TreatmentEpisode, nudges) -> None:
        values = {
            "substance": "lithium",
            "started_on": days_ago(300),
            "amount_per_day": "450",
            "unit": "mg",
            "route": "oral",
        }
        address = reverse("medication-new", args=[episode.public_id])
        assert desk.post(address, values).status_code == 302
        assert MedicationCourse.objects.get().substance == "lithium"
        assert nudges == [episode.pk]
        assert desk.post(address, values).status_code == 409
        assert MedicationCourse.objects.count() == 1

    def test_a_taper_step_and_a_stop(
        self, desk: Client, medication: MedicationCourse, episode: TreatmentEpisode
    ) -> None:
        address = reverse("medication", args=[medication.public_id])
        taper = {
            "do": "change",
            "change-step": "taper",
            "change-changed_on": days_ago(9),
            "change-amount_per_day": "50",
        }
        stop = {"do": "stop", "stop-stopped_on": days_ago(3), "stop-reason": "recovered"}
        for values in (taper, stop):
            assert desk.post(address, values).url == reverse("patient", args=[episode.patient.public_id])
        assert list(medication.dose_changes.values_list("step", flat=True)) == ["start", "taper", "stop"]
        assert "Change the dose" not in desk.get(address).content.decode()
        late = desk.post(address, stop)
        assert late.status_code == 409

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            (
                {"change-step": "taper", "change-changed_on": days_ago(9), "change-amount_per_day": "200"},
                "must be lower",
            ),
            (
                {"change-step": "change", "change-changed_on": days_ago(99), "change-amount_per_day": "20"},
                "before the start",
            ),
            ({"do": "stop", "stop-stopped_on": days_ago(3), "stop-reason": ""}, "This field is required"),
            ({"do": "stop", "stop-stopped_on": days_ago(90), "stop-reason": "other"}, "before the start"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, desk: Client, medication: MedicationCourse, values: dict, said: str
    ) -> None:
        response = desk.post(reverse("medication", args=[medication.public_id]), values)
        assert response.status_code == 400
        assert said in response.content.decode()
        assert medication.dose_changes.count() == 1


class TestTakingBack:
    @pytest.mark.parametrize("kind", ["session", "dose", "medication", "dose-change"])
    def test_with_a_reason_it_is_taken_back_and_stays_readable(
        self, desk: Client, kind: str, dose: Dose, medication: MedicationCourse, change: DoseChange, nudges
    ) -> None:
        records = {"session": dose.session, "dose": dose, "medication": medication, "dose-change": change}
        record = records[kind]
        address = reverse("record-void", args=[kind, record.public_id])
        refused = desk.post(address, {"reason": "  "})
        assert refused.status_code == 400
        record.refresh_from_db()
        assert record.voided_at is None
        assert desk.post(address, {"reason": "belongs to somebody else"}).status_code == 302
        record.refresh_from_db()
        assert record.void_reason == "belongs to somebody else"
        shown = dose.session if kind in ("session", "dose") else medication
        name = "session" if kind in ("session", "dose") else "medication"
        page = desk.get(reverse(name, args=[shown.public_id])).content.decode()
        assert "belongs to somebody else" in page
        assert desk.post(address, {"reason": "again"}).status_code == 409
        assert len(nudges) == 1

    def test_only_what_is_on_the_list_can_be_taken_back(self, desk: Client, dose: Dose) -> None:
        address = reverse("record-void", args=["assessment", dose.public_id])
        assert desk.post(address, {"reason": "x"}).status_code == 404


def test_an_hour_that_the_clock_skips_is_refused_in_words(desk: Client, episode: TreatmentEpisode) -> None:
    """On 29 March 2026 the clocks in Berlin go from 2:00 to 3:00."""
    address = reverse("session-new", args=[episode.public_id])
    values = {"kind": "preparation", "attendance": "attended", "starts_at": "2026-03-29T02:30"}
    response = desk.post(address, values)
    assert response.status_code == 400
    assert "may be ambiguous or it may not exist" in response.content.decode()
