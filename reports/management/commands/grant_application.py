"""``manage.py grant_application``: what the application's own database role may do, and nothing else.

Run by the owner of the tables after each migration. On SQLite there are no roles, and it says so.
"""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from reports.rights import ROLE, rights_on

SCHEMA = "public"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
ABOVE = """
SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls OR rolname = current_user
    OR pg_has_role(oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
    OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)
FROM pg_roles WHERE rolname = %s
"""
LEFT_OVER = """
SELECT has_schema_privilege(%s, %s, 'CREATE') OR has_database_privilege(%s, current_database(), 'TEMPORARY')
"""


class Command(BaseCommand):
    help = (
        "Grants the application's database role what it needs; makes the role if APPLICATION_PASSWORD is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", default=ROLE, help=f"{ROLE} if not said")

    @transaction.atomic
    def handle(self, *, role: str, **options: object) -> None:
        if connection.vendor != "postgresql":
            self.stdout.write("SQLite has no roles: whoever can open the file can change everything in it.")
            return
        self._make(role, settings.APPLICATION_PASSWORD)
        self._refuse_above(role)
        self._take_all(role)
        count = self._grant(role)
        if self._asked(LEFT_OVER, role, SCHEMA, role):
            raise CommandError(f"{role} can still make tables: let the owner of the database run this")
        self.stdout.write(f"{role} may do what the application does, on {count} tables")

    def _make(self, role: str, password: str) -> None:
        there = self._asked("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", role)
        if not password:
            if not there:
                raise CommandError(f"there is no role {role}: make it, or set APPLICATION_PASSWORD")
            return
        # Hashed here: the server may write its statements into a log.
        connection.ensure_connection()
        hashed = connection.connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        word = sql.SQL("ALTER" if there else "CREATE")
        self._do("{} ROLE {} LOGIN PASSWORD {}", word, sql.Identifier(role), sql.Literal(hashed.decode()))

    def _refuse_above(self, role: str) -> None:
        if self._asked(ABOVE, role):
            raise CommandError(
                f"{role} owns tables or stands above them: the application needs a role of its own"
            )

    def _take_all(self, role: str) -> None:
        """Also from everybody: PostgreSQL lets anybody make tables, one of which could hide the key of the guard."""
        name, schema = sql.Identifier(role), sql.Identifier(SCHEMA)
        database = sql.Identifier(str(connection.settings_dict["NAME"]))
        self._do("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", schema, name)
        self._do("REVOKE ALL ON ALL SEQUENCES IN SCHEMA {} FROM {}", schema, name)
        self._do("REVOKE ALL ON SCHEMA {} FROM {}", schema, name)
        self._do("REVOKE ALL ON DATABASE {} FROM {}", database, name)
        self._do("REVOKE CREATE ON SCHEMA {} FROM PUBLIC", schema)
        self._do("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", database)
        self._do("GRANT CONNECT ON DATABASE {} TO {}", database, name)
        self._do("GRANT USAGE ON SCHEMA {} TO {}", schema, name)
        self._do("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}", schema, name)

    def _grant(self, role: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(TABLES, [SCHEMA])
            tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            rights = sql.SQL(", ").join(map(sql.SQL, rights_on(table)))
            self._do("GRANT {} ON {} TO {}", rights, sql.Identifier(SCHEMA, table), sql.Identifier(role))
        return len(tables)

    def _do(self, statement: str, *parts: sql.Composable) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*parts).as_string(connection.connection))

    def _asked(self, question: str, *values: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            return bool(cursor.fetchone()[0])
