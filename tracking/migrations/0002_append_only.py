"""What was recorded is never overwritten: the database itself refuses, on both engines.

A later migration that alters one of these tables must put the guard back on SQLite, which builds such a
table anew and loses its triggers; ``tests/tracking/test_append_only.py`` looks at every table.

The guard opens only while a row stands in ``append_only_key``: the erasure path and the flush of the
test runner put one there and take it away inside their own transaction.
"""

from django.db import migrations

from tracking.migrations._append_only import guard, unguard

TABLES = [
    "tracking_assessment",
    "tracking_scalescore",
    "tracking_outcomeresult",
    "tracking_alertevent",
    "tracking_auditevent",
    "tracking_readevent",
    "tracking_researchconsent",
]
KEY = "CREATE TABLE append_only_key (opened_for varchar(60) NOT NULL)"
POSTGRES_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM append_only_key) THEN
        IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql
"""


def guard_first(apps, schema_editor):
    schema_editor.execute(KEY)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, None)  # no parameters: its % is not a placeholder
    guard(schema_editor, TABLES)


def unguard_last(apps, schema_editor):
    unguard(schema_editor, TABLES)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_change()")
    schema_editor.execute("DROP TABLE append_only_key")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]
    operations = [migrations.RunPython(guard_first, unguard_last)]
