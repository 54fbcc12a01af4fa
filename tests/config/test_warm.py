"""Before the web listens it has read what the first page needs, and holds no connection that forks would share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.template.engine import Engine

from config import warm
from tests.servers import short_folder

pytestmark = pytest.mark.slow

FIRST_VISIT = """
import json, sys
from config.wsgi import application
from django.core.management import call_command
from django.db import connection
from django.template import engines
open_before = connection.connection is not None
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
modules, templates = set(sys.modules), engines["django"].engine.template_loaders[0].get_template_cache
ours = ("config", "tracking", "reports", "measures")
from django.test import Client
known = {str(key) for key in templates}
Client().get("/account/login/", headers={"host": "localhost"})
read = [name for name in set(map(str, templates)) - known if name.startswith(("tracking/", "reports/", "base"))]
imported = [name for name in set(sys.modules) - modules if name.split(".")[0] in ours]
print(json.dumps([open_before, "tracking.pages.patient" in modules, len(known) > 200, imported, read]))
"""


def test_the_first_visitor_waits_for_no_code_and_no_template() -> None:
    outside = ("DATABASE_URL", "REDIS_URL")
    with short_folder("tlwarm") as folder:
        here = {name: value for name, value in os.environ.items() if name not in outside}
        here |= {"THROUGHLINE_VAR": str(folder), "SECURE_TLS": "false", "PYTHONWARNINGS": "ignore"}
        said = subprocess.run(
            [sys.executable, "-c", FIRST_VISIT], env=here, capture_output=True, text=True, check=True
        ).stdout
    assert json.loads(said.splitlines()[-1]) == [False, True, True, [], []]


def test_of_a_library_in_our_own_folder_nothing_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As `make` installs them: below the checkout."""
    theirs = tmp_path / ".venv" / "lib" / "rest_framework" / "templates"
    ours = tmp_path / "tracking" / "templates"
    for folder, name in ((theirs, "theirs.html"), (ours, "ours.html")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    monkeypatch.setattr(warm, "BASE", tmp_path)
    monkeypatch.setattr(warm, "get_app_template_dirs", lambda _: (theirs, ours))
    monkeypatch.setattr(warm.Engine, "get_default", lambda: Engine())
    assert list(warm.own_templates()) == ["ours.html"]
