"""The guard of append-only tables, for each migration that makes such a table (0002 makes the key and the function)."""

SQLITE = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
WHEN NOT EXISTS (SELECT 1 FROM append_only_key)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES = [
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
]


def guard(schema_editor, tables):
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                schema_editor.execute(SQLITE.format(table=table, event=event))
        else:
            for statement in POSTGRES:
                schema_editor.execute(statement.format(table=table))


def unguard(schema_editor, tables):
    for table in tables:
        if schema_editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")
        else:
            for name in ("change", "truncate"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{name} ON {table}")


def both_ways(tables):
    """What ``RunPython`` does to these tables, and how it is undone."""
    return (lambda apps, editor: guard(editor, tables)), (lambda apps, editor: unguard(editor, tables))
