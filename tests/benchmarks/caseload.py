"""The caseload of one clinician with ever more people: queries and processor time of the pages and of the API.

python -m tests.benchmarks.caseload

Writes into a folder of its own. Simulated people of one protocol, all of their scores judged, put back into treatment.
"""

from __future__ import annotations

import os

from tests.benchmarks.simulation import cpu
from tests.benchmarks.timing import say
from tests.servers import short_folder

SIZES = (100, 2000)
KEY = "psilocybin-mdd"
ADDRESSES = ("/today/", "/patients/", "/api/v1/caseload/?page_size=200")


def main() -> None:
    with short_folder("tlcase") as folder:
        os.environ |= {"THROUGHLINE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        measure()


def measure() -> None:
    """Imported here, since Django must be set up in a folder of its own first."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings
    from django.utils import timezone

    from reports.actions.courses import recompute_episode
    from reports.pages.caseload.cases import caseload
    from tracking import clock
    from tracking.models import TreatmentEpisode, User
    from tracking.queries.likeness import alike
    from tracking.rules import protocol as protocols
    from tracking.simulation.study import simulate_study

    for command in ("migrate", "createcachetable", "collectstatic"):
        call_command(command, verbosity=0, **({"interactive": False} if command == "collectstatic" else {}))
    for n in SIZES:
        study = simulate_study(
            by=None, protocol=protocols.get(KEY), n=n, seed=1, today=clock.today(), key=f"of-{n}"
        ).study
        for key in TreatmentEpisode.objects.filter(study=study).values_list("pk", flat=True):
            recompute_episode(episode_id=key)
        TreatmentEpisode.objects.filter(study=study).update(status="active", ends_on=None)
        lead = User.objects.get(email=f"lead.of-{n}@people.example")
        client = Client()
        client.force_login(lead)
        caseload(lead, timezone.now())
        with CaptureQueriesContext(connection) as captured:
            spent = cpu(lambda lead=lead: caseload(lead, timezone.now()))
        say(f"where {n} people stand: {1000 * spent:.0f} ms, {len(captured)} queries")
        team = study.episodes.first().patient.team
        identity = {"given_name": "Nora", "family_name": "Feld", "date_of_birth": "1980-02-01"}
        spent = cpu(lambda team=team, lead=lead, identity=identity: alike(lead, team, identity))
        say(f"whether one of {n} people may be somebody who is enrolled: {1000 * spent:.0f} ms")
        with override_settings(ALLOWED_HOSTS=["testserver"]):
            for address in ADDRESSES:
                client.get(address)
                with CaptureQueriesContext(connection) as captured:
                    spent = cpu(lambda client=client, address=address: client.get(address))
                say(f"{address}, {n} people: {1000 * spent:.0f} ms, {len(captured)} queries")


if __name__ == "__main__":
    main()
