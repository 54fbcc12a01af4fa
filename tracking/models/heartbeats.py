"""When each part of the machinery last gave a sign of life."""

from __future__ import annotations

from django.db import models

from tracking.privacy import classes


class Heartbeat(models.Model):
    """One row for each process, each queue and each job of the clock."""

    name = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    privacy = classes(internal="id name at")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"
