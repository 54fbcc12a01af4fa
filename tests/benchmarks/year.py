"""A simulated clinic of 200 people over a year: who stood as on course and was not, and how many rows of Today were
withdrawn within a week.

python -m tests.benchmarks.year

The people of five protocols go through the real actions, day by day; every evening the pages are read and a judge that
knows the scores alone looks at each person (``tests.flows.clinic_year``). Writes into a
folder of its own and takes about ten minutes of one core.
"""

from __future__ import annotations

import os
from datetime import timedelta

from tests.benchmarks.timing import say
from tests.servers import short_folder

EACH = 40
PROTOCOLS = ("ssri-psychotherapy", "psilocybin-mdd", "mdma-ptsd", "psilocybin-escitalopram", "tms-cbt")
DAYS = 365


def main() -> None:
    with short_folder("tlyear") as folder:
        os.environ |= {"THROUGHLINE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        measure()


def measure() -> None:
    """Imported here, since Django must be set up in a folder of its own first."""
    from django.core.management import call_command

    from tests.flows.clinic_year import CONCLUSIONS, Clinic
    from tracking import clock
    from tracking.actions.people import create_user, grant_role
    from tracking.vocabulary import Role

    call_command("migrate", verbosity=0)
    by = create_user(by=None, email="clara@example.org", name="Clara Clinician")
    grant_role(by=None, user=by, role=Role.CLINICIAN, starts_on=clock.today() - timedelta(days=2000))
    found = Clinic(by, dict.fromkeys(PROTOCOLS, EACH), DAYS, clock.today()).run()
    say(
        f"{EACH * len(PROTOCOLS)} people, {found.person_days} person-days in treatment, "
        f"{found.on_course_days} of them on course"
    )
    for what, people in found.was.items():
        say(f"{what}: {len(people)} people on some day; as on course on {found.wrong[what]} person-days")
    say(f"the oldest score on which somebody stood as on course: {found.oldest} days")
    for state in CONCLUSIONS:
        say(f"Today, {state}: {found.rows[state]} rows, {found.withdrawn[state]} withdrawn within a week")
    share = 100 * found.taken_back / found.concluded
    say(f"together {found.taken_back} of {found.concluded}: {share:.1f} %")


if __name__ == "__main__":
    main()
