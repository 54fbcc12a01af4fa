"""The database does not answer: wherever it is met, 503 in the reader's language, with the contacts of the site."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from config import outage
from config.middleware import SPOKEN
from tests.cast import days_ago, person
from tests.markup import said
from tracking.actions import care, languages, links, scheduling
from tracking.actions.contacts_on_disk import keep_contacts_on_disk
from tracking.models import Site, TreatmentEpisode, User
from tracking.vocabulary import Role

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine("the database is away, whichever it is")]
LINE = "Crisis line, 0800 111 0 111"
KEPT = {"en-gb": [["Night line", "555 0199"]], "de": [["Nachtdienst", "030 123 456"]]}


@pytest.fixture(autouse=True)
def kept(settings: LazySettings, tmp_path: Path) -> Path:
    settings.CONTACTS_FILE = tmp_path / "contacts.json"
    settings.CONTACTS_FILE.write_text(json.dumps(KEPT))
    return settings.CONTACTS_FILE


@contextmanager
def gone(after: int = 0, error: Exception | None = None) -> Iterator[None]:
    """The database is away after so many statements."""
    left = iter(range(after))

    def refuse(execute: Callable[..., Any], *statement: Any) -> Any:
        if next(left, None) is None:
            raise error or OperationalError("connection to server at 10.0.0.7, user throughline")
        return execute(*statement)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def desk(clinician: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(clinician)
    return client


def cause(error: DatabaseError, **attributes: object) -> DatabaseError:
    error.__cause__ = Exception()
    vars(error.__cause__).update(attributes)
    return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError(), True),
        (InterfaceError(), True),
        (cause(DatabaseError(), sqlite_errorcode=sqlite3.SQLITE_CORRUPT), True),
        (cause(DatabaseError(), sqlstate="25006"), True),
        (cause(DatabaseError(), sqlstate="42P01"), False),
        (IntegrityError(), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_what_is_taken_for_a_database_that_is_away(error: Exception | None, away: bool) -> None:
    assert outage.is_away(error) is away


def test_what_is_thrown_on_the_way_out_of_it_is_the_same() -> None:
    late = ValueError()
    late.__context__ = OperationalError()
    assert outage.is_away(late)
    assert outage.is_away(Http404()) is False


@pytest.mark.parametrize("after", range(10))
def test_wherever_a_page_meets_it(desk: Client, after: int) -> None:
    """At the session, at the account, in the view, in what every template is given."""
    with gone(after):
        page = desk.get(reverse("today"))
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "30", "no-store, private")
    assert page["X-Frame-Options"] == "DENY"
    assert "Until it does, nothing is stored." in said(page)
    assert "Night line: 555 0199" in said(page)
    assert "10.0.0.7" not in page.content.decode()


@pytest.mark.parametrize("address", ["/nothing/here/", "/s/unknown/"])
def test_also_the_page_for_another_error(desk: Client, address: str) -> None:
    for after in range(4):
        with gone(after):
            assert desk.get(address).status_code == 503


def test_also_where_the_answer_is_sent_and_the_session_is_stored(client: Client) -> None:
    client.raise_request_exception = False
    with gone():
        page = client.post(reverse("account_login"), {"login": "a@example.org", "password": "Secret-Zebulon"})
    assert page.status_code == 503
    assert "Zebulon" not in page.content.decode(), "no password in a page"
    assert "Go back one page" in said(page)


def test_what_was_sent_can_be_sent_again(desk: Client) -> None:
    address = reverse("language") + "?from=1&to=2"
    with gone(2):
        page = desk.post(
            address, {"language": '"><script>x', "tick": ["a", "b"], "note": "one\ntwo"}
        ).content.decode()
    assert '<form method="post" action="/account/language/?from=1&amp;to=2">' in page
    assert 'name="language" value="&quot;&gt;&lt;script&gt;x"' in page
    assert page.count('name="tick"') == 2 and "one\ntwo" in page
    assert "This page still holds it." in page and "was not stored" in page


def test_a_file_cannot_be_held_by_a_page(desk: Client) -> None:
    with gone(2):
        page = desk.post(reverse("language"), {"file": SimpleUploadedFile("x.txt", b"Zebulon")})
    assert "Go back one page" in said(page) and "Zebulon" not in said(page)


def test_what_is_too_large_to_be_read_is_not_held(desk: Client, settings: LazySettings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    with gone():
        page = desk.post(reverse("language"), {"language": "x" * 50})
    assert page.status_code == 503 and "Go back one page" in said(page)


def test_programs_are_told_in_their_words(desk: Client) -> None:
    with gone():
        plain = desk.get(reverse("api-patient-list"))
        fhir = desk.post(reverse("api-fhir-response-new"), "{}", "application/fhir+json")
    assert (plain.status_code, plain["Retry-After"]) == (fhir.status_code, fhir["Retry-After"]) == (503, "30")
    assert plain.json() == {"detail": "The database does not answer. Nothing was stored: send it again."}
    assert fhir["Content-Type"] == "application/fhir+json"
    assert fhir.json()["issue"][0]["code"] == "transient"


def test_the_watchman_is_told_in_one_word_also_with_a_cookie(desk: Client) -> None:
    """Before, the session was read first, and the answer was a page of error."""
    with gone():
        down = desk.get(reverse("healthz"))
    assert (down.status_code, down.content, down["Content-Type"]) == (503, b"down", "text/plain")
    assert desk.get(reverse("healthz")).content == b"ok"


class TestLanguage:
    def test_of_the_browser(self, client: Client) -> None:
        client.raise_request_exception = False
        with gone():
            page = client.get("/s/unknown/", headers={"accept-language": "ar"})
        assert '<html lang="ar" dir="rtl">' in page.content.decode()

    def test_of_the_reader_as_long_as_it_can_be_known(self, desk: Client, clinician: User) -> None:
        languages.choose_language(by=clinician, language="de")
        assert desk.get(reverse("today")).cookies[SPOKEN].value == "de"
        for after in (0, 1, 6):
            with gone(after):
                page = desk.get(reverse("today"))
            assert "In einigen Minuten sind wir wieder da" in said(page)
            assert "Nachtdienst: 030 123 456" in said(page)

    def test_of_the_link(self, client: Client, episode: TreatmentEpisode, clinician: User) -> None:
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1)
        )
        _, token = links.issue_link(by=clinician, episode=episode, requests=[asked])
        client.raise_request_exception = False
        address = reverse("sitting-landing", args=[token])
        assert client.get(address, headers={"accept-language": "es"}).status_code == 200
        with gone():
            page = client.get(address, headers={"accept-language": "es"})
        assert '<html lang="en-gb"' in page.content.decode(), "the link is in English"
        assert page["Referrer-Policy"] == "no-referrer"

    def test_a_cookie_that_names_no_language_of_ours_is_none(self, client: Client) -> None:
        client.raise_request_exception = False
        client.cookies[SPOKEN] = "xx"
        with gone():
            assert 'lang="en-gb"' in client.get("/s/unknown/").content.decode()


class TestKept:
    @pytest.mark.parametrize("text", [None, "", "[]", "{", '{"en-gb": 1}', '{"en-gb": ["x"]}'])
    def test_without_the_file_the_numbers_of_emergency_stand_alone(
        self, desk: Client, kept: Path, text: str | None
    ) -> None:
        kept.unlink() if text is None else kept.write_text(text)
        with gone():
            page = desk.get(reverse("today"))
        assert page.status_code == 503 and "112 in Europe" in said(page)

    def test_they_are_kept_when_they_are_saved(
        self, kept: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        Site.objects.update(crisis_contacts="Nobody to call here")
        with django_capture_on_commit_callbacks(execute=True):
            site = care.create_site(by=None, key="east", name="East", crisis_contacts=f"{LINE}\nThe chapel")
        assert json.loads(kept.read_text())["es"] == [["Crisis line", "0800 111 0 111"]]
        administrator = person("Ada Admin", Role.ADMINISTRATOR, site=site)
        with django_capture_on_commit_callbacks(execute=True):
            languages.change_contacts(
                by=administrator, site=site, contacts={"de": "Telefonseelsorge, 116 123"}
            )
        known = json.loads(kept.read_text())
        assert known["de"] == [["Telefonseelsorge", "116 123"]]
        assert known["es"] == [["Crisis line", "0800 111 0 111"]]

    def test_those_of_two_sites_are_there_once(self, kept: Path, site: Site) -> None:
        care.create_site(by=None, key="east", name="East", crisis_contacts=site.crisis_contacts)
        keep_contacts_on_disk()
        (pairs,) = {json.dumps(pairs) for pairs in json.loads(kept.read_text()).values()}
        assert len(json.loads(pairs)) == len({tuple(pair) for pair in json.loads(pairs)}) > 0

    def test_a_disk_or_a_database_that_fails_is_said_and_stops_nothing(
        self, settings: LazySettings, kept: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with gone():
            keep_contacts_on_disk()
        assert json.loads(kept.read_text()) == KEPT
        settings.CONTACTS_FILE = kept / "no" / "folder"
        keep_contacts_on_disk()
        assert caplog.text.count("the crisis contacts are not kept on disk") == 2
