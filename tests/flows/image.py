"""The image of ``docker/``, running: built where there is a builder, else its entrypoint on this machine.

Both doors start what ``docker/compose.yaml`` says, with an environment made from ``docker/.env.example``, out of a
copy of the tree that holds what the image would hold.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Protocol

import yaml
from cryptography.fernet import Fernet

from reports.rights import ROLE
from tests.servers import free_port, postgres, redis, short_folder

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
ROLES = ("web", "safety", "worker", "mail", "beat")
HOST = "throughline.example"
START, STOP = 240, 30  # seconds, with other tests on both cores
GET = """
import json, sys, urllib.error, urllib.request as web
headers = {"Host": sys.argv[2], "X-Forwarded-Proto": "https"}
try:
    answer = web.urlopen(web.Request("http://127.0.0.1:" + sys.argv[1] + sys.argv[3], headers=headers), timeout=30)
except urllib.error.HTTPError as refusal:
    answer = refusal
print(json.dumps([answer.status, answer.headers["Content-Type"], answer.read().decode()]))
"""


class Running(Protocol):
    """A clinic out of the image."""

    def up(self, role: str) -> None:
        """Starts a role. With ``web``, waits until the health check of compose is content."""

    def manage(self, *arguments: str) -> str:
        """What a management command says, run through the entrypoint."""

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, kind and body of a page, as the proxy asks for it."""

    def down(self, *roles: str) -> dict[str, int]:
        """Sends TERM to each. Returns with what status it ended."""

    def log(self, role: str) -> str:
        """What it has written."""


@contextmanager
def running() -> Iterator[Running]:
    """By the door that this machine has."""
    with ExitStack() as stack:
        folder = stack.enter_context(short_folder("tlimg"))
        copy_of_the_tree(folder / "srv")
        if there_is_a_builder():
            clinic: Containers | Processes = Containers(folder / "srv")
        else:
            build(folder / "srv")
            clinic = Processes(folder, stack.enter_context(postgres()), stack.enter_context(redis()))
        stack.callback(clinic.end)
        yield clinic


def there_is_a_builder() -> bool:
    if not shutil.which("docker"):
        return False
    asked = (["docker", "info"], ["docker", "compose", "version"])
    return all(subprocess.run(each, capture_output=True).returncode == 0 for each in asked)


def copy_of_the_tree(into: Path) -> None:
    """What ``COPY . /srv`` takes: all but what ``.dockerignore`` names."""
    shutil.copytree(ROOT, into, ignore=left_out, symlinks=True)


def build(tree: Path) -> None:
    """What the image does with the tree once it is there: the steps of its Python, by ours."""
    steps = re.findall(
        r"^RUN /venv/bin/python (-m .+)$", (tree / "docker" / "Dockerfile").read_text(), re.MULTILINE
    )
    for step in steps:
        subprocess.run([sys.executable, *step.split()], cwd=tree, check=True)


def left_out(folder: str, names: list[str]) -> set[str]:
    patterns = (ROOT / ".dockerignore").read_text().split()
    inside = Path(folder).relative_to(ROOT)
    return {name for name in names if any(is_ignored(inside / name, pattern) for pattern in patterns)}


