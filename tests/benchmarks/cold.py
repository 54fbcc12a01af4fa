"""What the first visitor after a start waits for: each kind of page, first and again, from the real web process.

python -m tests.benchmarks.cold

Seeds the clinic into a folder of its own, starts gunicorn with one process, so that a second request meets the process
that the first one warmed, and prints milliseconds that this process worked: on a busy machine it is the same.
"""

from __future__ import annotations

import http.cookiejar
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.timing import say
from tests.servers import free_port, short_folder, wait_for_port

REPOSITORY = Path(__file__).parents[2]
SEED = """
import django; django.setup()
from django.core.management import call_command
for command in ("migrate", "createcachetable", "seed_demo"): call_command(command, verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
from tracking.simulation.demonstration.clinic import welcome
print(welcome("http://localhost"))
"""
STAFF = ("/today/", "/patients/", "/alerts/", "/studies/", "/studies/psilocybin-mdd/")


class Visitor:
    def __init__(self, url: str, process: int) -> None:
        self.url, self.process = url, process
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Origin": self.url}
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310  # our own server
        with self.opener.open(request, timeout=60) as response:
            return response.read().decode()

    def timed(self, what: str, path: str) -> str:
        """Says how long the page took at first and the second time."""
        times, text = [], ""
        for _ in range(2):
            start = worked(self.process)
            text = self.page(path)
            times.append(worked(self.process) - start)
        say(f"{what}: first {times[0]:.0f} ms, again {times[1]:.0f} ms")
        return text

    def sign_in(self, password: str) -> None:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page("/account/login/"))
        assert found
        start = worked(self.process)
        form = {
            "csrfmiddlewaretoken": found.group(1),
            "login": "clinician@demo.example",
            "password": password,
        }
        self.page("/account/login/", form)
        say(f"signing in, to the first page: {worked(self.process) - start:.0f} ms")


def child_of(process: int) -> int:
    """The one that it forks when it listens."""
    while not (children := Path(f"/proc/{process}/task/{process}/children").read_text().split()):
        time.sleep(0.02)
    return int(children[0])


def worked(process: int) -> float:
    """Milliseconds of a core that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def web(environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A web process from its start until it answers, which is said: where, and the process that answers."""
    port = free_port()
    here = environment | {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}
    here["BASE_URL"] = f"http://localhost:{port}"
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "config.run", "web"], cwd=REPOSITORY, env=here) as process:
        try:
            wait_for_port(port, 120)  # no page is asked for: the first would be warm then
            say(f"from start until it listens: {time.perf_counter() - start:.1f} s")
            yield here["BASE_URL"], child_of(process.pid)
        finally:
            process.terminate()


def main() -> None:
    with short_folder("tlcold") as folder:
        environment = os.environ | {
            "THROUGHLINE_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "THROUGHLINE_DEMO": "true",
        }
        seeded = subprocess.run(
            [sys.executable, "-c", SEED], cwd=REPOSITORY, env=environment, capture_output=True, text=True
        )
        password = re.search(r"with the password +(\S+)", seeded.stdout)
        link = re.search(r"/s/\S+", seeded.stdout)
        assert password and link, seeded.stderr
        with web(environment) as (url, process):
            patient = Visitor(url, process)
            patient.timed("a patient's link", link.group())
            staff = Visitor(url, process)
            staff.sign_in(password.group(1))
            for path in STAFF:
                staff.timed(path, path)
            found = re.search(r"/patients/[0-9a-f-]{36}/", staff.page("/patients/"))
            assert found
            staff.timed("a patient", found.group())


if __name__ == "__main__":
    main()
