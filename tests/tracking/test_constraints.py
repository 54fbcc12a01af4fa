"""Only the constraint that is meant is somebody else who was quicker; every other fault of the database is a fault."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint

from tracking.actions import care, people
from tracking.errors import InvalidInput
from tracking.models import RecordMove, Site, TreatmentEpisode, Unblinding, User
from tracking.models.constraints import broken, only

pytestmark = pytest.mark.django_db
TRACKING = Path(__file__).parents[2] / "tracking"


def fault(act: Callable[[], Any]) -> IntegrityError:
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        act()
    return raised.value


def test_each_kind_has_its_name_on_both_engines(
    episode: TreatmentEpisode, clinician: User, rater: User, site: Site
) -> None:
    values = {"episode": episode, "rater": rater, "asked_by": clinician, "reason": "x"}
    Unblinding.objects.create(**values)
    kinds = {
        "one_open_unblinding_a_rater": lambda: Unblinding.objects.create(**values),
        "unblinding_has_a_reason": lambda: Unblinding.objects.create(**values | {"reason": ""}),
        "tracking_user.email": lambda: User.objects.create_user(email=rater.email, name="X"),
        "tracking_site.key": lambda: Site(key=site.key, name="X").save(force_insert=True),
        "": lambda: Unblinding.objects.create(**values | {"reason": None}),
    }
    assert {name: broken(fault(act)) for name, act in kinds.items()} == {name: name for name in kinds}


def test_every_unique_column_is_known_by_what_the_engine_says() -> None:
    """PostgreSQL tells a name that it was given when the table was made or changed, SQLite the columns."""
    unknown = []
    with connection.cursor() as cursor:
        for model in (
            each for app in ("tracking", "reports") for each in apps.get_app_config(app).get_models()
        ):
            table = model._meta.db_table
            for name, found in connection.introspection.get_constraints(cursor, table).items():
                if found["unique"] and not found["primary_key"] and not _ours(table, name, found["columns"]):
                    unknown.append(name)
    assert unknown == []


def _ours(table: str, name: str, columns: list[str]) -> str:
    said = "UNIQUE constraint failed: " + ", ".join(f"{table}.{column}" for column in columns)
    error, cause = IntegrityError(), Exception(said)
    if connection.vendor == "postgresql":
        cause.diag = type("Diagnosis", (), {"table_name": table, "constraint_name": name})
    error.__cause__ = cause
    return broken(error)


def test_on_sqlite_no_two_constraints_are_called_alike() -> None:
    """It says the columns and not the name."""
    for model in (each for app in ("tracking", "reports") for each in apps.get_app_config(app).get_models()):
        unique = [one for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
        columns = [one.fields for one in unique] + [
            (f.name,) for f in model._meta.concrete_fields if f.unique
        ]
        assert len(columns) == len(set(columns)), model
        assert not any(one.expressions for one in unique), "broken() knows columns alone"


def test_a_fault_without_a_cause_or_of_another_kind_is_none_of_ours() -> None:
    assert broken(IntegrityError("UNIQUE constraint failed: tracking_user.email")) == ""
    assert broken(ValueError()) == ""


def test_any_other_is_raised_again(episode: TreatmentEpisode, clinician: User) -> None:
    error = fault(lambda: RecordMove.objects.create(proposed_by=clinician, patient=None))
    with pytest.raises(IntegrityError) as raised:
        only(error, "one_open_move_a_patient")
    assert raised.value is error


def test_an_action_does_not_say_of_another_fault_that_somebody_was_quicker(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, each of these was told as an address or a key that is taken."""
    made = User(email="n@example.org")
    monkeypatch.setattr(User.objects, "create_user", lambda **_: made.save(force_insert=not made.pk))
    monkeypatch.setattr(made, "name", None)
    with pytest.raises(IntegrityError):
        people.create_user(by=administrator, email="n@example.org", name="Nele Neu")


def test_what_is_meant_is_still_told(rater: User, site: Site) -> None:
    with pytest.raises(InvalidInput, match="belongs to another account"):
        people.create_user(by=None, email=rater.email, name="X")
    contacts = "Crisis line, 0800 111 0 111"
    with pytest.raises(InvalidInput):
        care.create_site(by=None, key=site.key, name="X", crisis_contacts=contacts)


def test_wherever_such_a_fault_is_caught_the_constraint_is_named() -> None:
    """A handler that names none takes whatever goes wrong for a conflict."""
    caught = [
        (path.name, handler)
        for path in sorted(TRACKING.parent.glob("[rt]*/**/*.py"))
        if path.parts[len(TRACKING.parent.parts)] in {"tracking", "reports"}
        and path.name != "rebuilding.py"  # of a backup, in which no row is in conflict with anybody
        for handler in ast.walk(ast.parse(path.read_text()))
        if isinstance(handler, ast.ExceptHandler)
        and handler.type
        and "IntegrityError" in ast.unparse(handler.type)
    ]
    assert len(caught) >= 10
    for file, handler in caught:
        first = ast.unparse(handler.body[0])
        assert first.startswith("only(error, "), f"{file}:{handler.lineno} names no constraint"
