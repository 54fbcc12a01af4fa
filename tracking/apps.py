from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils import translation
from django.utils.formats import date_format

from measures import language
from tracking import fields, tongues


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "People and what happens to them"

    def ready(self) -> None:
        field_keys = import_module(
            "tracking.actions.field_keys"
        )  # it asks for tables, which are known from now on
        language.lend(translation, date_format)
        register(tongues.check_compiled)
        register(field_keys.check_field_keys)
        fields.confirm_with(field_keys.confirm_before_writing)
        post_migrate.connect(field_keys.confirm_after_migrating, sender=self)
