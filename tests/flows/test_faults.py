"""A fault behind any door that writes leaves no word of anybody in any output, and a code by which it can be found."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import Task
from django.core.management import CommandError, call_command, get_commands
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

import reports.tasks
import tracking.tasks
from config import logs
from config.celery import app
from tests.architecture.matrix import MATRIX, SIGN_IN_OPEN, Row
from tests.architecture.world import ROLES, World, build
from tests.engines import DOORS
from tests.flows.faults import ADDRESS, BODY, HEADERS, MARKER, Counted, Failing, all_that_is_logged
from tests.reports.release_clinic import kept_for_the_module

pytestmark = [pytest.mark.django_db, DOORS]
WRITES = [row for row in MATRIX if "+" in row.post]
NAMES = ("Alder", "Birch", "Cedar")  # of the wards: in the names, reasons and notes of all that is on record
SITE = {
    "timezone": "Europe/Berlin",
    "crisis": [f"{MARKER}, 112"],
    "administrator": f"{MARKER}@example.org",
    "administrator_name": MARKER,
}
COMMANDS = {
    "add_site": (["east", MARKER], SITE),
    "analyse": (["course"], {"study": MARKER}),
    "backup": ([], {"to": [MARKER]}),
    "doctor": ([], {}),
    "erase": ([], {"again": True}),
    "grant_application": ([], {}),
    "import_scores": ([__file__], {"study": MARKER, "spec": "phq9_items_chiu"}),
    "metrics": ([], {"port": -1}),  # refused before it waits for anybody
    "restore": ([__file__], {"identity": __file__}),
    "retention": ([MARKER], {"law": MARKER}),
    "rotate_keys": ([], {"wait": 0}),
    "seed_demo": ([], {}),
    "simulate_study": ([], {"protocol": "psilocybin-mdd", "n": 4, "seed": 1}),
    "sweep": ([], {}),
    "verify_audit": ([], {"seal": True, "settle": MARKER}),
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        yield build()


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)


def address_of(row: Row, world: World) -> str:
    arguments = world.places[row.place] if row.place else {}
    api = row.route.startswith("api")
    named = {"id" if api and key == "public_id" else key: value for key, value in arguments.items()}
    return reverse(row.route, kwargs=named) + ADDRESS


def post(client: Client, address: str, body: Any, watch: Counted) -> HttpResponse:
    """With its effects undone."""
    client.raise_request_exception = False
    with transaction.atomic(), connection.execute_wrapper(watch):
        if address.startswith("/api/"):
            answer = client.post(address, json.dumps(body or BODY), "application/json", headers=HEADERS)
        else:
            answer = client.post(address, BODY, headers=HEADERS)
        transaction.set_rollback(True)
    return answer


def tells_nothing(text: str) -> bool:
    return not any(word in text for word in (MARKER, *NAMES, "Failing row", "INSERT", "SELECT"))


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_a_door_that_writes(world: World, row: Row, capfd: pytest.CaptureFixture) -> None:
    """At its first statement, in the middle and at the last."""
    role = next(role for role in ROLES if row.cell("POST", role) == "+")
    address, body = address_of(row, world), world.bodies[row.body] if row.body else None
    with all_that_is_logged() as said:
        post(world.client(role), address, body, Counted())  # what a process reads but once is read now
        counted = Counted()
        post(world.client(role), address, body, counted)
        number = counted.statements
        for failing in sorted({1, number // 2, number} - {0}):
            answer = post(world.client(role), address, body, Failing(failing))
            assert answer.status_code == 500, f"statement {failing} of {number}"
    assert tells_nothing(said.getvalue() + "".join(capfd.readouterr()))
    assert number == 0 or "fault: django.db.utils.IntegrityError" in said.getvalue()


@pytest.mark.parametrize("name", sorted(SIGN_IN_OPEN & {"account_login", "account_reset_password"}))
def test_a_door_of_the_sign_in(name: str, capfd: pytest.CaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    with all_that_is_logged() as said, connection.execute_wrapper(Failing(1)):
        answer = client.post(
            reverse(name) + ADDRESS, {"login": f"{MARKER}@example.org", "password": MARKER} | BODY
        )
    assert answer.status_code == 500
    assert "fault: django.db.utils.IntegrityError" in said.getvalue()
    assert tells_nothing(said.getvalue() + "".join(capfd.readouterr()))


TASKS = sorted(
    each.name
    for module in (reports.tasks, tracking.tasks)
    for each in vars(module).values()
    if isinstance(each, Task)
)


@pytest.mark.parametrize("name", TASKS)
def test_a_task(world: World, name: str, capfd: pytest.CaptureFixture) -> None:
    """As the worker runs it: with arguments that it cannot take, and with a database that fails."""
    task: Task = app.tasks[name]
    with all_that_is_logged() as said:
        task.apply(args=(MARKER, NAMES), kwargs={"name": MARKER})
        with transaction.atomic():
            arguments = (1,) * task.run.__code__.co_argcount
            with connection.execute_wrapper(Failing(1)):
                task.apply(args=arguments)
            transaction.set_rollback(True)
    assert tells_nothing(said.getvalue() + "".join(capfd.readouterr()))
    assert "fault: TypeError" in said.getvalue() and "IntegrityError" in said.getvalue()


def test_each_command_is_tried() -> None:
    assert {name for name, of in get_commands().items() if of in {"tracking", "reports"}} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command(world: World, name: str, capfd: pytest.CaptureFixture) -> None:
    """What nobody catches is shown by Python, what is refused by the command itself."""
    arguments, options = COMMANDS[name]
    with all_that_is_logged() as said, transaction.atomic():
        try:
            with connection.execute_wrapper(Failing(1)):
                call_command(name, *arguments, **options, stdout=StringIO())
        except CommandError as refused:
            assert "Failing row" not in str(refused)
        except Exception:
            sys.excepthook(*sys.exc_info())
        transaction.set_rollback(True)
    assert tells_nothing(said.getvalue() + "".join(capfd.readouterr()))


class TestCode:
    """What whoever met the fault is told, so that whoever looks for it finds it."""

    def test_the_page_names_the_code_of_the_log(self, world: World) -> None:
        client = world.client("clinician")
        client.raise_request_exception = False
        address = reverse("today")
        with all_that_is_logged(logs.Line()) as said, connection.execute_wrapper(Failing(6)):
            answer = client.get(address)
        codes = set(re.findall(r"<code dir=.ltr.>(\w{8})</code>", answer.content.decode()))
        (line,) = [line for line in said.getvalue().splitlines() if " fault=" in line]
        assert len(codes) == 1
        assert line.endswith(f" fault={codes.pop()} status=500 method=GET page=today")

    def test_the_api_says_it_in_json(self, world: World) -> None:
        client = world.client("clinician")
        client.raise_request_exception = False
        with all_that_is_logged(logs.Line()) as said, connection.execute_wrapper(Failing(1)):
            answer = client.get(reverse("api-patient-list"))
        assert (answer.status_code, sorted(answer.json())) == (500, ["code", "detail"])
        assert f" fault={answer.json()['code']} " in said.getvalue()

    def test_no_address_of_a_link_is_in_a_line(self, world: World) -> None:
        token = world.places["token"]["token"]
        with all_that_is_logged(logs.Line()) as said:
            Client().put(reverse("sitting-landing", args=[token]))
            Client().get(f"/s/{MARKER}/")
        assert token not in said.getvalue() and MARKER not in said.getvalue()
        assert "status=405 method=PUT page=sitting-landing" in said.getvalue()
        assert "status=404" in said.getvalue()
