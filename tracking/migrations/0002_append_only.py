"""What was recorded is never overwritten: the database itself refuses, on both engines.

A later migration that alters one of these tables must put the guard back on SQLite, which builds such a
table anew and loses its triggers; ``tests/tracking/test_append_only.py`` looks at every table.

The guard opens only while a row stands in ``append_only_key``: the erasure path and the flush of the
test runner put one there and take it away inside their own transaction.
"""

from django.db import migrations

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

SQLITE = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
WHEN NOT EXISTS (SELECT 1 FROM append_only_key)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

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
POSTGRES = [
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
]


def guard(apps, schema_editor):
    run = schema_editor.execute
    run(KEY)
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for event in ("UPDATE", "DELETE"):
                run(SQLITE.format(table=table, event=event))
    else:
        run(POSTGRES_FUNCTION, None)  # no parameters: its % is not a placeholder
        for table in TABLES:
            for statement in POSTGRES:
                run(statement.format(table=table))


def unguard(apps, schema_editor):
    run = schema_editor.execute
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for event in ("UPDATE", "DELETE"):
                run(f"DROP TRIGGER {table}_no_{event}")
    else:
        run("DROP FUNCTION refuse_change() CASCADE")
    run("DROP TABLE append_only_key")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
