"""Static files: compressed, under names that change with their content. The list of all of them is nobody's to read."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.environment import private_folder


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types
    """The list stands beside the folder that is served, not in it: it would tell which version of what runs here."""

    def __init__(self, *args: Any, **options: Any) -> None:
        aside = FileSystemStorage(location=private_folder("static-names"))
        super().__init__(*args, manifest_storage=aside, **options)

    def save_manifest(self) -> None:
        super().save_manifest()
        self.delete(self.manifest_name)  # where an earlier version has put it
