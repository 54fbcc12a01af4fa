"""Failed tries, counted where every process sees them and no restart forgets them."""

from django.db import models

from tracking.privacy import classes


class FailedTries(models.Model):
    """How often one source has failed in one window of time. ``source`` is a keyed hash, never an address."""

    source = models.CharField(max_length=64)
    window = models.DateTimeField(help_text="When the window began.")
    count = models.PositiveIntegerField(default=0)

    privacy = classes(internal="id source window count")

    class Meta:
        verbose_name_plural = "failed tries"
        constraints = [models.UniqueConstraint(fields=["source", "window"], name="one_count_per_window")]

    def __str__(self) -> str:
        return f"{self.count} from {self.window:%Y-%m-%d %H:%M}"
