"""No page says a word that was not asked to be translated: every page, to everybody who is let in, in a language in
which each translated message stands in brackets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.architecture.looks import address_of
from tests.architecture.matrix import MATRIX, Row
from tests.architecture.world import ROLES, World, build
from tests.engines import DOORS
from tests.reports.release_clinic import kept_for_the_module
from tests.translations import pseudo
from tests.translations.torn import torn

pytestmark = [pytest.mark.django_db, DOORS]
PAGES = [row for row in MATRIX if not row.route.startswith("api") and row.route != "healthz"]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        yield build()


@pytest.fixture(scope="module")
def data(world: World, django_db_blocker: DjangoDbBlocker) -> list[str]:
    with django_db_blocker.unblock():
        return pseudo.data()


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_every_word_is_translated(
    world: World, data: list[str], row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what is said to a form that was sent empty."""
    pseudo.speak(monkeypatch)
    found = set()
    for role in ROLES:
        for method in ("get", "post"):
            if row.cell(method.upper(), role) != "+" or role == "outsider":
                continue
            with transaction.atomic():
                answer = getattr(world.client(role), method)(address_of(row, world.ours))
                transaction.set_rollback(True)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found |= set(pseudo.outside(answer.content.decode(), data))
    assert found == set(), "\n".join(sorted(found))


def test_what_is_outside() -> None:
    page = "<p>⟦Day ⟦3⟧⟧: Ada Berg</p><p lang='de'>Heute</p><p title='Close'>PHQ-9</p><td data-label='⟦Day⟧'>open</td>"
    assert pseudo.outside(page, ["Ada Berg", "PHQ-9"]) == ["Close", "open"]


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_nothing_is_torn(world: World, row: Row) -> None:
    found = set()
    for role in ROLES:
        if row.cell("GET", role) != "+" or role == "outsider":
            continue
        with transaction.atomic():
            answer = world.client(role).get(address_of(row, world.ours), headers={"Accept-Language": "ar"})
            transaction.set_rollback(True)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found |= set(torn(answer.content.decode()))
    assert found == set(), "\n".join(sorted(found))


def test_what_is_torn() -> None:
    ours = '<html dir="rtl">'
    assert torn(ours + "<h1>WAI-SR, 29 نوفمبر 2026</h1>") == ["WAI-SR, 29 نوفمبر 2026"]
    assert torn(ours + "<h1><bdi>WAI-SR</bdi>, 29 نوفمبر 2026</h1><p>PHQ-9 اليوم</p>") == []
    assert torn(ours + "<p>Ada <bdi>(معالج)</bdi>, Bo</p>") == ["Ada \ufffc, Bo"]
    assert torn(ours + "<p>Copyright Robert Horne.</p>") == ["Copyright Robert Horne."]
    assert torn("<p>Copyright Robert Horne.</p>") == []
