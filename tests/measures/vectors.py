"""The reference vectors: cases with answers and what an independent source expects of them."""

from pathlib import Path

from measures.verify.cases import Case, read_cases

FOLDER = Path(__file__).parents[1] / "data" / "vectors"


def cases(name: str) -> list[Case]:
    return read_cases(FOLDER / f"{name}.json")
