from django.apps import AppConfig
from django.core.checks import register
from django.utils import translation
from django.utils.formats import date_format

from measures import language
from tracking import tongues


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "People and what happens to them"

    def ready(self) -> None:
        language.lend(translation, date_format)
        register(tongues.check_compiled)
