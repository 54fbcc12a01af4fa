"""Signatures and washout rules are append-only, guarded as in 0002."""

from django.db import migrations

from tracking.migrations._append_only import both_ways

TABLES = ["tracking_sessionsignature", "tracking_washoutrule"]


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_combined_treatment")]
    operations = [migrations.RunPython(*both_ways(TABLES))]
