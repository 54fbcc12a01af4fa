"""Which faults are planted: all of a file or a kind, or a sample spread over the parts of the product."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from tests.mutants.named import NAMED, named_faults
from tests.mutants.points import point_faults
from tests.mutants.source import Mutant, Source
from tests.rooms import ROOT, WRITERS

PARTS = ("measures", "reports/stats", "reports/actions", "reports/export", "tracking/actions", "policies")
PRODUCT = ("measures", "reports", "tracking")
POINT = "point"
KINDS = (POINT, *NAMED)


def part_of(path: str) -> str:
    """The part of the product that a file is counted with."""
    if "/policies" in path:
        return "policies"
    if path.startswith("tracking/") and path.rpartition("/")[0] in WRITERS:
        return "tracking/actions"
    return next((part for part in PARTS if path.startswith(f"{part}/")), path.rpartition("/")[0])


def files(paths: Iterable[str]) -> Iterator[str]:
    """The Python files of these files and folders, as paths below the root."""
    for given in paths:
        path = ROOT / given
        if not path.exists():
            raise SystemExit(f"there is no {given}")
        for found in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if "migrations" not in found.parts:
                yield found.relative_to(ROOT).as_posix()


def mutants(kind: str, paths: Iterable[str]) -> list[Mutant]:
    """Every fault of a kind. Without paths: point faults of the parts, named ones of the whole product."""
    paths = list(paths)
    chosen = sorted(set(files(paths or PRODUCT)))
    if kind == POINT and not paths:
        chosen = [path for path in chosen if part_of(path) in PARTS]
    faults = point_faults if kind == POINT else named_faults
    found = [mutant for path in chosen for mutant in faults(Source.read(ROOT, path))]
    return [mutant for mutant in found if kind in (POINT, mutant.kind)]


def by_id(identity: str) -> Mutant:
    path = identity.split(":")[0]
    kind = identity.rpartition(":")[2]
    found = {mutant.id: mutant for mutant in mutants(kind if kind in NAMED else POINT, [path])}
    if identity not in found:
        raise SystemExit(f"there is no fault {identity}; list those of {path}")
    return found[identity]


def sample(found: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """``size`` faults: from each part in proportion to what can go wrong in it, but a fair minimum of each."""
    parts: dict[str, list[Mutant]] = {}
    for mutant in found:
        parts.setdefault(part_of(mutant.path), []).append(mutant)
    shares = _shares({part: len(here) for part, here in parts.items()}, size)
    return [
        mutant
        for part in sorted(parts)
        for mutant in random.Random(f"{seed} {part}").sample(parts[part], shares[part])  # noqa: S311
    ]


def _shares(sizes: dict[str, int], total: int) -> dict[str, int]:
    """Half of an even share for each part, the rest where the most is, never more than there is."""
    total = min(total, sum(sizes.values()))
    least = total // (2 * len(sizes))
    shares = {part: min(size, least) for part, size in sizes.items()}
    while sum(shares.values()) < total:
        neediest = max(sorted(sizes), key=lambda part: (sizes[part] - shares[part]) / (1 + shares[part]))
        shares[neediest] += 1
    return shares
