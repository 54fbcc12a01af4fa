"""Every file in a line, in ``docs/files.md``: what its docstring says first, and the names that others may use.

``python -m tests.architecture.index`` writes it, with ``--check`` it says whether it is still true.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.kept import kept
from tests.rooms import ROOT

PAGE = ROOT / "docs" / "files.md"
PACKAGES = ("tracking", "reports", "measures", "config")
HEAD = """# Every file in a line

What each file is for, in the first words of its own docstring, and the names in it that others use. The rooms are
explained in [architecture](architecture.md). Written by `python -m tests.architecture.index`; `make check` fails when
it is no longer true.
"""


def folders() -> Iterator[tuple[Path, list[Path]]]:
    for package in PACKAGES:
        found = sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
        for folder in sorted({path.parent for path in found}):
            yield folder, [path for path in found if path.parent == folder and said(path)]


def said(path: Path) -> str:
    """The first paragraph of the docstring, on one line."""
    words = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(words.split("\n\n")[0].split())


def names(path: Path) -> str:
    """Public functions and classes, as they stand."""
    found = ast.parse(path.read_text()).body
    kinds = (ast.FunctionDef, ast.ClassDef)
    return ", ".join(f"`{one.name}`" for one in found if isinstance(one, kinds) and one.name[0] != "_")


def templates() -> Iterator[str]:
    for folder in sorted({path.parent for path in ROOT.glob("*/templates/**/*.html")}):
        yield f"* `{folder.relative_to(ROOT).as_posix()}/`: " + ", ".join(
            path.stem for path in sorted(folder.glob("*.html"))
        )


def written() -> str:
    parts = [HEAD]
    for folder, files in folders():
        if files:
            rows = [
                f"| `{path.relative_to(ROOT).as_posix()}` | {cell(said(path))} | {names(path)} |"
                for path in files
            ]
            title = f"## {folder.relative_to(ROOT).as_posix()}"
            parts.append(
                "\n".join([title, "", "| file | what it is for | names |", "|---|---|---|", *rows]) + "\n"
            )
    parts.append("\n".join(["## Templates", "", *templates()]) + "\n")
    return "\n".join(parts)


def cell(words: str) -> str:
    return re.sub(r"``?", "`", words).replace("|", r"\|")


if __name__ == "__main__":
    sys.exit(kept(PAGE, written(), sys.argv[1:], "tests.architecture.index"))
