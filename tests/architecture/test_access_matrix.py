"""Every route, every role, every method: let in where the reviewed table says so, and nowhere else."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from reports.pages.patient.page import revision_of
from tests.architecture.matrix import MATRIX, SIGN_IN_CLOSED, SIGN_IN_OPEN, Row
from tests.architecture.ward import ROLES as NEIGHBOURS
from tests.architecture.ward import STAFF
from tests.architecture.world import ROLES, World, build
from tests.engines import DOORS
from tests.reports.release_clinic import kept_for_the_module
from tracking.actions.glass import open_glass
from tracking.actions.tokens import create_token
from tracking.models import ReadEvent, TreatmentEpisode, User

pytestmark = [pytest.mark.django_db, DOORS]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ARGUMENTS = {"pk": 1, "key": "abc", "uidb36": "1"}
LET_IN = {200, 201, 204, 302, 400, 409, 422}
NAMES_PATIENT = {"patient", "episode", "self-report", "rating-of-team", "rating-of-rater", "open-report"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        yield build()


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns)
        else:
            assert each.name, f"{each.pattern} has no name"
            yield each.name


def url(row: Row, arguments: dict[str, Any]) -> str:
    named = {"id" if row.route.startswith("api") and k == "public_id" else k: v for k, v in arguments.items()}
    return reverse(row.route, kwargs=named)


def ask(client: Client, method: str, address: str, body: dict | None = None) -> HttpResponse:
    """One request whose effects, even a sign-out, are gone when it is answered. ``noted``: how often somebody was
    noted in the read log."""
    sent = json.dumps(body or {}) if address.startswith("/api/") else b""
    kind = "application/json" if address.startswith("/api/") else "application/x-www-form-urlencoded"
    with transaction.atomic():
        response = client.generic(method, address, sent, content_type=kind)
        response.noted = ReadEvent.objects.count()
        transaction.set_rollback(True)
    return response


def met(response: HttpResponse) -> str:
    """The answer as a cell of the matrix, ``405`` or what else it was."""
    code, to = response.status_code, response.headers.get("Location", "")
    if code == 401 or code == 302 and to.startswith(reverse("account_login")):
        return "L"
    if code == 503 and response.wsgi_request.path == reverse("readyz"):
        return "+"  # whoever asks is answered: nothing has beaten here yet
    return {403: "3", 404: "4"}.get(code) or ("+" if code in LET_IN else str(code))


def expected(row: Row, method: str, role: str) -> set[str]:
    cell = row.cell(method, role)
    if cell:
        return {cell}
    denial = row.denial(role)
    return {"405"} if denial == "+" else {"405", denial}


def test_every_route_is_in_the_reviewed_table() -> None:
    named = list(routes(get_resolver().url_patterns))
    reviewed = {row.route for row in MATRIX} | SIGN_IN_OPEN | SIGN_IN_CLOSED
    assert set(named) == reviewed
    assert len(named) == len(set(named))


def test_few_routes_are_open_to_anybody() -> None:
    """The patient's link and what it opens, and one word for whoever watches the server. With everything else
    anonymous people are sent to sign in."""
    open_routes = {row.route for row in MATRIX if row.denial("anonymous") != "L"}
    sittings = {
        "sitting-landing",
        "sitting",
        "sitting-item",
        "sitting-answer",
        "sitting-review",
        "sitting-done",
    }
    assert open_routes == sittings | {"healthz", "readyz"}


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_row(world: World, row: Row) -> None:
    address = url(row, world.places[row.place] if row.place else {})
    body = world.bodies[row.body] if row.body else None
    found = {
        (role, method): met(ask(world.client(role), method, address, body))
        for role in ROLES
        for method in METHODS
    }
    assert {
        (role, method): cell
        for (role, method), cell in found.items()
        if cell not in expected(row, method, role)
    } == {}


@pytest.mark.parametrize("name", sorted(SIGN_IN_OPEN | SIGN_IN_CLOSED))
def test_the_librarys_own_doors(world: World, name: str) -> None:
    pattern = next(p for p in get_resolver().reverse_dict.getlist(name))
    arguments = {argument: ARGUMENTS[argument] for argument in pattern[0][0][1]}
    address, client = reverse(name, kwargs=arguments), Client(raise_request_exception=False)
    answers = {method: met(ask(client, method, address)) for method in METHODS}
    if name in SIGN_IN_CLOSED:
        assert {cell for cell in answers.values() if cell != "405"} == {"L"}
    assert not [cell for cell in answers.values() if cell.startswith("5")]


def test_an_emergency_opens_one_page_and_no_other_door(world: World) -> None:
    """The clinician of the ward beside reads one page of our patient for an hour; every other address answers as
    before, for reading and for writing."""
    patient, by = world.users["patient"].patient, world.users["outsider"]
    with transaction.atomic():
        glass = open_glass(by=by, patient=patient, reason="collapsed")
        client = world.client("outsider")
        assert met(ask(client, "GET", reverse("emergency-record", args=[glass.public_id]))) == "+"
        closed = [row for row in MATRIX if row.place and "4" in {row.cell(m, "outsider") for m in METHODS}]
        found = {
            (str(row), method): met(
                ask(client, method, url(row, world.places[row.place]), world.bodies.get(row.body))
            )
            for row in closed
            for method in ("GET", "POST")
            if row.cell(method, "outsider") == "4"
        }
        transaction.set_rollback(True)
    assert len(found) > 100 and set(found.values()) == {"4"}


# What is the same for everybody, or of two sites, and the link, which is its own proof.
OF_NOBODY = {
    "person-of-two-sites",
    "token",
    "instrument",
    "instrument-version",
    "questionnaire",
    "questionnaire-version",
    "fhir-questionnaire",
    "fhir-questionnaire-version",
    "fhir-of-questionnaire",
    "worded",
    "worded-instrument",
    "empty-pack",
    "protocol",
    "protocol-version",
}
OF_WARD = [row for row in MATRIX if row.place and row.place not in OF_NOBODY]


def absent(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same address for something that does not exist."""
    other = {
        "public_id": uuid.uuid4(),
        "pk": 999_999_999,
        "key": "there-is-none",
        "site": "there-is-none",
    }
    return arguments | {name: other[name] for name in other if name in arguments}


