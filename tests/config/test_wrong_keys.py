"""Nothing starts under keys that are not those of the database, and the refusal says which variable is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.run import commands
from tests.own_database import Environment, manage, own_database, run
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("django_db_setup")]

PROCESSES = ("web", "safety", "beat")  # the other workers start as this one does
COMMANDS = ("check", "migrate")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A database that was started once."""
    with own_database(tmp_path_factory.mktemp("clinic")) as environment:
        manage(environment, "migrate", "--verbosity", "0")
        yield environment | {"BIND": f"127.0.0.1:{free_port()}", "PYTHONWARNINGS": "ignore"}


@pytest.fixture
def under_another_key(clinic: Environment) -> Environment:
    return clinic | {"FIELD_KEYS": Fernet.generate_key().decode()}


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts(under_another_key: Environment, process: str) -> None:
    _, *words = commands()[process]
    refused = run(under_another_key, *words, ends=False)
    assert refused.returncode != 0
    assert "FIELD_KEYS is wrong: this database is written under key " in refused.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_runs(under_another_key: Environment, command: str) -> None:
    refused = manage(under_another_key, command, ends=False)
    assert refused.returncode != 0
    assert "FIELD_KEYS is wrong" in refused.stderr
    assert "Nothing is stored until it is." in refused.stderr


def test_under_the_right_ones_they_do(clinic: Environment, under_another_key: Environment) -> None:
    assert "no issues" in manage(clinic, "check").stdout
    newest_first = f"{under_another_key['FIELD_KEYS']},{clinic['FIELD_KEYS']}"
    assert "no issues" in manage(clinic | {"FIELD_KEYS": newest_first}, "check").stdout


def test_a_database_that_does_not_answer_is_no_fault_of_the_keys(clinic: Environment, tmp_path: Path) -> None:
    nobody = f"postgresql://throughline:x@127.0.0.1:{free_port()}/throughline"
    elsewhere = clinic | {"DATABASE_URL": nobody, "THROUGHLINE_VAR": str(tmp_path)}
    assert "no issues" in manage(elsewhere, "check").stdout
    started = run(elsewhere, "-c", "import config.wsgi")
    assert "FIELD_KEYS are checked before anything is encrypted" in started.stderr
