"""Fills an empty database with the demonstration clinic and a real trial. Does nothing the second time."""

from io import StringIO

from django.core.management import call_command
from django.core.management.base import BaseCommand

from reports.actions.demo import ask_for_a_release, compute_everything
from tracking import clock
from tracking.imports.reading.spec_loader import FOLDER
from tracking.models import User
from tracking.simulation.demonstration.clinic import TRIAL, seed_clinic, show_trial


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        if User.objects.exists():
            return
        self.stdout.write("Inventing a clinic …")
        seed_clinic(today=clock.today())
        self.stdout.write("Importing a published trial …")
        for file in (f"{TRIAL}_scores", f"{TRIAL}_baseline"):
            path = FOLDER.parent / "data" / f"{file}.csv"
            call_command(
                "import_scores", str(path), study=TRIAL, spec=file, by="admin@demo.example", stdout=StringIO()
            )
        show_trial()
        self.stdout.write("Computing courses and figures …")
        compute_everything()
        ask_for_a_release()
