"""What a program of ours writes from the code and is kept in ``docs``: written anew, or held to what stands."""

from __future__ import annotations

from pathlib import Path

from tests.rooms import ROOT


def kept(path: Path, made: str, arguments: list[str], program: str) -> int:
    """The exit code. With ``--check`` nothing is written, and what is no longer true is named with the program."""
    if "--check" not in arguments:
        path.write_text(made)
    elif path.read_text() != made:
        print(f"{path.relative_to(ROOT)} is not what stands: python -m {program}")
        return 1
    return 0
