"""The whole suite at each of the eight instants on both engines: ``python -m tests.instants [pytest arguments]``."""

from __future__ import annotations

import sys
import time

from tests.clock import INSTANTS
from tests.suite import both_engines


def main(arguments: list[str]) -> int:
    codes, lines = [], []
    for name, (moment, awkward) in INSTANTS.items():
        began = time.monotonic()
        found = both_engines(["--at", name, *arguments])
        minutes = (time.monotonic() - began) / 60
        said = "  ".join(f"{engine} {'passed' if code == 0 else 'FAILED'}" for engine, code in found.items())
        lines.append(f"{name:<13} {moment:%Y-%m-%d %H:%M} UTC  {said}  {minutes:4.1f} min  {awkward}")
        codes.extend(found.values())
    print("\n=== every instant", *lines, sep="\n")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
