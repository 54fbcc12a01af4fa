"""What was written once, read by somebody, and is held to from then on."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def assert_as_kept(name: str, found: str, folder: Path) -> None:
    """``found`` is word for word what ``tests/data`` keeps under this name. Where a difference is meant, it is read and
    copied out of ``folder``, a test's own."""
    written, kept = folder / Path(name).name, FOLDER / name
    written.write_text(found)
    assert found == (kept.read_text() if kept.exists() else ""), f"where it was meant: cp {written} {kept}"
