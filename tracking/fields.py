"""Text that is encrypted in the database: who a patient is must not be readable in a stolen file."""

import hmac
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

CHECKED_FOR = b"throughline field key"  # what a check value is made of, beside the key


class WrongFieldKey(RuntimeError):
    """``FIELD_KEYS`` are not those of this database, or a value that was not read was about to be stored."""


class Unreadable(str):
    """Stands for a stored value that does not open with the keys at hand. It is no text, so it is empty; it can never
    be stored, because what it stands for would be lost."""

    __slots__ = ()


UNREADABLE = Unreadable()


def _nothing_to_check() -> None:
    pass


_confirm: Callable[[], None] = _nothing_to_check


def confirm_with(check: Callable[[], None]) -> None:
    """From now on, in this process, ``check`` is asked before anything is encrypted. It raises ``WrongFieldKey``."""
    global _confirm
    _confirm = check


def cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def check_value(key: str) -> str:
    """What tells a key from another, and tells nothing of the key. People are shown its first eight letters."""
    return hmac.digest(key.encode(), CHECKED_FOR, "sha256").hex()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # takes no argument at run time
    """Text, encrypted with the newest of ``FIELD_KEYS``. Cannot be searched or ordered by the database."""

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Unreadable):
            raise WrongFieldKey(f"{self.model.__name__}.{self.name} was not read, so it is not stored")
        text = super().get_prep_value(value)
        if text is None:
            return None
        _confirm()
        return cipher().encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """One value that does not open must not take the rest of the list with it."""
        if value is None:
            return None
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            return UNREADABLE

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
