"""The site: settings, URLs, the Celery application. No domain rule."""

from config import hooks

hooks.install()  # before anything else: reading the settings may fail, and would say on what

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
