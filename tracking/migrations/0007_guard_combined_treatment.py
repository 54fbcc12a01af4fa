"""Signatures and washout rules are append-only, guarded as in 0002."""

import importlib

from django.db import migrations

first = importlib.import_module("tracking.migrations.0002_append_only")

TABLES = ["tracking_sessionsignature", "tracking_washoutrule"]


def guard(apps, schema_editor):
    run = schema_editor.execute
    for table in TABLES:
        if schema_editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                run(first.SQLITE.format(table=table, event=event))
        else:
            for statement in first.POSTGRES:
                run(statement.format(table=table))


def unguard(apps, schema_editor):
    run = schema_editor.execute
    for table in TABLES:
        if schema_editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                run(f"DROP TRIGGER {table}_no_{event}")
        else:
            for name in ("change", "truncate"):
                run(f"DROP TRIGGER {table}_no_{name} ON {table}")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_combined_treatment")]
    operations = [migrations.RunPython(guard, unguard)]
