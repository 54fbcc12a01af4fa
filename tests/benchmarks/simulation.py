"""A simulated study: the bulk writer beside the real actions, and its growth with the number of people.

python -m tests.benchmarks.simulation

Writes into a folder of its own; processor time of this process, without computing courses and figures.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

from tests.benchmarks.timing import say
from tests.servers import short_folder

SIZES = (100, 500, 2000)
ONE_BY_ONE = 20  # people through the real actions
KEY = "mdma-ptsd"


def main() -> None:
    with short_folder("tlsim") as folder:
        os.environ |= {"THROUGHLINE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        measure()


def measure() -> None:
    """Imported here, since Django must be set up in a folder of its own first."""
    from django.core.management import call_command

    from tests.tracking.simulation.replay import Replay
    from tracking import clock
    from tracking.rules import protocol as protocols
    from tracking.simulation.study import courses, new_cohort, simulate_study

    call_command("migrate", verbosity=0)
    protocol, today = protocols.get(KEY), clock.today()
    for n in SIZES:
        spent = cpu(lambda n=n: simulate_study(by=None, protocol=protocol, n=n, seed=1, today=today))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say(
            f"{KEY}, {n} people in bulk: {spent:.1f} s, {1000 * spent / n:.0f} ms a person, peak {peak:.0f} MB"
        )
    people = list(courses(protocol, ONE_BY_ONE, 1, today))
    cohort = new_cohort(
        by=None, protocol=protocol, key="slow", provenance="", members=(), since=people[0].starts_on
    )
    slow = cpu(lambda: [Replay(cohort, each).run() for each in people])
    say(
        f"{KEY}, through the real actions: {1000 * slow / ONE_BY_ONE:.0f} ms a person, their answers made before"
    )


def cpu(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


if __name__ == "__main__":
    main()
