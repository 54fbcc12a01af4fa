"""The Celery application and its beat schedule (in code: a schedule in the database drifts)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep": {"task": "reports.sweep", "schedule": 60.0},
    "studies": {"task": "reports.refresh_studies", "schedule": 300.0},
    "housekeeping": {"task": "reports.housekeeping", "schedule": 3600.0},
    "alerts": {"task": "tracking.escalate_alerts", "schedule": 300.0},
    "schedules": {"task": "tracking.keep_schedules", "schedule": 900.0},
    "raters": {"task": "tracking.assign_raters", "schedule": 900.0},
    "mail": {"task": "tracking.send_outbox", "schedule": 60.0},
}
