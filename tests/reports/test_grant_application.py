"""The application's own role on PostgreSQL cannot touch what was recorded, nor disarm what guards it."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from reports.management.commands import grant_application
from tests.application import as_application, make_role
from tests.tracking.sealed import a_record
from tracking.models import AuditEvent

pytestmark = pytest.mark.django_db
FORBIDDEN = [
    "UPDATE tracking_auditevent SET action = 'x'",
    "DELETE FROM tracking_auditevent",
    "UPDATE tracking_readevent SET page = 'x'",
    "DELETE FROM tracking_readevent",
    "DELETE FROM tracking_auditsegment",
    "UPDATE tracking_chaincheck SET found = 0",
    "UPDATE tracking_assessment SET source = 'self'",
    "UPDATE tracking_scalescore SET value = 0",
    "TRUNCATE tracking_auditevent CASCADE",
    "INSERT INTO append_only_key VALUES ('somebody')",
    "DROP TRIGGER tracking_auditevent_no_change ON tracking_auditevent",
    "ALTER TABLE tracking_auditevent DISABLE TRIGGER ALL",
    "ALTER TABLE tracking_auditevent ADD COLUMN more integer",
    "DROP TABLE tracking_auditevent CASCADE",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS 'BEGIN RETURN NEW; END' LANGUAGE plpgsql",
    "CREATE TABLE append_only_key_2 (id integer)",
    "CREATE TEMPORARY TABLE append_only_key (opened_for varchar(60))",
    "SET session_replication_role = replica",
    "UPDATE django_migrations SET name = 'x'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_is_refused(statement: str) -> None:
    """All of these are done by the owner, whom the application was before."""
    if connection.vendor == "sqlite":
        return
    role = make_role()
    a_record()
    with as_application(role):
        assert AuditEvent.objects.exists()
        with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic():
            run(statement)


@pytest.mark.parametrize("statement", [each for each in FORBIDDEN if "tracking_auditevent" in each][2:])
def test_the_owner_is_not_refused(statement: str) -> None:
    """Or the test above would prove nothing."""
    if connection.vendor == "postgresql":
        run("INSERT INTO append_only_key VALUES ('somebody')")
        run(statement)


def test_what_a_role_had_before_is_taken() -> None:
    if connection.vendor == "postgresql":
        role = make_role()
        run(f'GRANT ALL ON tracking_auditevent TO "{role}"')
        run("GRANT TEMPORARY ON DATABASE {} TO PUBLIC".format(connection.settings_dict["NAME"]))
        make_role()
        with as_application(role), pytest.raises(ProgrammingError), transaction.atomic():
            run("UPDATE tracking_auditevent SET action = 'x'")


class TestCommand:
    def test_it_makes_the_role_with_its_password(self, settings: LazySettings) -> None:
        settings.APPLICATION_PASSWORD = "words of the application"
        name = f"{connection.settings_dict['NAME']}_made" if connection.vendor == "postgresql" else "any"
        said = [granted(name) for _ in range(2)][1]
        if connection.vendor == "sqlite":
            assert said == "SQLite has no roles: whoever can open the file can change everything in it.\n"
            return
        assert said.startswith(f"{name} may do what the application does, on ")
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s AND rolcanlogin", [name])
            assert cursor.fetchone()[0].startswith("SCRAM-SHA-256$")

    def test_a_role_that_is_not_there_is_named(self) -> None:
        if connection.vendor == "postgresql":
            with pytest.raises(CommandError, match="there is no role nobody_at_all"):
                granted("nobody_at_all")

    def test_the_owner_cannot_be_the_application(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user")
                owner = cursor.fetchone()[0]
            with pytest.raises(CommandError, match="needs a role of its own"):
                granted(owner)

    def test_a_role_that_can_make_tables_by_way_of_another_is_named(self) -> None:
        if connection.vendor == "postgresql":
            role = make_role()
            run(f'CREATE ROLE "{role}_group"')
            run(f'GRANT CREATE ON SCHEMA public TO "{role}_group"')
            run(f'GRANT "{role}_group" TO "{role}"')
            with pytest.raises(CommandError, match="can still make tables"):
                granted(role)


@pytest.mark.parametrize(
    ("there", "above", "left_over", "refusal"),
    [
        (False, False, False, "there is no role somebody"),
        (True, True, False, "needs a role of its own"),
        (True, False, True, "can still make tables"),
    ],
)
def test_what_the_server_says_of_the_role_is_heard(
    monkeypatch: pytest.MonkeyPatch, there: bool, above: bool, left_over: bool, refusal: str
) -> None:
    """The same refusals where there is no PostgreSQL to say so."""
    heard = {grant_application.ABOVE: above, grant_application.LEFT_OVER: left_over}
    monkeypatch.setattr(grant_application, "connection", SimpleNamespace(vendor="postgresql"))
    monkeypatch.setattr(
        grant_application.Command, "_asked", lambda _, question, *of: heard.get(question, there)
    )
    for step in ("_take_all", "_grant"):
        monkeypatch.setattr(grant_application.Command, step, lambda *_: 0)
    with pytest.raises(CommandError, match=refusal):
        granted("somebody")


def granted(role: str) -> str:
    out = StringIO()
    call_command("grant_application", role, stdout=out)
    return out.getvalue()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
