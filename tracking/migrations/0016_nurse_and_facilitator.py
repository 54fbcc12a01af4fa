"""Two more roles in a room. Only the words that Django offers change, so that the guarded table is not rebuilt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0015_endings_and_calls")]

    operations = [
        migrations.AlterField(
            "presence",
            "role",
            models.CharField(
                choices=[
                    ("lead", "Lead therapist"),
                    ("second", "Second therapist"),
                    ("physician", "Physician"),
                    ("nurse", "Nurse"),
                    ("facilitator", "Facilitator"),
                    ("other", "Another person"),
                ],
                max_length=12,
            ),
        ),
    ]
