"""Whether an amount is taken as a liquid, and why one was written that was asked about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0012_entry_drafts")]

    operations = [
        migrations.AddField(
            model_name="dosechange",
            name="amount_reason",
            field=models.TextField(
                blank=True, default="", help_text="Why the name or the amount is right that was asked about."
            ),
        ),
        migrations.AddField(
            model_name="dosechange",
            name="is_liquid",
            field=models.BooleanField(
                default=False, help_text="Taken as a liquid: no tablets need make it up."
            ),
        ),
        migrations.AddField(
            model_name="planneddosestep",
            name="is_liquid",
            field=models.BooleanField(default=False, help_text="To be taken as a liquid."),
        ),
    ]
