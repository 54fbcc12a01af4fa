"""The instrument library of a site is append-only, guarded as in 0002."""

from django.db import migrations

from tracking.migrations._append_only import both_ways

TABLES = [
    "tracking_wordingpack",
    "tracking_wordingwithdrawal",
    "tracking_siteinstrument",
    "tracking_instrumentretirement",
]


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_instrument_library")]
    operations = [migrations.RunPython(*both_ways(TABLES))]
