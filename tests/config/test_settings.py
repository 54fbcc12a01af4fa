"""Unsafe settings of a clinic do not start."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest

from tests.deployment import CLINIC


def start(tmp_path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | CLINIC | {"THROUGHLINE_VAR": str(tmp_path)} | changes
    command = [sys.executable, "-c", "import config.settings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_a_clinics_settings_start(tmp_path) -> None:
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "django-insecure-" + "x" * 60),
        ("SECRET_KEY", "x" * 64),
        ("SECRET_KEY", "abc" * 30),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "A" * 43 + "="),
        ("FIELD_KEYS", "not-a-key"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ""),
        ("BASE_URL", "http://throughline.example"),
        ("TRUSTED_PROXIES", "0"),
        ("TRUSTED_PROXIES", ""),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "one"),
        ("RELEASE_SMALLEST_CLASS", "4"),
        ("RELEASE_SMALLEST_CLASS", "five"),
        ("SECOND_FACTOR_GRACE_DAYS", "31"),
        ("SECOND_FACTOR_GRACE_DAYS", "a week"),
        ("THROUGHLINE_DEMO", "true"),
        ("EMAIL_URL", ""),
        ("EMAIL_URL", "consolemail://"),
        ("DEFAULT_FROM_EMAIL", ""),
        ("ALERT_RECIPIENTS", ""),
        ("ALERT_RECIPIENTS", " , "),
        ("ALERT_RECIPIENTS", "on-call@throughline.example,nobody"),
    ],
)
def test_unsafe_settings_are_refused_by_name(tmp_path, variable: str, value: str) -> None:
    ended = start(tmp_path, **{variable: value})
    assert ended.returncode != 0
    assert variable in ended.stderr.splitlines()[-1]


def test_smaller_classes_are_a_decision_with_a_name_and_nobody_stands_alone(tmp_path) -> None:
    named = {"RELEASE_CLASSES_BELOW_FIVE": "true"}
    assert start(tmp_path, RELEASE_SMALLEST_CLASS="3", **named).returncode == 0
    assert "RELEASE_SMALLEST_CLASS is below 2" in start(tmp_path, RELEASE_SMALLEST_CLASS="1", **named).stderr


def test_the_embedded_default_needs_none_of_it(tmp_path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in CLINIC}
    given = {"THROUGHLINE_VAR": str(tmp_path), "THROUGHLINE_DEMO": "true"}
    command = [sys.executable, "-c", "import config.settings"]
    assert subprocess.run(command, env=environment | given).returncode == 0


def test_the_embedded_keys_are_made_once_and_are_private(tmp_path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in CLINIC} | {
        "THROUGHLINE_VAR": str(tmp_path)
    }
    command = [sys.executable, "-c", "import config.settings as s; print(s.SECRET_KEY)"]
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True) for _ in range(2)
    )
    assert first.stdout == second.stdout != ""
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def told(tmp_path, words: str, **changes: str) -> str:
    environment = os.environ | CLINIC | {"THROUGHLINE_VAR": str(tmp_path)} | changes
    command = [sys.executable, "-c", f"import config.settings as s; print({words})"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


class TestDatabasePassword:
    PLACE = "[s.DATABASES['default'][each] for each in ('USER', 'PASSWORD', 'HOST', 'NAME')]"
    PASSWORD = "a/b@c:d%2F#?e"

    def test_that_is_given_apart_may_hold_anything(self, tmp_path) -> None:
        address = {"DATABASE_URL": "postgresql://app@db.example/clinic", "DATABASE_PASSWORD": self.PASSWORD}
        assert told(tmp_path, self.PLACE, **address) == str(["app", self.PASSWORD, "db.example", "clinic"])

    def test_in_the_address_its_signs_are_written_in_percent(self, tmp_path) -> None:
        address = f"postgresql://app:{quote(self.PASSWORD, safe='')}@db.example/clinic"
        assert told(tmp_path, self.PLACE, DATABASE_URL=address) == str(
            ["app", self.PASSWORD, "db.example", "clinic"]
        )


def test_a_secret_may_stand_in_a_file(tmp_path) -> None:
    file = tmp_path / "secret_key"
    file.write_text(f"{CLINIC['SECRET_KEY']}\n")
    here = {"SECRET_KEY": "", "SECRET_KEY_FILE": str(file)}
    assert told(tmp_path, "s.SECRET_KEY", **here) == CLINIC["SECRET_KEY"]


def test_several_hosts_may_stand_with_spaces(tmp_path) -> None:
    said = told(tmp_path, "s.ALLOWED_HOSTS", ALLOWED_HOSTS="throughline.example, two.example")
    assert said == "['throughline.example', 'two.example']"