def strangers(world: World, row: Row, method: str) -> Iterator[Client]:
    """Whom this row of ours is hidden from: of our own people those of whom the table says so, and of the
    neighbour's whoever is let in to such rows of their own."""
    for role in ROLES:
        if row.cell(method, role) == "4":
            yield world.client(role)
    for role in NEIGHBOURS:
        if row.cell(method, role) in {"+", "4"}:
            yield world.theirs.client(role)


@pytest.mark.parametrize("row", OF_WARD, ids=str)
def test_what_is_not_to_be_seen_looks_like_what_is_not_there(world: World, row: Row) -> None:
    arguments, body = world.places[row.place], world.bodies.get(row.body)
    for method in ("GET", "POST"):
        for client in strangers(world, row, method):
            seen = ask(client, method, url(row, arguments), body)
            none = ask(client, method, url(row, absent(arguments)), body)
            assert (seen.status_code, seen.content) == (404, none.content)
            assert dict(seen.headers) == dict(none.headers)
            assert seen.noted == 0


def test_whether_there_is_news_of_somebody_is_hidden_too(world: World) -> None:
    """A page that is open asks for what is later than it has: that nothing is tells of the course as well."""
    episode = TreatmentEpisode.objects.get(public_id=world.places["episode"]["public_id"])
    address = reverse("patient-course", args=[episode.public_id]) + f"?revision={revision_of(episode)}"
    assert ask(world.client("clinician"), "GET", address).status_code == 204
    assert ask(world.theirs.client("clinician"), "GET", address).status_code == 404


