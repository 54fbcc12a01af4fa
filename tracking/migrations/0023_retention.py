"""How long a site keeps what it holds, which is append-only, and erasures on request."""

import django.db.models.deletion
import tracking.clock
import uuid
from django.conf import settings
from django.db import migrations, models
from tracking.migrations._append_only import both_ways

TABLES = ["tracking_retentionrule"]


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0022_second_person'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asked_at', models.DateTimeField(default=tracking.clock.now, editable=False)),
                ('approved', models.BooleanField(help_text='Null until somebody has decided.', null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('kept', models.JSONField(blank=True, default=list)),
                ('erased', models.JSONField(blank=True, default=dict)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='tracking.patient')),
            ],
            options={
                'ordering': ['-asked_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('approved__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('approved__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='erasure_is_decided_by_another'), models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('approved', True), _connector='OR'), name='what_is_erased_was_approved'), models.UniqueConstraint(condition=models.Q(('approved__isnull', True), models.Q(('approved', True), ('erased_at__isnull', True)), _connector='OR'), fields=('patient',), name='one_open_erasure_a_patient')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holding', models.CharField(choices=[('record', 'The record of treatment'), ('identity', 'Who the person is'), ('rest', 'What is no record: account, links, drafts, mail')], max_length=10)),
                ('years', models.PositiveSmallIntegerField()),
                ('law', models.TextField(help_text="Which law or duty asks for it, in the site's words.")),
                ('set_at', models.DateTimeField(default=tracking.clock.now, editable=False)),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retention_rules', to='tracking.site')),
            ],
            options={
                'ordering': ['-set_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('law', ''), _negated=True), name='retention_names_its_law')],
            },
        ),
        migrations.RunPython(*both_ways(TABLES)),
    ]
