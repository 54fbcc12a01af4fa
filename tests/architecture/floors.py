"""The picture of the house in ``docs/architecture.md``.

``python -m tests.architecture.floors`` draws it, with ``--check`` it says whether it is still true. The floors
are those that the contracts in ``pyproject.toml`` lay down; the arrows are the imports themselves.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import grimp

from tests.architecture.kept import kept
from tests.rooms import ROOT

PICTURE = ROOT / "docs" / "images" / "architecture.svg"
APPS = ("reports", "tracking")
WIDE, HIGH, ROOM, GAP, HEAD = 1180, 62, 40, 24, 44
COLUMN = (WIDE - 3 * GAP) // 2
STYLE = """
svg { font: 14px system-ui, sans-serif }
.app { fill: #f3f4f2; stroke: none } .room { fill: #fff; stroke: #8a938c } text { fill: #1d2420 }
.quiet { fill: #5b655e; font-size: 12px } .arrow { fill: none; stroke: #35664f; stroke-opacity: .28 }
@media (prefers-color-scheme: dark) {
  .app { fill: #1b201d } .room { fill: #262d29; stroke: #6d776f } text { fill: #e6eae7 }
  .quiet { fill: #a7b1aa } .arrow { stroke: #8fc7ab; stroke-opacity: .35 }
}"""


@dataclass(frozen=True)
class Room:
    """A room in its column, and how many files stand in it."""

    name: str
    x: float
    y: float
    width: float
    files: int

    def at(self, share: float) -> float:
        """How far to the right a place along its wall lies."""
        return self.x + self.width * share


def floors(app: str) -> list[list[str]]:
    """The rooms of an app, floor by floor from above."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"] == f"the floors of {app}")
    return [[name.strip() for name in floor.split("|")] for floor in layers]


def rooms(app: str, left: float, graph: grimp.ImportGraph) -> dict[str, Room]:
    found = {}
    for number, names in enumerate(floors(app)):
        width = (COLUMN - 2 * GAP - (len(names) - 1) * GAP / 2) / len(names)
        for place, name in enumerate(names):
            module = f"{app}.{name}"
            files = len(graph.find_descendants(module)) + 1
            x, y = left + GAP + place * (width + GAP / 2), HIGH + HEAD + number * (ROOM + GAP)
            found[module] = Room(name, x, y, width, files)
    return found


def imports(found: dict[str, Room], graph: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """How often the files of a room import those of another."""
    room_of = {module: name for name in found for module in (name, *graph.find_descendants(name))}
    return Counter(
        (room_of[module], room_of[imported])
        for module in room_of
        for imported in graph.find_modules_directly_imported_by(module)
        if imported in room_of and room_of[imported] != room_of[module]
    )


def arrows(found: dict[str, Room], graph: grimp.ImportGraph) -> Iterator[str]:
    """From each room down to those that it imports, the thicker the more often; side by side along their walls."""
    often = imports(found, graph)
    pairs = sorted(often, key=lambda pair: (found[pair[1]].y, found[pair[0]].y, pair))
    for above, below in pairs:
        down = [other for one, other in pairs if one == above]
        up = [one for one, other in pairs if other == below]
        start = found[above].at((down.index(below) + 1) / (len(down) + 1))
        end = found[below].at((up.index(above) + 1) / (len(up) + 1))
        top, bottom = found[above].y + ROOM, found[below].y
        bend = (bottom - top) / 2
        thick = min(1 + sqrt(often[above, below]) / 4, 5)
        curve = f"C{start:.0f} {top + bend:.0f} {end:.0f} {bottom - bend:.0f} {end:.0f} {bottom:.0f}"
        yield f'<path class="arrow" stroke-width="{thick:.1f}" d="M{start:.0f} {top:.0f}{curve}"/>'


def box(room: Room) -> str:
    files = f"{room.files} file{'s' if room.files > 1 else ''}"
    wide = room.width > 130
    right, line = room.x + room.width - 12, room.y + 25
    said = f'<text class="quiet" x="{right:.0f}" y="{line:.0f}" text-anchor="end">{files}</text>'
    return (
        f'<rect class="room" rx="8" x="{room.x:.0f}" y="{room.y:.0f}" width="{room.width:.0f}" height="{ROOM}"/>'
        f'<text x="{room.x + 12:.0f}" y="{line:.0f}">{room.name}</text>{said if wide else ""}'
    )


def bar(name: str, said: str, y: float) -> str:
    return (
        f'<rect class="app" rx="12" x="{GAP}" y="{y:.0f}" width="{WIDE - 2 * GAP}" height="{ROOM}"/>'
        f'<text x="{2 * GAP}" y="{y + 25:.0f}">{name} <tspan class="quiet">{said}</tspan></text>'
    )


def drawn() -> str:
    graph = grimp.build_graph(*APPS)
    high = HEAD + max(len(floors(app)) for app in APPS) * (ROOM + GAP)
    parts = [bar("config", "the site: settings, addresses, worker, base templates", 8)]
    for number, app in enumerate(APPS):
        left = GAP + number * (COLUMN + GAP)
        parts.append(
            f'<rect class="app" rx="12" x="{left}" y="{HIGH}" width="{COLUMN}" height="{high}"/>'
            f'<text x="{left + GAP}" y="{HIGH + 28}">{app}</text>'
        )
        found = rooms(app, left, graph)
        parts += [*arrows(found, graph), *map(box, found.values())]
    parts.append(bar("measures", "instruments and scoring; knows no Django", HIGH + high + 12))
    title = (
        "config above reports, reports above tracking, tracking above measures; in each the rooms by floors"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH + high + ROOM + 24}" role="img" '
        f'aria-label="{title}"><style>{STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    sys.exit(kept(PICTURE, drawn(), sys.argv[1:], "tests.architecture.floors"))