ENDS = ("administration-grant-end", "administration-membership-end", "administration-study-leave")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_somebody_holds_at_another_site_is_not_ended_here(world: World, method: str) -> None:
    """Also of somebody who works at both sites, whom the administrators of both administer."""
    client = world.client("administrator")
    for ward, met_here in ((world.ours, "+"), (world.theirs, "4")):
        addresses = [
            reverse(route, args=[row.pk]) for route, row in zip(ENDS, world.shared[ward.name], strict=True)
        ]
        assert [met(ask(client, method, address)) for address in addresses] == [met_here] * 3


def test_who_left_the_team_is_out_at_the_next_request(world: World) -> None:
    client = world.client("clinician")
    rows = [row for row in MATRIX if row.place in NAMES_PATIENT and row.cell("GET", "clinician") == "+"]
    assert len(rows) > 10
    world.users["clinician"].memberships.all().delete()
    for row in rows:
        assert ask(client, "GET", url(row, world.places[row.place])).status_code == 404


def test_whose_account_is_closed_is_out_at_the_next_request(world: World) -> None:
    client, user = world.client("clinician"), world.users["clinician"]
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    for row in MATRIX:
        if row.cell("GET", "anonymous") == "L":
            address = url(row, world.places[row.place] if row.place else {})
            assert met(ask(client, "GET", address)) == "L"


# And the doors of the sign-in. None of them shows anybody's data; "home" only leads on.
ALWAYS_OPEN = {"home", "second-factor", "language"}


@pytest.mark.parametrize("role", [*STAFF, "administrator"])
def test_whoever_owes_a_second_step_is_shown_nothing_else(world: World, role: str) -> None:
    """By a page, a session at the API or a token; also a form that is sent stores nothing."""
    client, user = world.client(role), world.users[role]
    token = create_token(by=user)[1]
    Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - timedelta(days=8))
    shut = 0
    for row in MATRIX:
        for method in ("GET", "POST"):
            if (
                row.cell(method, role) != "+"
                or row.cell(method, "anonymous") != "L"
                or row.route in ALWAYS_OPEN
            ):
                continue
            address = url(row, world.places[row.place] if row.place else {})
            body = world.bodies[row.body] if row.body else None
            for headers in ({}, {"Authorization": f"Token {token}"}):
                answer = ask(client if not headers else Client(headers=headers), method, address, body)
                if row.route.startswith("api"):
                    assert answer.status_code == 403 and b"two-step sign-in" in answer.content, row
                elif not headers:
                    assert (answer.status_code, answer.headers["Location"]) == (
                        302,
                        reverse("second-factor"),
                    ), row
                assert answer.noted == 0
            shut += 1
    assert shut > 10


def test_no_page_takes_a_form_of_another_site(world: World) -> None:
    """CSRF. The landing page of a link is the one exception: it sends no referrer, and its token is the proof."""
    taken = set()
    for row in MATRIX:
        role = next((role for role in ROLES if row.cell("POST", role) == "+"), None)
        if role is None:
            continue
        client = Client(enforce_csrf_checks=True)
        client.cookies = world.client(role).cookies
        address = url(row, world.places[row.place] if row.place else {})
        body = world.bodies[row.body] if row.body else None
        if ask(client, "POST", address, body).status_code != 403:
            taken.add(row.route)
    assert taken == {"sitting-landing"}


def test_nothing_tells_an_anonymous_visitor_how_the_site_is_made(world: World) -> None:
    client = Client(raise_request_exception=False)
    for address in ("/admin/", "/admin/login/", "/metrics", "/api/", "/api/v1/", "/docs/", "/api/schema/"):
        assert client.get(address).status_code == 404
    assert client.get("/api/v1/schema/").status_code == 401
    assert client.generic("TRACE", "/").status_code in {302, 405}
    assert (
        "text/html"
        not in client.get("/api/v1/patients/", headers={"accept": "text/html"}).headers["Content-Type"]
    )
