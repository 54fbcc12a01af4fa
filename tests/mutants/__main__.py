"""``python -m tests.mutants map | list | plant``: see ``docs/testing.md``."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys

from tests.mutants import sample
from tests.mutants.named import NAMED
from tests.mutants.planting import ENGINES, plant
from tests.mutants.reach import FOLDER, Reach
from tests.mutants.recording import COVERAGE
from tests.mutants.report import listed, report, told


def make_map(arguments: list[str]) -> int:
    """Runs the tests once under coverage. A test that fails there is named by pytest, and the map is kept."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    recorded = ["-p", "tests.mutants.recording", "-p", "no:cacheprovider"]
    covered = ["--cov", f"--cov-config={COVERAGE}", "--cov-context=test", "--cov-report="]
    command = [sys.executable, "-m", "pytest", "-q", *recorded, *covered, *arguments]
    return subprocess.run(command, env=os.environ | {"THROUGHLINE_REACH": str(FOLDER)}).returncode


def chosen(given: argparse.Namespace) -> list[sample.Mutant]:
    if given.id:
        return [sample.by_id(identity) for identity in given.id]
    found = sample.mutants(given.kind, given.paths)
    return sample.sample(found, given.sample, given.seed) if given.sample else found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Plants faults.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("map", help="which test reaches which line; further arguments are pytest's")
    for name, purpose in (("list", "the faults that could be planted"), ("plant", "plants and reports them")):
        command = commands.add_parser(name, help=purpose)
        command.add_argument(
            "paths", nargs="*", help="files or folders; the whole product when none is given"
        )
        kinds = "; ".join(f"{kind}: {what}" for kind, what in NAMED.items())
        command.add_argument("--kind", choices=sample.KINDS, default=sample.POINT, help=kinds)
        command.add_argument("--sample", type=int, help="as many, spread over the parts of the product")
        command.add_argument("--seed", type=int, default=1, help="another sample of the same size")
        command.add_argument("--id", action="append", help="this one; may be repeated")
        command.add_argument("--engine", choices=ENGINES, default="sqlite", help="locks need postgres")
    given, rest = parser.parse_known_args()
    if given.command == "map":
        return make_map(rest)
    if rest:
        parser.error(f"unknown: {' '.join(rest)}")
    mutants = chosen(given)
    if given.command == "list":
        print("\n".join(listed(mutant) for mutant in mutants))
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes, doubtful = plant(
        mutants, Reach(), given.engine, lambda outcome: print(told(outcome), file=sys.stderr, flush=True)
    )
    print(report(outcomes, doubtful))
    return 0


if __name__ == "__main__":
    sys.exit(main())
