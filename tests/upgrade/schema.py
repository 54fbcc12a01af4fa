"""What a database consists of besides its rows, as text that two databases can be compared by."""

from __future__ import annotations

import re

from django.db import connection

LIST = re.compile(r"\(ARRAY\[([^]]*)\]\)::text\[\]")
WORD = re.compile(r"('(?:[^']|'')*'::character varying)")
SQLITE = """
SELECT type || ' ' || name || ': ' || coalesce(sql, 'implied by ' || tbl_name)
FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'
"""
POSTGRESQL = """
SELECT 'column ' || c.relname || '.' || a.attname || ': ' || format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || ' ' || a.attidentity::text
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'relation ' || relname || ': ' || relkind::text || relpersistence::text
FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid)
    || CASE WHEN convalidated THEN '' ELSE ' not valid' END
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' not valid' END
FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger ' || tgenabled::text || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'sequence ' || sequencename || ': ' || data_type || ' ' || start_value || ' ' || increment_by
FROM pg_sequences WHERE schemaname = 'public'
"""


def objects() -> list[str]:
    """Every table, column, index, constraint, trigger, function and sequence of the database that is connected."""
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        return sorted(LIST.sub(as_read_again, text) for (text,) in cursor.fetchall())


def as_read_again(found: re.Match[str]) -> str:
    """PostgreSQL writes a list of words in another way once it has read its own dump."""
    return "ARRAY[" + WORD.sub(r"(\1)::text", found[1]) + "]"
