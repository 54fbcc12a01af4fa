"""Where imported episodes come from."""

from __future__ import annotations

from django.db import models

from tracking.fields import EncryptedTextField
from tracking.models.treatment import TreatmentEpisode
from tracking.privacy import classes


class EpisodeSource(models.Model):
    """The patient's id in the file that an episode was imported from, so that a later file can join it.

    Encrypted and in a table of its own: what a file calls its id may be a record number.
    """

    episode = models.OneToOneField(TreatmentEpisode, on_delete=models.PROTECT, related_name="imported_from")
    source_id = EncryptedTextField()

    privacy = classes(internal="id episode", identifier="source_id")

    def __str__(self) -> str:
        return "source"