def is_ignored(path: Path, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(path.name, pattern.removeprefix("**/"))
    return str(path) == pattern


def filled_in() -> dict[str, str]:
    """``docker/.env.example`` as an operator would fill it in."""
    lines = (ROOT / "docker" / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert all(given.values())
    return given


def secret_files(folder: Path) -> dict[str, Path]:
    """What compose hands in as files, as the page on operations has them made."""
    made = {
        "owner_password": "an owner's / with @ and : in it",
        "application_password": "the application's / with @ and : in it",
        "secret_key": secrets.token_urlsafe(64),
        "field_keys": Fernet.generate_key().decode(),
        "email_url": "smtp+tls://user:password@mail.example:587",
    }
    assert {f"./secrets/{name}" for name in made} == {each["file"] for each in COMPOSE["secrets"].values()}
    folder.mkdir(mode=0o700)
    for name, text in made.items():
        (folder / name).write_text(f"{text}\n")
    return {name: folder / name for name in made}


class Processes:
    """The entrypoint on this machine, with a Python that has what the lock names and nothing else."""

    def __init__(self, folder: Path, database: str, broker: str) -> None:
        self.tree, self.folder, self.port = folder / "srv", folder, free_port()
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.owner, self.secrets = database, secret_files(folder / "secrets")
        self.environment = self._environment(broker)
        uv = [Path(sys.executable).with_name("uv")]
        python = folder / "venv" / "bin" / "python"
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
        lock = ["--require-hashes", "-r", "requirements.lock"]
        install = [*uv, "pip", "install", "--quiet", "--python", python, *lock]
        subprocess.run(install, cwd=self.tree, check=True)
        self.files = set(self.tree.rglob("*"))

    def _environment(self, broker: str) -> dict[str, str]:
        """Of compose and its file alone, but for where the servers are. The tree is read-only in the image."""
        here = {
            "DATABASE_URL": self.owner.replace("//postgres:", f"//{ROLE}:"),
            **self._handed_in(COMPOSE["x-app"]["environment"]),
            "REDIS_URL": broker,
            "BIND": f"127.0.0.1:{self.port}",
            "TRUSTED_PROXIES": "1",
            "THROUGHLINE_VAR": str(self.folder / "var"),
            "PATH": f"{self.folder / 'venv' / 'bin'}:/usr/bin:/bin",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),  # once, as the image has its libraries
            "LANG": "C.UTF-8",
            "HOME": "/proc/nobody",  # nobody can write there, root included: as in the image, which is read-only
        }
        assert set(COMPOSE["x-app"]["environment"]) <= set(here)
        return filled_in() | here

    def _handed_in(self, environment: dict[str, str]) -> dict[str, str]:
        """The files of secrets that a service is told of, where they are on this machine."""
        told = {name: Path(place).name for name, place in environment.items() if name.endswith("_FILE")}
        return {name: str(self.secrets[file]) for name, file in told.items()}

    def up(self, role: str) -> None:
        if role == "web":
            self._migrate()
        with (self.folder / f"{role}.log").open("ab") as out:
            self.started[role] = subprocess.Popen(
                [self.tree / "docker" / "entrypoint", COMPOSE["services"][role]["command"]],
                cwd=self.tree,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        if role == "web":
            end = time.monotonic() + START
            while not self._is_healthy():
                assert self.started[role].poll() is None and time.monotonic() < end, self.log(role)
                time.sleep(1)

    def _migrate(self) -> None:
        """As compose does before it starts the web: the owner of the tables, in a process of its own that ends."""
        with (self.folder / "migrate.log").open("ab") as out:
            subprocess.run(
                [self.tree / "docker" / "entrypoint", COMPOSE["services"]["migrate"]["command"]],
                cwd=self.tree,
                env=self.environment
                | self._handed_in(COMPOSE["services"]["migrate"]["environment"])
                | {"DATABASE_URL": self.owner},
                stdout=out,
                stderr=out,
                check=True,
            )

    def _is_healthy(self) -> bool:
        _, program, *arguments = COMPOSE["services"]["web"]["healthcheck"]["test"]
        here = [each.replace(":8000/", f":{self.port}/") for each in arguments]
        asked = subprocess.run([program, *here], cwd=self.tree, env=self.environment, capture_output=True)
        return asked.returncode == 0

    def manage(self, *arguments: str) -> str:
        return self._say([str(self.tree / "docker" / "entrypoint"), *arguments])

    def get(self, path: str) -> tuple[int, str, str]:
        return tuple(json.loads(self._say(["python", "-c", GET, str(self.port), HOST, path])))

    def _say(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=self.tree, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def down(self, *roles: str) -> dict[str, int]:
        for role in roles:
            self.started[role].send_signal(signal.SIGTERM)
        return {role: self.started.pop(role).wait(STOP) for role in roles}

    def log(self, role: str) -> str:
        return (self.folder / f"{role}.log").read_text()

    def end(self) -> None:
        for process in self.started.values():
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert set(self.tree.rglob("*")) == self.files, "something was written where the image is read-only"


class Containers:
    """The image itself, by ``docker compose`` under a name of its own; the proxy stays out, as it takes port 80."""

    def __init__(self, tree: Path) -> None:
        text = "".join(f"{name}={value}\n" for name, value in filled_in().items())
        (tree / "docker" / ".env").write_text(text)
        secret_files(tree / "docker" / "secrets")
        files = ["--env-file", "docker/.env", "-f", "docker/compose.yaml"]
        self.compose = ["docker", "compose", "-p", f"throughline-test-{os.getpid()}", *files]
        self.tree = tree
        self._say("build", "web")

    def up(self, role: str) -> None:
        self._say("up", "-d", "--wait", role)

    def manage(self, *arguments: str) -> str:
        return self._say("run", "--rm", "-T", "--no-deps", "web", *arguments)

    def get(self, path: str) -> tuple[int, str, str]:
        return tuple(json.loads(self._say("exec", "-T", "web", "python", "-c", GET, "8000", HOST, path)))

    def down(self, *roles: str) -> dict[str, int]:
        self._say("stop", "--timeout", str(STOP), *roles)
        said = self._say("ps", "-a", "--format", "json", *roles)
        rows = [json.loads(line) for line in said.splitlines()]
        return {row["Service"]: row["ExitCode"] for row in rows}

    def log(self, role: str) -> str:
        return self._say("logs", "--no-log-prefix", role)

    def end(self) -> None:
        self._say("down", "--volumes", "--remove-orphans")

    def _say(self, *arguments: str) -> str:
        done = subprocess.run([*self.compose, *arguments], cwd=self.tree, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def static_files(page: str) -> list[str]:
    """The stylesheets and scripts that a page names."""
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
