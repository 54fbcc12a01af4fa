"""TOML from anywhere as plain values, or refused naming the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from measures.errors import DefinitionError
from measures.language import gettext as _

MOST_DOTS = 100  # in one line: reading a dotted key takes time by the square of its parts


def read_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file. Raises ``DefinitionError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError(
            str(path), "(file)", _("cannot be read: {error}").format(error=error.strerror)
        ) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(str(path), "(file)", _("is not UTF-8: {error}").format(error=error)) from None
    return parsed(text, str(path))


def parsed(text: str, file: str) -> dict[str, object]:
    """The tables of a TOML text; ``file`` names it in errors. Raises ``DefinitionError``."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MOST_DOTS:
            raise DefinitionError(
                file, _("line {number}").format(number=number), _("has more dots than anything here needs")
            )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError, as is a number too long
        raise DefinitionError(file, "(file)", _("is not TOML: {error}").format(error=error)) from None
