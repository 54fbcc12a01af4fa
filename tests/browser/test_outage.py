"""The database is stopped while a patient answers: the answers stay on the phone, danger is answered by the page,
and what was given goes out by itself when the database is there again. A real PostgreSQL, stopped and started.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.site import WEB, process
from tests.browser.test_tunnel import CRISIS, HERE, SAVED, at, begin, tap, where
from tests.flows.outside import SEED, START, environment, said_by
from tests.servers import Postgres, free_port, own_postgres, short_folder, wait_for_port

OpenPage = Callable[..., Page]
MORE = """
links_of = []
for _ in range(3):
    patient = people.enrol_patient(by=clinician, team=team, identity=None, sex="female", enrolled_on=days_ago(20))
    started = {"protocol": "psilocybin-mdd", "arm": "psilocybin", "starts_on": days_ago(9)}
    began = care.start_episode(by=clinician, patient=patient, diagnosis="mdd", **started)
    one = scheduling.create_request(by=clinician, episode=began, instrument="phq9", due_on=days_ago(1))
    links_of.append([links.issue_link(by=clinician, episode=began, requests=[one])[1], one.pk])
print(json.dumps(links_of))
"""
DRAFT = "SELECT answers FROM tracking_draftanswers WHERE request_id = %s"
ALERTS = "SELECT count(*), max(answer) FROM tracking_safetyalert WHERE request_id = %s"
STORED = "SELECT count(*) FROM tracking_assessment WHERE request_id = %s"
BACK = 60_000  # milliseconds: a server that starts again, on busy cores


@dataclass
class Clinic:
    """Where it is, the database under it, and links that nobody has opened, each with what it asks."""

    url: str
    server: Postgres
    links: list[tuple[str, int]]

    def ask(self, statement: str, request: int) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url) as line:
            return line.execute(statement.encode(), [request]).fetchall()


@pytest.fixture(scope="module")
def clinic(executable: str) -> Iterator[Clinic]:
    with short_folder("tlgone") as var, ExitStack() as stack:
        server, port = stack.enter_context(own_postgres()), free_port()
        here = environment(var) | {
            "DATABASE_URL": server.url,
            "BIND": f"127.0.0.1:{port}",
            "BASE_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": "localhost",
            "SECURE_TLS": "false",
        }
        links = json.loads(said_by(["-c", SEED + MORE], here))
        stack.enter_context(process(WEB, here, var / "log"))
        wait_for_port(port, START)
        yield Clinic(f"http://localhost:{port}", server, links)


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    """Of a browser that does not know the site of the others, which would have to be made first."""
    return {"locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def asked(clinic: Clinic) -> tuple[str, int]:
    """The address of a link, and the key of what it asks."""
    token, key = clinic.links.pop()
    return f"{clinic.url}/s/{token}/", key


def known(faults: list[str]) -> None:
    """That the server has said 503 is what this is about."""
    faults[:] = [one for one in faults if "503" not in one]


def test_answers_stay_on_the_phone_and_go_out_by_themselves(
    clinic: Clinic, asked: tuple[str, int], open_page: OpenPage, faults: list[str]
) -> None:
    phone = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    begin(phone, asked[0])
    for number in range(1, 4):
        at(phone, number)
        tap(phone, 1)
    at(phone, 4)
    expect(where(phone)).to_have_text(SAVED)

    clinic.server.stop()
    for number in range(4, 9):
        at(phone, number)
        tap(phone, 2)
    at(phone, 9)
    expect(where(phone)).to_contain_text("not sent yet, kept on this device")
    tap(phone, 3)
    expect(phone.get_by_role("heading", name=CRISIS)).to_be_in_viewport()
    expect(phone.get_by_role("link", name="0800 111 0 111")).to_be_visible()
    expect(phone.get_by_text("Nobody has seen this answer yet")).to_be_visible()
    phone.get_by_role("button", name="Next").click()
    phone.get_by_label("Somewhat difficult").tap()
    phone.get_by_role("button", name="Send my answers").click()
    expect(where(phone)).to_contain_text(HERE.lower().removeprefix("not sent yet, "))
    phone.reload()  # nor are they lost with the page: 503, whom to call, and then they are there again
    expect(phone.get_by_role("heading", name="Back in a few minutes")).to_be_visible()
    expect(phone.get_by_role("link", name="0800 111 0 111")).to_be_visible()

    clinic.server.start()
    phone.get_by_role("link", name="Try again").click()
    expect(where(phone)).not_to_contain_text("kept on this device", timeout=BACK)
    (answers,) = clinic.ask(DRAFT, asked[1])[0]
    assert answers == dict.fromkeys("123", 1) | dict.fromkeys("45678", 2) | {"9": 3, "10": 1}
    assert clinic.ask(ALERTS, asked[1]) == [(1, 3.0)]
    known(faults)


def test_what_was_to_be_sent_in_is_sent_in_when_it_is_there_again(
    clinic: Clinic, asked: tuple[str, int], open_page: OpenPage, faults: list[str]
) -> None:
    phone = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    begin(phone, asked[0])
    for number in range(1, 10):
        at(phone, number)
        tap(phone, 1 if number < 9 else 0)
    phone.get_by_label("Somewhat difficult").tap()
    expect(phone.get_by_role("heading", name="That was the last question")).to_be_visible()
    clinic.server.stop()
    phone.get_by_role("button", name="Send my answers").click()
    expect(where(phone)).to_be_visible()
    clinic.server.start()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible(timeout=BACK)
    assert clinic.ask(STORED, asked[1]) == [(1,)]
    known(faults)


def test_without_a_script_the_page_holds_what_was_sent(
    clinic: Clinic, asked: tuple[str, int], open_page: OpenPage, faults: list[str]
) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    begin(page, asked[0])
    clinic.server.stop()
    page.get_by_label("More than half the days", exact=True).locator("visible=true").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("What you have just sent was not stored.")).to_be_visible()
    expect(page.get_by_role("link", name="0800 111 0 111")).to_be_visible()
    clinic.server.start()
    page.get_by_role("button", name="Send it again").click()
    at(page, 2)
    assert clinic.ask(DRAFT, asked[1]) == [({"1": 2},)]
    known(faults)
