"""A PostgreSQL that is really stopped, under a real web process: every door says so and whom to call, nothing is
stored, and nobody has to do anything but to start the database again.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.urls import get_resolver, reverse

from tests.architecture.matrix import MATRIX
from tests.flows.outside import PASSWORD, Door, Visitor, served
from tests.servers import Postgres, own_postgres

pytestmark = [pytest.mark.slow, pytest.mark.embedded]
CONTACT, BUTTON = "0800 111 0 111", "Send it again"
WATCHED = {"healthz", "readyz"}
OF_KIND = {
    "UUIDConverter": "2f9c1a52-0000-4000-8000-000000000000",
    "IntConverter": "1",
    "SlugConverter": "phq9",
    "StringConverter": "x",
}
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
DRAFT = "SELECT answers FROM tracking_draftanswers"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass
class Lost:
    """A clinic at work, whose database is then stopped: who was in, and what was stored when it stopped."""

    door: Door
    server: Postgres
    staff: Visitor
    patient: Visitor
    sheet: str
    token: str  # of the patient's page, against forms of others
    before: dict[str, int] = field(default_factory=dict)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url) as line:
            return line.execute(statement.encode()).fetchall()

    def rows(self) -> dict[str, int]:
        """How many each table holds."""
        count = 'SELECT count(*) FROM "{}"'
        return {name: self.ask(count.format(name))[0][0] for (name,) in self.ask(TABLES)}


@pytest.fixture(scope="module")
def lost() -> Iterator[Lost]:
    with own_postgres() as server, served(server.url) as door:
        staff, patient = door.visitor("127.0.1.1"), door.visitor("127.0.1.2")
        assert staff.sign_in(0) and staff.get("/today/")[0] == 200
        assert patient.get(f"/s/{door.link}/")[0] == 200
        assert patient.post(f"/s/{door.link}/", {})[0] == 302
        page = patient.get("/sitting/")[1]
        sheet = re.search(r'data-send="([^"]+)answer/"', page)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert sheet and token
        clinic = Lost(door, server, staff, patient, sheet[1], token[1])
        assert keep(clinic, "1", 2, 1) == 200
        clinic.before = clinic.rows()
        server.stop()
        yield clinic


def keep(clinic: Lost, item: str, value: int, number: int) -> int:
    """One answer, as the patient's device sends it."""
    given = {"item": item, "number": str(number), f"item-{item}": str(value)}
    given["csrfmiddlewaretoken"] = clinic.token
    return clinic.patient.post(f"{clinic.sheet}answer/", given)[0]


def address(route: str) -> str:
    """An address of that kind; the row need not be there, for nobody gets to look."""
    _, _, _, converters = get_resolver().reverse_dict.getlist(route)[0]
    return reverse(route, kwargs={name: OF_KIND[type(kind).__name__] for name, kind in converters.items()})


def said(body: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def test_every_door_says_so_and_whom_to_call(lost: Lost) -> None:
    for row in MATRIX:
        if row.route in WATCHED:
            continue
        if row.get:
            status, body = lost.staff.get(address(row.route))
        else:
            status, body = lost.staff.post(address(row.route), {})
        assert status == 503, (row.route, status)
        if row.route.startswith("api-"):
            known = json.loads(body)
            assert "detail" in known or known["resourceType"] == "OperationOutcome"
        else:
            assert CONTACT in body, row.route


def test_a_link_says_whom_to_call_to_a_patient_without_a_session(lost: Lost) -> None:
    status, body = lost.door.visitor("127.0.2.1").get(f"/s/{lost.door.link}/")
    assert status == 503 and CONTACT in body and "throughline" not in said(body).lower()


def test_a_program_is_told(lost: Lost) -> None:
    status, body = lost.door.visitor("127.0.2.2").get(
        "/api/v1/patients/", Authorization=f"Token {lost.door.api}"
    )
    assert status == 503 and "send it again" in json.loads(body)["detail"]


@pytest.mark.parametrize("who", ["staff", "patient"])
def test_the_watchman_is_told_in_one_word_also_with_a_cookie(lost: Lost, who: str) -> None:
    assert getattr(lost, who).get("/healthz") == (503, "down")
    status, body = getattr(lost, who).get("/readyz")
    assert (status, json.loads(body)) == (503, {"late": {"database": "down"}})
    assert lost.door.visitor("127.0.2.3").get("/healthz") == (503, "down")


def test_it_comes_back_by_itself_with_nothing_of_what_was_sent(lost: Lost) -> None:
    """Sent meanwhile: an answer of a patient, one on the page without a script, a password. Then the database is
    started, and the button of the page of 503 sends again what was sent."""
    assert keep(lost, "2", 3, 2) == 503
    form = {"csrfmiddlewaretoken": lost.token, "item-2": "3", "step": "next"}
    status, page = lost.patient.post(f"{lost.sheet}2/", form)
    assert status == 503 and CONTACT in page and BUTTON in page
    stranger = lost.door.visitor("127.0.3.1")
    stranger.get("/account/login/")
    status, refused = stranger.post("/account/login/", {"login": "staff.1@example.org", "password": PASSWORD})
    assert status in (403, 503) and PASSWORD not in refused

    lost.server.start()
    began = time.monotonic()
    while (told := lost.door.visitor("127.0.3.2").get("/healthz")) != (200, "ok"):
        assert time.monotonic() - began < 10, told
        time.sleep(0.1)
    assert lost.rows() == lost.before
    assert lost.ask(DRAFT) == [({"1": 2},)]

    again = re.search(r'<form method="post" action="([^"]+)">', page)
    assert again
    held = {html.unescape(name): html.unescape(value) for name, value in HIDDEN.findall(page)}
    assert lost.patient.post(html.unescape(again[1]), held)[0] == 302
    assert lost.ask(DRAFT) == [({"1": 2, "2": 3},)]
    assert lost.staff.get("/today/")[0] == 200
