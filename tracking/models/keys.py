"""Under which keys the encrypted fields of this database are written, without the keys."""

from __future__ import annotations

from django.db import models

from tracking import clock
from tracking.privacy import classes


class FieldKey(models.Model):
    """A key by its check value. As long as it is not retired, no process starts without it in ``FIELD_KEYS``."""

    check_value = models.CharField(max_length=64, unique=True)
    first_used_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, help_text="Since then nothing may be written under it.")
    retired_at = models.DateTimeField(null=True, help_text="Since then no row needs it.")

    privacy = classes(internal="id check_value first_used_at closed_at retired_at")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"key {self.check_value[:8]}"
