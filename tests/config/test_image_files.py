"""What ``docker/`` says agrees with the rest of the project, as far as it can be read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from config.run import commands
from reports.rights import ROLE
from tests.flows.image import COMPOSE, ROLES, filled_in

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
KNOWN = {
    *(
        "build",
        "cap_add",
        "cap_drop",
        "command",
        "depends_on",
        "env_file",
        "environment",
        "healthcheck",
        "image",
    ),
    *(
        "networks",
        "ports",
        "profiles",
        "read_only",
        "restart",
        "secrets",
        "security_opt",
        "tmpfs",
        "user",
        "volumes",
    ),
}  # of the format, what is used here: a word that is mistyped is none of them
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
    assert owner["DATABASE_URL"].startswith("postgresql://throughline@")
    assert owner["DATABASE_PASSWORD_FILE"] == "/run/secrets/owner_password"
    for role, environment in zip(ROLES, others, strict=True):
        assert environment["DATABASE_URL"].startswith(f"postgresql://{ROLE}@")
        assert environment["DATABASE_PASSWORD_FILE"] == "/run/secrets/application_password"
        assert "owner_password" not in COMPOSE["services"][role]["secrets"]
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


STAYING = {name: each for name, each in COMPOSE["services"].items() if each["restart"] != "no"}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_container_can_write_into_its_image_or_become_more_than_it_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] and service.get("cap_add", []) == (
        ["NET_BIND_SERVICE"] if name == "proxy" else []
    )
    assert "build" in service or name == "proxy" or service["user"] not in ("root", "0")


def test_each_container_that_stays_is_looked_after() -> None:
    assert [name for name, each in STAYING.items() if "healthcheck" not in each] == []


def test_secrets_are_files_and_stand_in_no_environment() -> None:
    """A variable shows in ``docker inspect`` and in the environment of every child."""
    for name, service in COMPOSE["services"].items():
        files = [value for key, value in service.get("environment", {}).items() if key.endswith("_FILE")]
        assert {f"/run/secrets/{each}" for each in service.get("secrets", [])} >= set(files), name
    said = [word for word in filled_in() if re.search("PASSWORD|SECRET|KEYS|EMAIL_URL", word)]
    assert said == []


def test_what_compose_says_is_what_it_may_say() -> None:
    """By the client where there is one; else every key is one that the format has, and every name leads somewhere."""
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"]).returncode == 0:
        environment = os.environ | filled_in()
        asked = ["docker", "compose", "-f", "docker/compose.yaml", "config", "--quiet", "--no-env-resolution"]
        subprocess.run(asked, cwd=ROOT, env=environment, check=True)
    for service in COMPOSE["services"].values():
        assert set(service) <= KNOWN, set(service) - KNOWN
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if volume[0] not in "./"}
        assert named <= set(COMPOSE["volumes"])


def test_the_example_names_all_that_compose_asks_for() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) <= set(filled_in())


def test_the_database_is_waited_for_where_the_others_meet_it() -> None:
    """While it is made, PostgreSQL answers on its socket alone: whoever came then over the network would fail."""
    assert "-h 127.0.0.1" in COMPOSE["services"]["postgres"]["healthcheck"]["test"][1]
