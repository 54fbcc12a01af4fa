"""Rows that stand under a key that nobody has any more."""

from __future__ import annotations

from cryptography.fernet import Fernet
from django.db import connection
from django.db.models import Model

from tracking.fields import EncryptedTextField


def lose_key(row: Model, *names: str) -> None:
    """These encrypted columns of the row, or all of them, do not open any more."""
    lost = Fernet(Fernet.generate_key())
    table = row._meta.db_table
    with connection.cursor() as cursor:
        for field in row._meta.concrete_fields:
            if isinstance(field, EncryptedTextField) and (not names or field.name in names):
                value = lost.encrypt(b"nobody knows").decode()
                cursor.execute(f'UPDATE {table} SET "{field.column}" = %s WHERE id = %s', [value, row.pk])  # noqa: S608
