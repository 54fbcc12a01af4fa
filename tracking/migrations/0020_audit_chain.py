"""Segments that seal the days of the audit and the read log, what a check of them has found, and what was explained.

The default of ``at`` changes in the state alone: on SQLite the tables would be built anew, and lose their guard.
"""

import tracking.clock
from django.db import migrations, models
from tracking.migrations._append_only import both_ways

TABLES = ["tracking_auditsegment", "tracking_chaincheck", "tracking_chainsettlement"]


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0019_field_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('day', models.DateField(unique=True)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('audit_rows', models.PositiveIntegerField()),
                ('read_rows', models.PositiveIntegerField()),
                ('prints', models.BinaryField(help_text='Kind, id and print of each row, one after the other.')),
                ('sealed_at', models.DateTimeField(default=tracking.clock.real_now, editable=False)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ChainCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=tracking.clock.real_now, editable=False)),
                ('segments', models.PositiveIntegerField()),
                ('digest', models.CharField(help_text='Of the last segment.', max_length=64)),
                ('rows', models.PositiveBigIntegerField()),
                ('findings', models.JSONField(default=list, help_text='What does not hold, each with its day and row.')),
                ('found', models.PositiveIntegerField(default=0, help_text='How many; the first of them are kept.')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ChainSettlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=tracking.clock.real_now, editable=False)),
                ('by', models.UUIDField(help_text='Public id of the user; null from the command line.', null=True)),
                ('findings', models.JSONField(help_text='What was settled, as the check has named it.')),
                ('reason', models.TextField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='auditevent',
                    name='at',
                    field=models.DateTimeField(default=tracking.clock.real_now, editable=False),
                ),
                migrations.AlterField(
                    model_name='readevent',
                    name='at',
                    field=models.DateTimeField(default=tracking.clock.real_now, editable=False),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['at'], name='tracking_au_at_07491f_idx'),
        ),
        migrations.AddIndex(
            model_name='readevent',
            index=models.Index(fields=['at'], name='tracking_re_at_302599_idx'),
        ),
        migrations.RunPython(*both_ways(TABLES)),
    ]
