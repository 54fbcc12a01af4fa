"""The doors of the run-sheet: as a page without a script, as a tap with one, and closed to everybody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.markup import markup, said
from tests.reports.clinic import another_episode
from tests.tracking.answers import posted
from tests.tracking.begun import Window
from tests.tracking.dosing import (
    CALM,
    DENIED,
    PASSWORD,
    begun,
    completed,
    dose,
    minute,
    prepared,
    sure,
    vitals,
)
from tracking.actions import treatment
from tracking.models import (
    Assessment,
    AssessmentRequest,
    Dose,
    EntryDraft,
    ReadEvent,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)

pytestmark = pytest.mark.django_db
TAP = {"HTTP_X_TAP": "1"}


@pytest.fixture
def post(client: Client, clinician: User) -> Callable[..., HttpResponse]:
    clinician.set_password(PASSWORD)
    clinician.save()
    client.force_login(clinician)

    def sent(url: str, data: dict[str, object], **headers: str) -> HttpResponse:
        return client.post(url, {"submission_id": uuid.uuid4()} | data, **headers)

    return sent


def door(name: str, session: TreatmentSession, *more: str) -> str:
    return reverse(name, args=[session.public_id, *more])


def sheet_of(session: TreatmentSession) -> str:
    return door("run-sheet", session)


def local(moment: object) -> str:
    return f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%dT%H:%M}"


class TestBegin:
    def test_two_clinicians_now(self, post, mdma: TreatmentEpisode, clinician: User, second: User) -> None:
        url = reverse("dosing-begin", args=[mdma.public_id])
        begins = timezone.now() - timedelta(minutes=2)
        sent = {"starts_at": local(begins), "present_lead": clinician.pk, "present_second": second.pk}
        answer = post(url, sent)
        session = mdma.sessions.get()
        assert answer.headers["Location"] == sheet_of(session)
        assert session.people_present.count() == 2

    def test_alone_it_asks_why(self, post, mdma: TreatmentEpisode, clinician: User) -> None:
        url = reverse("dosing-begin", args=[mdma.public_id])
        answer = post(url, {"starts_at": local(timezone.now()), "present_lead": clinician.pk})
        assert answer.status_code == 400
        assert "Fewer than two clinicians are present" in answer.content.decode()
        assert not mdma.sessions.exists()

    def test_the_page_offers_the_team_and_me(
        self, client: Client, mdma: TreatmentEpisode, clinician: User
    ) -> None:
        client.force_login(clinician)
        page = client.get(reverse("dosing-begin", args=[mdma.public_id])).content.decode()
        assert f'<option value="{clinician.pk}" selected>Clara Clinician</option>' in page
        assert 'class="dim"' in page


class TestTaps:
    def test_a_tap_is_answered_by_the_sheet(self, post, session: TreatmentSession) -> None:
        answer = post(door("run-sheet-line", session, "event"), {"topic": "bathroom"})
        assert answer.headers["Location"] == sheet_of(session)
        assert session.entries.get(kind="event").topic == "bathroom"

    def test_twice_is_one_row(self, post, session: TreatmentSession) -> None:
        tap = {"topic": "nausea", "submission_id": uuid.uuid4(), "happened_at": timezone.now().isoformat()}
        for _ in range(2):
            assert post(door("run-sheet-line", session, "event"), tap, **TAP).status_code == 302
        assert session.entries.filter(kind="event").count() == 1

    def test_a_moment_of_the_tablet_is_taken_with_its_zone(self, post, session: TreatmentSession) -> None:
        moment = minute(session, 30).replace(microsecond=0)
        for sent in (moment.isoformat().replace("+00:00", "Z"), local(moment)):
            post(door("run-sheet-line", session, "event"), {"topic": "music", "happened_at": sent})
        found = session.entries.filter(kind="event").values_list("happened_at", flat=True)
        assert set(found) == {moment, moment.replace(second=0)} or set(found) == {moment}

    @pytest.mark.parametrize(
        ("kind", "data", "says"),
        [
            ("event", {}, "Say what happened"),
            ("event", {"topic": "fireworks"}, "Select a valid choice"),
            ("observation", {"text": ""}, "This field is required"),
            ("withheld", {"text": " "}, "This field is required"),
            ("check", {"topic": "consent_today", "met": "0"}, "Say why it is not met"),
            ("check", {"topic": "override", "met": "1"}, "Select a valid choice"),
            ("end", {"text": "alone", "happened_at": "2999-01-01T10:00"}, "Lies in the future"),
            ("end", {"text": " "}, "This field is required"),
            ("event", {"topic": "music", "submission_id": "one"}, "Enter a valid UUID"),
        ],
    )
    def test_a_refusal_is_a_page_or_one_sentence(
        self, post, session: TreatmentSession, kind: str, data: dict, says: str
    ) -> None:
        page = post(door("run-sheet-line", session, kind), data)
        tap = post(door("run-sheet-line", session, kind), data, **TAP)
        assert (page.status_code, tap.status_code) == (400, 400)
        assert says in page.content.decode()
        assert says in tap.content.decode()
        assert "<html" not in tap.content.decode()
        assert session.entries.exclude(kind="check").count() == 0

    def test_other_content_under_an_id_is_a_conflict(self, post, session: TreatmentSession) -> None:
        once = uuid.uuid4()
        url = door("run-sheet-line", session, "event")
        post(url, {"topic": "music", "submission_id": once})
        answer = post(url, {"topic": "nausea", "submission_id": once}, **TAP)
        assert answer.status_code == 409
        assert "used for other content" in answer.content.decode()

    def test_kinds_are_a_closed_list(self, post, session: TreatmentSession) -> None:
        assert post(door("run-sheet-line", session, "song"), {}).status_code == 404

    def test_looking_at_a_door_changes_nothing(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        before = RunSheetEntry.objects.count()
        for kind in ("check", "event", "observation", "withheld", "end"):
            assert client.get(door("run-sheet-line", session, kind)).status_code == 200
        assert RunSheetEntry.objects.count() == before
        assert ReadEvent.objects.filter(page="run-sheet-line").count() == 5


class TestDose:
    MDMA = {"substance": "MDMA", "amount": "80", "unit": "mg", "route": "oral", "part": "main"}

    def test_it_asks_what_hangs_on_the_dose(self, post, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        answer = post(door("run-sheet-dose", session), self.MDMA | {"given_at": ""})
        assert answer.headers["Location"] == sheet_of(session)
        assert Dose.objects.get().amount == 80
        assert AssessmentRequest.objects.filter(anchor_session=session, instrument="meq30").exists()

    def test_open_checks_are_named_at_the_reason(self, post, session: TreatmentSession) -> None:
        answer = post(door("run-sheet-dose", session), self.MDMA, **TAP)
        assert answer.status_code == 400
        assert "Not settled: Medication stopped long enough before (open)" in answer.content.decode()
        assert not Dose.objects.exists()

    def test_an_odd_dose_is_a_form_with_a_question(
        self, post, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        url = door("run-sheet-dose", session)
        odd = self.MDMA | {"amount": "800"}
        asked = post(url, odd)
        body = asked.content.decode()
        assert (asked.status_code, Dose.objects.count()) == (400, 0)
        assert set(asked.context["form"].errors) == {"amount"}
        assert "800 mg is 10 times the planned 80 mg." in body
        assert "<dt>Planned</dt><dd>MDMA 80 mg</dd>" in body
        assert 'name="amount_again"' in body and 'name="amount_reason"' in body
        # the amount put right is taken, though the fields that answer were sent empty
        again = post(url, self.MDMA | {"amount_again": "", "amount_reason": ""})
        assert again.status_code == 302
        assert Dose.objects.get().amount == 80

    def test_an_odd_dose_is_taken_with_the_amount_once_more_and_a_reason(
        self, post, session: TreatmentSession, clinician: User
    ) -> None:
        prepared(clinician, session)
        odd = self.MDMA | {"amount": "800", "amount_reason": "two jars were mistaken"}
        other = post(door("run-sheet-dose", session), odd | {"amount_again": "80"})
        assert set(other.context["form"].errors) == {"amount_again"}
        assert post(door("run-sheet-dose", session), odd | {"amount_again": "800"}).status_code == 302
        assert Dose.objects.get().amount == 800
        assert "two jars were mistaken" in session.entries.get(topic="amount").text

    def test_a_tap_gets_the_question_alone(self, post, session: TreatmentSession, clinician: User) -> None:
        prepared(clinician, session)
        sent = self.MDMA | {
            "substance": "MDNA",
            "given_at": minute(session, 30).isoformat(),
            "override_reason": "so",
        }
        answer = post(door("run-sheet-dose", session), sent, **TAP)
        body = answer.content.decode()
        assert answer.status_code == 400 and "<html" not in body
        assert 'role="alertdialog"' in body and 'data-field="substance"' in body
        assert "autofocus>It was MDMA 80 mg</button>" in body
        assert 'name="override_reason" value="so"' in body
        assert 'name="amount_again"' not in body  # the amount is not what is asked about
        assert sent["given_at"].replace("+", "&#x2B;") in body or sent["given_at"] in body
        assert not Dose.objects.exists()

    def test_what_was_given_here_is_shown_without_slips(
        self, post, session: TreatmentSession, clinician: User, second: User
    ) -> None:
        team = session.episode.patient.team
        sheet = begun(clinician, another_episode(team, clinician, protocol="mdma-ptsd", arm="mdma"), second)
        dose(clinician, sheet, override_reason="on paper")
        url = door("run-sheet-dose", session)
        odd = self.MDMA | {"amount": "800", "override_reason": "on paper"}
        assert "80 mg" in str(post(url, odd).context["form"].given_here.words)
        dose(clinician, sheet, 60, amount=Decimal(400), **sure(400))
        assert post(url, odd).context["form"].given_here is None

    def test_the_old_door_leads_here(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        answer = client.get(reverse("dose-new", args=[session.public_id]))
        assert answer.headers["Location"] == door("run-sheet-dose", session)


class TestForms:
    def test_vital_signs_by_a_tap(self, post, session: TreatmentSession) -> None:
        sent = posted(CALM | {"temperature": None}) | {"assessed_at": timezone.now().isoformat()}
        answer = post(door("run-sheet-form", session, "vital_signs"), sent, **TAP)
        assert answer.status_code == 302
        row = Assessment.objects.get(session=session)
        assert row.answers["temperature"] is None

    @pytest.mark.parametrize(
        ("answers", "says"),
        [({}, "Nothing was measured"), ({"systolic": 1680}, "less than or equal to 300")],
    )
    def test_what_cannot_be_is_refused(
        self, post, session: TreatmentSession, answers: dict, says: str
    ) -> None:
        answer = post(door("run-sheet-form", session, "vital_signs"), posted(answers), **TAP)
        assert answer.status_code == 400
        assert says in answer.content.decode()
        assert not Assessment.objects.filter(session=session).exists()

    def test_an_interview_names_its_gaps_and_other_content_is_refused(
        self, post, session: TreatmentSession
    ) -> None:
        url = door("run-sheet-form", session, "cssrs_screener")
        assert post(url, posted({"1": False})).status_code == 400
        once = uuid.uuid4()
        sent = {"submission_id": once, "assessed_at": timezone.now().isoformat()}
        assert post(url, posted(DENIED) | sent).status_code == 302
        assert post(url, posted(DENIED | {"1": True}) | sent).status_code == 409

    def test_a_conflict_of_a_tap_is_told_in_a_sentence(self, post, session: TreatmentSession) -> None:
        url = door("run-sheet-form", session, "vital_signs")
        sent = {"submission_id": uuid.uuid4(), "assessed_at": timezone.now().isoformat()}
        assert post(url, posted(CALM) | sent, **TAP).status_code == 302
        other = posted(CALM | {"systolic": 131}) | sent
        assert post(url, other).status_code == 409
        answer = post(url, other, **TAP)
        assert answer.status_code == 409
        assert "<html" not in answer.content.decode()

    def test_running_totals_store_nothing(self, post, session: TreatmentSession) -> None:
        answer = post(
            door("run-sheet-form", session, "cssrs_screener"), posted(DENIED), HTTP_HX_REQUEST="true"
        )
        assert answer.status_code == 200
        assert not Assessment.objects.filter(session=session).exists()

    def test_only_what_a_session_records(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        for key, status in (
            ("adverse_event", 200),
            ("cssrs_screener", 200),
            ("hamd17", 404),
            ("nothing", 404),
        ):
            assert client.get(door("run-sheet-form", session, key)).status_code == status

    def test_a_correction_has_its_moment_and_leads_back(
        self, post, session: TreatmentSession, clinician: User
    ) -> None:
        row = vitals(clinician, session, 30).assessment
        url = reverse("assessment-correct", args=[row.public_id])
        moment = minute(session, 40)
        sent = posted(CALM | {"systolic": 131}) | {"reason": "misread", "assessed_at": local(moment)}
        assert post(url, sent).headers["Location"] == sheet_of(session)
        found = Assessment.objects.get(supersedes=row)
        assert found.assessed_at == moment.replace(second=0, microsecond=0)


class TestTakingBack:
    def test_a_line_is_crossed_out_with_a_reason_and_leads_back(
        self, post, session: TreatmentSession, clinician: User
    ) -> None:
        post(door("run-sheet-line", session, "event"), {"topic": "bathroom"})
        entry = session.entries.get(kind="event")
        url = reverse("record-void", args=["line", entry.public_id])
        assert post(url, {"reason": ""}).status_code == 400
        assert post(url, {"reason": "another patient"}).headers["Location"] == sheet_of(session)
        entry.refresh_from_db()
        assert (entry.voided_by, entry.void_reason) == (clinician, "another patient")


class TestSigning:
    def test_the_password_is_asked_again(self, post, session: TreatmentSession, clinician: User) -> None:
        completed(clinician, session)
        wrong = post(door("run-sheet-sign", session), {"password": "guess"})
        assert wrong.status_code == 400
        assert "guess" not in wrong.content.decode()
        assert not session.signatures.exists()
        assert post(door("run-sheet-sign", session), {"password": PASSWORD}).status_code == 302
        assert session.signatures.get().signed_by == clinician

    def test_an_incomplete_set_is_refused(self, post, session: TreatmentSession) -> None:
        answer = post(door("run-sheet-sign", session), {"password": PASSWORD})
        assert answer.status_code == 409
        assert "Still to do or to explain: End of the session" in answer.content.decode()


DOORS = [
    ("run-sheet", ()),
    ("run-sheet-line", ("event",)),
    ("run-sheet-dose", ()),
    ("run-sheet-form", ("vital_signs",)),
    ("run-sheet-sign", ()),
]


@pytest.mark.parametrize(("name", "more"), DOORS)
def test_nobody_else_gets_in(
    session: TreatmentSession, outsider: User, rater: User, name: str, more: tuple[str, ...]
) -> None:
    for user, status in ((outsider, 404), (rater, 403)):
        other = Client()
        other.force_login(user)
        assert other.get(door(name, session, *more)).status_code == status
        assert other.post(door(name, session, *more), {}).status_code in (status, 405)
    assert session.entries.count() == 1


@pytest.mark.parametrize(("name", "more"), DOORS)
def test_other_sessions_have_no_run_sheet(
    client: Client, mdma: TreatmentEpisode, clinician: User, name: str, more: tuple[str, ...]
) -> None:
    talk = treatment.record_session(
        by=clinician, episode=mdma, kind="preparation", starts_at=timezone.now() - timedelta(hours=3)
    )
    client.force_login(clinician)
    assert client.get(door(name, talk, *more)).status_code == 404


class TestBegun:
    """An interview of the run-sheet is kept as every other form; vital signs, which are tapped, are not."""

    def test_it_goes_on_where_it_was_left_at_its_moment(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        url = door("run-sheet-form", session, "cssrs_screener")
        moment = minute(session, 40)
        Window(client, url).keep({"1": False}, assessed_at=local(moment))
        page = client.get(url)
        assert "You began this on" in said(page)
        assert f'value="{local(moment)}"' in markup(page)
        assert EntryDraft.objects.get().session == session
        assert url in markup(client.get(reverse("today")))

    def test_it_is_looked_through_and_then_put_on_the_sheet(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        window = Window(client, door("run-sheet-form", session, "cssrs_screener"))
        assert "a second look" in said(window.look(DENIED))
        assert not Assessment.objects.filter(instrument="cssrs_screener").exists()
        assert window.sign(DENIED).headers["Location"] == sheet_of(session)
        assert Assessment.objects.get(instrument="cssrs_screener").session == session
        assert not EntryDraft.objects.exists()

    def test_of_a_session_that_was_taken_back_nothing_is_kept(
        self, client: Client, session: TreatmentSession, clinician: User
    ) -> None:
        client.force_login(clinician)
        window = Window(client, door("run-sheet-form", session, "cssrs_screener"))
        window.keep({"1": False})
        treatment.void(by=clinician, record=session, reason="another patient")
        assert window.keep({"1": True}).status_code == 404
        assert EntryDraft.objects.get().answers["1"] is False
        assert "can no longer be submitted" in said(client.get(reverse("today")))

    def test_vital_signs_are_not(self, client: Client, session: TreatmentSession, clinician: User) -> None:
        client.force_login(clinician)
        page = client.get(door("run-sheet-form", session, "vital_signs"))
        assert "data-who" not in markup(page)
