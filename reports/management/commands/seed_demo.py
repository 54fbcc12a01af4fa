"""Fills an empty database with the demonstration clinic and the real trial. Does nothing the second time."""

from django.core.management.base import BaseCommand

from reports.actions.demo import compute_everything
from tracking import clock
from tracking.demo import seed_clinic
from tracking.models import User


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        if User.objects.exists():
            return
        self.stdout.write("Inventing a clinic …")
        seed_clinic(today=clock.today())
        compute_everything()
