"""What ``docker/`` says agrees with the rest of the project, as far as it can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from config.run import commands
from reports.rights import ROLE
from tests.flows.image import COMPOSE, ROLES, filled_in

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-bootstrap.lock")


def lines(word: str) -> list[list[str]]:
    """The words behind each instruction of a kind."""
    found = (line.split() for line in DOCKERFILE.splitlines())
    return [words[1:] for words in found if words and words[0] == word]


def test_it_copies_what_exists() -> None:
    sources = [
        source
        for words in lines("COPY")
        if not any(word.startswith("--from=") for word in words)
        for source in words[:-1]
        if not source.startswith("--")
    ]
    assert set(LOCKS) <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_python_of_the_image_is_that_of_the_locks_and_the_types() -> None:
    images = {re.fullmatch(r"python:(\d+\.\d+)-slim", words[0]).group(1) for words in lines("FROM")}
    locked = set(re.findall(r"--python-version (\S+)", (ROOT / "Makefile").read_text()))
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert images == locked == {oldest, PROJECT["tool"]["mypy"]["python_version"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_it_installs_from_the_lock_with_hashes(lock: str) -> None:
    commands = [
        part for words in lines("RUN") for part in " ".join(words).split("&&") if f"-r {lock}" in part
    ]
    assert len(commands) == 1
    assert "--require-hashes" in commands[0]
    packages = [part for part in re.split(r"\n(?=\S)", (ROOT / lock).read_text()) if "==" in part]
    assert packages
    assert [part.split()[0] for part in packages if "--hash=sha256:" not in part] == []


def test_what_is_started_is_there_and_knows_its_roles() -> None:
    entrypoint = ROOT / "docker" / "entrypoint"
    assert lines("ENTRYPOINT") == [['["/srv/docker/entrypoint"]']]
    assert entrypoint.stat().st_mode & 0o111 == 0o111
    cases = re.findall(r"^    ([\w|]+)\)", entrypoint.read_text(), re.MULTILINE)
    branches = {role for case in cases for role in case.split("|")}
    started = {COMPOSE["services"][role]["command"] for role in ROLES}
    assert branches - {"migrate"} == set(ROLES) == set(commands()) == started


def test_the_owner_of_the_tables_migrates_and_everybody_else_is_the_application() -> None:
    """The owner can switch off what guards the record. Who serves pages must not know that password."""
    owner, *others = (COMPOSE["services"][role]["environment"] for role in ("migrate", *ROLES))
    assert owner["DATABASE_URL"].startswith("postgresql://throughline:${POSTGRES_PASSWORD")
    for environment in others:
        assert environment["DATABASE_URL"].startswith(f"postgresql://{ROLE}:${{APPLICATION_PASSWORD")
        assert environment["POSTGRES_PASSWORD"] == ""
    assert COMPOSE["services"]["web"]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"}
    }
    branch = re.search(r"^    migrate\).*?;;", (ROOT / "docker" / "entrypoint").read_text(), re.S | re.M)
    assert branch is not None and "grant_application" in branch[0]


def test_nothing_runs_as_root_or_writes_beside_its_folder() -> None:
    assert lines("USER") == [["throughline"]]
    for role in ROLES:
        service = COMPOSE["services"][role]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["volumes"] == ["var:/var/lib/throughline"]
    assert "THROUGHLINE_VAR=/var/lib/throughline" in lines("ENV")[0]


def test_the_example_names_all_that_compose_asks_for() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) <= set(filled_in())


def test_the_database_is_waited_for_where_the_others_meet_it() -> None:
    """While it is made, PostgreSQL answers on its socket alone: whoever came then over the network would fail."""
    assert "-h 127.0.0.1" in COMPOSE["services"]["postgres"]["healthcheck"]["test"][1]
