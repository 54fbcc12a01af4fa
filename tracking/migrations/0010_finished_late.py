"""Whether what was begun in time may be sent a day late. The table is built anew on SQLite: see ``0008_raters``."""

from importlib import import_module

from django.db import migrations, models

raters = import_module("tracking.migrations.0008_raters")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0009_answers_are_numbered")]

    operations = [
        migrations.RunPython(raters.unguard, raters.guard),
        migrations.AddField(
            model_name="assessmentrequest",
            name="finish_late",
            field=models.BooleanField(
                default=True,
                help_text="Who began in time may send it a day after it closed: it counts, marked as late.",
            ),
        ),
        migrations.RunPython(raters.guard, raters.unguard),
    ]
