"""Text that is encrypted in the database: who a patient is must not be readable in a stolen file."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongFieldKey(Exception):
    """A stored value does not open with the keys at hand. Raised, never returned as text: a field that
    fails open would encrypt the ciphertext again at the next save."""


def cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # takes no argument at run time
    """Text, encrypted with the newest of ``FIELD_KEYS``. Cannot be searched or ordered by the database."""

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return None if text is None else cipher().encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if value is None:
            return None
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise WrongFieldKey(f"{self.model.__name__}.{self.name} does not open with FIELD_KEYS") from error

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
