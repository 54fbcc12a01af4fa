"""Who is responsible for a patient, which team had one before, and what becomes of a record that is one too many.

The list of transfers is append-only, guarded as in 0002.
"""

import django.db.models.deletion
import tracking.clock
import uuid
from django.conf import settings
from django.db import migrations, models
from tracking.migrations._append_only import both_ways

TABLES = ["tracking_patienttransfer"]


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0013_plausible_amounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="tracking.patient",
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="responsible",
            field=models.ForeignKey(
                help_text="The responsible clinician.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="set_aside_at",
            field=models.DateTimeField(
                help_text="Enrolled by mistake, or merged into another record: shown to nobody.", null=True
            ),
        ),
        migrations.CreateModel(
            name="PatientTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("transferred_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                (
                    "from_team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.careteam"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="tracking.patient",
                    ),
                ),
                (
                    "to_team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.careteam"
                    ),
                ),
                (
                    "transferred_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_team", models.F("to_team")), _negated=True),
                        name="transfer_is_to_another_team",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PossibleDuplicate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                ("reason", models.TextField(blank=True, default="", help_text="Why it is another person.")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolled",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.patient"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.careteam"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enrolled__isnull", True), ("reason", "")),
                            models.Q(("enrolled__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="enrolled_all_the_same_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("undo", "Enrolled by mistake"), ("merge", "Merged into another record")],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                ("approved", models.BooleanField(help_text="Null until somebody has decided.", null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "moved",
                    models.JSONField(
                        blank=True, default=dict, help_text="Keys of the rows that were changed, by kind."
                    ),
                ),
                ("reversed_at", models.DateTimeField(null=True)),
                ("reversal_reason", models.TextField(blank=True, default="")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="tracking.patient",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reversed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="move_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("into__isnull", True), ("kind", "undo")),
                            models.Q(
                                ("into__isnull", False),
                                ("kind", "merge"),
                                models.Q(("into", models.F("patient")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="merge_is_into_another_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved__isnull", True),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            models.Q(
                                ("approved__isnull", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="move_is_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reversal_reason", ""),
                                ("reversed_at__isnull", True),
                                ("reversed_by__isnull", True),
                            ),
                            models.Q(
                                ("approved", True),
                                ("reversed_at__isnull", False),
                                ("reversed_by__isnull", False),
                                models.Q(("reversal_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="reversed_move_has_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("approved__isnull", True)),
                        fields=("patient",),
                        name="one_open_move_a_patient",
                    ),
                ],
            },
        ),
        migrations.RunPython(*both_ways(TABLES)),
    ]
