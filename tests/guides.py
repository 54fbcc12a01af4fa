"""The examples of the guides, copied out of their Markdown as a reader would copy them.

A block whose introduction ends with the name of a file (``Save this as `scores.csv`:``) is that file; the lines of a
block without a language are commands.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *```(\w*)$")
NAMED = re.compile(r"`([\w./-]+\.\w+)`:$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language ("" where it names none), its text, the line that introduces it."""

    language: str
    text: str
    introduction: str

    @property
    def file(self) -> str:
        """The name under which a reader saves it; "" where it is not to be saved."""
        named = NAMED.search(self.introduction)
        return named[1] if named else ""


def page(name: str) -> str:
    """A page of the documentation: ``page("import.md")``."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str, language: str | None = None) -> list[Block]:
    """All fenced blocks of a page in order, or those of one language."""
    found, introduction, opened, inside = [], "", None, []
    for line in text.splitlines():
        fence = FENCE.match(line)
        if opened is None:
            opened = fence[1] if fence else None
            introduction = line.strip() or introduction if fence is None else introduction
        elif fence:
            found.append(Block(opened, "".join(f"{each}\n" for each in inside), introduction))
            opened, inside, introduction = None, [], ""
        else:
            inside.append(line)
    assert opened is None, "a block is not closed"
    return [block for block in found if language in (None, block.language)]


def save(text: str, folder: Path) -> list[str]:
    """Every file that a page has its readers save, in ``folder``. The names."""
    named = {block.file: block.text for block in blocks(text) if block.file}
    for name, content in named.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return list(named)


def commands(text: str, program: str) -> list[list[str]]:
    """The arguments of each command of a program (``manage.py``, ``python -m measures``) in the blocks without a
    language. A line that ends with a backslash goes on; what follows a # is a note to the reader."""
    lines = "\n".join(block.text for block in blocks(text, "")).replace("\\\n", " ").splitlines()
    found = (re.search(rf"(?:^|[ /]){re.escape(program)} (.*)$", line) for line in lines)
    return [shlex.split(line[1], comments=True) for line in found if line]


def table(text: str, first: str) -> list[dict[str, str]]:
    """The rows of the first table whose first column is headed ``first``, by the heads of its columns."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        for line in text.splitlines()
    ]
    begins = next(number for number, row in enumerate(rows) if row[:1] == [first])
    ends = next((number for number in range(begins, len(rows)) if not rows[number]), len(rows))
    return [dict(zip(rows[begins], row, strict=True)) for row in rows[begins + 2 : ends]]
