"""The Celery application: its queues and its beat schedule (in code: a schedule in the database drifts).

What keeps people safe waits behind nothing that is slow: alerts have a queue of their own, courses another, and the
worker of these two takes nothing else. Mail waits for other people's servers, so it has a queue and a worker, too.
"""

import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from kombu import Exchange, Queue

from config import logs
from config.starting import refuse_wrong_keys
from tracking.fields import WrongFieldKey
from tracking.rules.lateness import BEAT_SECONDS, COURSES, MAIL, QUEUES, SAFETY, WORK

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.imports = ["config.heart"]  # once Django is set up
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.conf.task_create_missing_queues = False
app.conf.task_default_queue = WORK
app.conf.task_routes = {
    "tracking.escalate_alerts": {"queue": SAFETY},
    "reports.sweep": {"queue": COURSES},
    "reports.recompute_episode": {"queue": COURSES},
    "tracking.send_outbox": {"queue": MAIL},
    "tracking.send_mail": {"queue": MAIL},
}


@setup_logging.connect
def _log_as_everywhere(**_: object) -> None:
    """Whoever answers to this signal sets up logging; nobody else does then."""
    logs.configure(settings.LOGGING)


app.conf.beat_schedule = {
    "sweep": {"task": "reports.sweep", "schedule": 60.0},
    "studies": {"task": "reports.refresh_studies", "schedule": 300.0},
    "housekeeping": {"task": "reports.housekeeping", "schedule": 3600.0},
    "alerts": {"task": "tracking.escalate_alerts", "schedule": 60.0},
    "schedules": {"task": "tracking.keep_schedules", "schedule": 900.0},
    "raters": {"task": "tracking.assign_raters", "schedule": 900.0},
    "seals": {"task": "tracking.seal_audit", "schedule": 900.0},
    "audit": {"task": "tracking.check_audit", "schedule": 86_400.0},
    "print": {"task": "tracking.mail_anchor", "schedule": 86_400.0},
    "odd looks": {"task": "tracking.mark_odd_looks", "schedule": 900.0},
    "mail": {"task": "tracking.send_outbox", "schedule": 60.0},
} | {
    f"heart of {queue}": {
        "task": "tracking.beat_heart",
        "schedule": float(BEAT_SECONDS),
        "args": (queue,),
        "options": {"queue": queue, "expires": BEAT_SECONDS},
    }
    for queue in QUEUES
}


@worker_init.connect
@beat_init.connect
def end_under_wrong_keys(**_: object) -> None:
    """Celery logs what a receiver raises, and goes on; it ends at ``SystemExit`` alone."""
    try:
        refuse_wrong_keys()
    except WrongFieldKey as fault:
        raise SystemExit(str(fault)) from fault
