from django.apps import AppConfig
from django.utils import translation
from django.utils.formats import date_format

from measures import language


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "People and what happens to them"

    def ready(self) -> None:
        language.lend(translation, date_format)
