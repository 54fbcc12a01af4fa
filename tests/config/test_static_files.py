"""What is under ``/static/``: the files of pages, and no list of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

ROOT = Path(__file__).parents[2]
ASK = """
import django; django.setup()
from django.core.management import call_command
call_command("collectstatic", verbosity=0, interactive=False)
from django.conf import settings
from django.test import Client
from django.templatetags.static import static
settings.ALLOWED_HOSTS = ["testserver"]
print(*(Client().get(path).status_code for path in (static("throughline.css"), "/static/staticfiles.json")))
"""


@pytest.fixture
def told(tmp_path: Path) -> list[str]:
    """A site in whose folder an earlier version has left its list."""
    left = tmp_path / "static" / "staticfiles.json"
    left.parent.mkdir()
    left.write_text('{"paths": {}, "version": "1.1", "hash": ""}')
    outside = ("DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if name not in outside}
    own = {
        "THROUGHLINE_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECURE_TLS": "false",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=kept | own, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_list_of_files_is_not_served(told: list[str]) -> None:
    assert told == ["200", "404"]


@pytest.mark.django_db
def test_pages_know_the_names_all_the_same(client: Client) -> None:
    assert staticfiles_storage.hashed_files
    found = client.get(staticfiles_storage.url("throughline.css"))
    assert b"".join(found.streaming_content) and found.status_code == 200
    found.close()
    assert client.get(f"/static/{staticfiles_storage.manifest_name}").status_code == 404
