"""Compiles the catalogues that stand beside what they translate: ``python -m config.translations [FILE.po …]``, all
without a file. Not ``pybabel compile``: to it "60 % of" is a placeholder, which no other language has."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE = Path(__file__).parents[1]


def catalogues() -> list[Path]:
    return sorted(BASE.glob("*/locale/*/LC_MESSAGES/django.po"))


def compile_all(paths: Iterable[Path]) -> None:
    for path in paths:
        with path.open("rb") as written, path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(written, locale=path.parents[1].name))


if __name__ == "__main__":
    compile_all([Path(each) for each in sys.argv[1:]] or catalogues())
