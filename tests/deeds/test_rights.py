"""Every deed can be done by the application's own database role, and that role may do nothing else.

On SQLite there are no roles; the table of rights is held to the deeds all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from pytest_django import DjangoDbBlocker

from reports.rights import CHANGED, NOT_OURS_TO_WRITE, REMOVED, rights_on
from tests.application import as_application, make_role
from tests.deeds.deed import Deed
from tests.deeds.ledger import models
from tests.deeds.stage import Stage, do
from tests.deeds.table import DEEDS
from tests.rooms import ROOT

pytestmark = pytest.mark.django_db
TABLE = {model.__name__: model._meta.db_table for model in models()}
# Locked by ``select_for_update`` or by ``update_or_create``, where no deed changes the row that is locked.
LOCKED = {"CareTeam", "SiteContacts", "Study", "StudyResult"}
NO_DEED = {"ReleaseMember", "StudyResult"}  # removed by a second try, and by a computation that finds less
LIBRARIES = {  # sign-in, sessions and the cache write these
    "account_emailaddress",
    "account_emailconfirmation",
    "django_session",
    "knox_authtoken",
    "mfa_authenticator",
    "throughline_cache",
}


def tables(sign: str) -> set[str]:
    entries = {entry for deed in DEEDS for entry in f"{deed.writes} {deed.again}".split()}
    names = {entry[1:].partition(":")[0].partition("*")[0] for entry in entries if entry[0] == sign}
    return {TABLE[name] for name in names}


def named(models: set[str]) -> set[str]:
    return {TABLE[name] for name in models}


def test_what_a_deed_changes_may_be_changed_and_nothing_else() -> None:
    assert tables("~") | named(LOCKED) == CHANGED - LIBRARIES
    assert LIBRARIES - {"account_emailconfirmation"} == CHANGED & LIBRARIES


def test_what_a_deed_removes_may_be_removed_and_nothing_else() -> None:
    assert tables("-") - LIBRARIES | named(NO_DEED) == REMOVED - LIBRARIES
    assert REMOVED >= LIBRARIES


def test_what_is_locked_is_locked() -> None:
    found = set()
    for path in (ROOT / "tracking", ROOT / "reports"):
        for file in path.rglob("*.py"):
            found |= set(locked_in(file))
    assert found >= LOCKED


def locked_in(file: Path) -> Iterator[str]:
    """``Model`` of each ``Model.objects….select_for_update()`` and ``….update_or_create()``."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in {"select_for_update", "update_or_create"}:
            yield ast.unparse(node.value).partition(".")[0]


def test_every_table_that_is_named_is_there() -> None:
    there = set(connection.introspection.table_names()) | {"throughline_cache"}
    assert there >= CHANGED | REMOVED | NOT_OURS_TO_WRITE


@pytest.mark.parametrize("table", ["tracking_auditevent", "tracking_readevent", "tracking_auditsegment"])
def test_the_record_is_added_to_alone(table: str) -> None:
    assert rights_on(table) == ("SELECT", "INSERT")
    assert rights_on("append_only_key") == ("SELECT",)


@pytest.fixture(scope="module")
def role(stage: Stage, django_db_blocker: DjangoDbBlocker) -> str:
    """Made in the transaction of the module, which is undone."""
    with django_db_blocker.unblock():
        return make_role() if connection.vendor == "postgresql" else ""


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_the_application_may_do_it(stage: Stage, role: str, deed: Deed) -> None:
    arguments = stage.arrange(deed)
    with as_application(role):
        do(deed, arguments)


def test_the_tables_of_all_models_are_known() -> None:
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert {table for table in CHANGED | REMOVED if table != "throughline_cache"} <= known
