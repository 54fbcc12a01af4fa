"""What the first visitor would wait for is read before anybody comes, once, in the process that forks the others.

Django imports the views at the first request and parses a template when it is first shown: two seconds of a core in
each process. No connection to the database is left open, as the processes must not share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.template.engine import Engine
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from config.environment import BASE
from measures import registry
from tracking.rules import protocol


def warm_up() -> None:
    for name in own_templates():
        get_template(name)
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            reverse("healthz")  # the first look learns every address of a language, and imports every view
            translation.gettext("Today")
    import_string(settings.ACCOUNT_ADAPTER)
    Engine.get_default().template_context_processors  # noqa: B018  # imports them and keeps them
    registry.all_latest()
    protocol.all_protocols()
    connections.close_all()


def own_templates() -> Iterator[str]:
    """The names of all templates of ours; those of libraries are read when they are shown."""
    for each in (*Engine.get_default().dirs, *get_app_template_dirs("templates")):
        folder = Path(str(each))
        if folder.parent.parent == BASE:  # not below .venv, where the libraries are
            yield from (str(file.relative_to(folder)) for file in sorted(folder.rglob("*.*")))
