"""How a treatment ended, that somebody has died, and calls that raters ask for."""

import django.db.models.deletion
import tracking.clock
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0014_right_patient"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmail",
            name="patient",
            field=models.ForeignKey(
                help_text="Whom it is about.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tracking.patient",
            ),
        ),
        migrations.AddField(
            model_name="outboxmail",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Death",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("voided_at", models.DateTimeField(null=True)),
                ("void_reason", models.TextField(default="")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("died_on", models.DateField()),
                (
                    "open_reason",
                    models.TextField(
                        blank=True, default="", help_text="Why it was recorded with something open."
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deaths",
                        to="tracking.patient",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("void_reason", ""), ("voided_at__isnull", True), ("voided_by__isnull", True)
                            ),
                            models.Q(
                                ("voided_at__isnull", False),
                                ("voided_by__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="death_voided_with_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("patient",),
                        name="a_person_dies_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EpisodeEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("voided_at", models.DateTimeField(null=True)),
                ("void_reason", models.TextField(default="")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("completed", "Completed"),
                            ("patient", "Stopped by the patient"),
                            ("clinician", "Stopped by the clinician"),
                            ("moved", "Moved to another place"),
                            ("lost", "Lost from sight"),
                            ("died", "Died"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "open_reason",
                    models.TextField(blank=True, default="", help_text="Why it ended with something open."),
                ),
                ("recorded_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ends",
                        to="tracking.treatmentepisode",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("void_reason", ""), ("voided_at__isnull", True), ("voided_by__isnull", True)
                            ),
                            models.Q(
                                ("voided_at__isnull", False),
                                ("voided_by__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="episodeend_voided_with_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)),
                        fields=("episode",),
                        name="an_episode_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatingCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField(default=tracking.clock.now, editable=False)),
                ("agreed_for", models.DateTimeField(null=True)),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="tracking.assessmentrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "asked_by"), name="a_rater_asks_once_for_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("agreed_by", None), ("agreed_for", None)),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("agreed_by__isnull", False),
                                ("agreed_for__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_time_is_agreed_by_somebody",
                    ),
                ],
            },
        ),
    ]
