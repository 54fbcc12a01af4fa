"""Whether the next question comes by itself after an answer, as the site has it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0010_finished_late")]

    operations = [
        migrations.AddField(
            model_name="site",
            name="tap_advances",
            field=models.BooleanField(
                default=True,
                help_text="The next question comes by itself after an answer; whoever answers may change it.",
            ),
        ),
    ]
