"""The site: settings, URLs, the Celery application. No domain rule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
