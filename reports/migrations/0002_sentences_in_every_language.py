"""The sentence of a flag is kept in every language of the interface. Those that are there are in that of the source; the
next computation of their episode says them in the others."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import JSONObject

SOURCE = "en-gb"


def to_languages(apps, schema_editor):
    apps.get_model("reports", "CourseFlag").objects.update(said=JSONObject(**{SOURCE: F("sentence")}))


def to_source(apps, schema_editor):
    apps.get_model("reports", "CourseFlag").objects.update(sentence=KeyTextTransform(SOURCE, "said"))


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddField("courseflag", "said", models.JSONField(default=dict), preserve_default=False),
        migrations.AlterField(  # on the way back it is empty until it is written
            "courseflag", "sentence", models.CharField(max_length=300, null=True)
        ),
        migrations.RunPython(to_languages, to_source),
        migrations.RemoveField("courseflag", "sentence"),
        migrations.RenameField("courseflag", "said", "sentence"),
    ]
