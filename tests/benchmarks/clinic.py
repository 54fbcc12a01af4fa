"""What a visitor waits for, on the demonstration clinic: a submit, a course, the two first pages.

python -m tests.benchmarks.clinic

Seeds the clinic into a folder of its own and prints medians; wall time of the request inside the process,
without a web server in front.
"""

from __future__ import annotations

import os
import resource
import time
import uuid
from collections.abc import Callable

from tests.benchmarks.timing import median_seconds, say
from tests.servers import short_folder

RUNS = 15


def median_ms(task: Callable[[], object], runs: int = RUNS) -> float:
    return 1000 * median_seconds(task, runs)


def seed() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    start, cpu = time.perf_counter(), time.process_time()
    call_command("seed_demo")
    say(
        f"seeding the demonstration: {time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of one core"
    )


def main() -> None:
    with short_folder("tlbench") as folder:
        os.environ |= {"THROUGHLINE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        seed()
        measure()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"peak memory of this process: {peak:.0f} MB")


def measure() -> None:
    """Imported here, since Django must be set up in a folder of its own first."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings

    from measures import registry, scoring
    from reports.actions.courses import recompute_episode
    from reports.models import EpisodeCourse
    from tracking import clock
    from tracking.actions.assessments import record_assessment
    from tracking.actions.marks import want_episode
    from tracking.models import User
    from tracking.vocabulary import AnswerSource

    phq9, answers = registry.get("phq9"), {str(item): 1 for item in range(1, 10)}
    say(f"score one PHQ-9: {median_ms(lambda: scoring.score(phq9, answers), 200):.3f} ms")
    longest = EpisodeCourse.objects.order_by("-n").first().episode
    ada = User.objects.get(email="clinician@demo.example")

    def submit() -> None:
        record_assessment(
            by=ada,
            episode=longest,
            instrument=phq9,
            answers=answers | {"9": 0},
            source=AnswerSource.CLINICIAN_ENTERED,
            assessed_on=clock.today(),
            submission_id=uuid.uuid4(),
        )

    def recompute() -> None:
        want_episode(episode=longest)
        recompute_episode(episode_id=longest.pk)

    say(f"submit (score, audit, revision mark in one transaction): {median_ms(submit):.1f} ms")
    say(f"bring the longest course up to date: {median_ms(recompute):.1f} ms")
    client = Client()
    client.force_login(ada)
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for title, address in {
            "today": "/today/",
            "patients": "/patients/",
            "patient": f"/patients/{longest.patient.public_id}/",
            "study": "/studies/psilocybin-mdd/",
        }.items():
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
                queries = len(captured)
            milliseconds = median_ms(lambda address=address: client.get(address))
            say(f"page {title}: {milliseconds:.0f} ms, {queries} queries")


if __name__ == "__main__":
    main()
