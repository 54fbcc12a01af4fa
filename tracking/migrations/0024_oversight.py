import tracking.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0023_retention'),
    ]

    operations = [
        migrations.CreateModel(
            name='OddLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('day', models.DateField()),
                ('actor', models.UUIDField(help_text='Public id of who looked.')),
                ('patient', models.UUIDField()),
                ('sign', models.CharField(help_text='As tracking.rules.oversight names it.', max_length=20)),
                ('found_at', models.DateTimeField(default=tracking.clock.real_now, editable=False)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
                ('reason', models.TextField(default='', help_text='What was found out.')),
            ],
            options={
                'ordering': ['-day', '-id'],
            },
        ),
        migrations.AlterField(
            model_name='rolegrant',
            name='role',
            field=models.CharField(choices=[('clinician', 'Clinician'), ('rater', 'Independent rater'), ('researcher', 'Researcher'), ('steward', 'Data steward'), ('administrator', 'Site administrator'), ('officer', 'Privacy officer'), ('patient', 'Patient')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='readevent',
            index=models.Index(fields=['actor', 'at'], name='tracking_re_actor_22f278_idx'),
        ),
        migrations.AddConstraint(
            model_name='oddlook',
            constraint=models.UniqueConstraint(fields=('day', 'actor', 'patient', 'sign'), name='one_sign_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='oddlook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('reason', '')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='odd_look_closed_with_reason'),
        ),
    ]
