"""``make demo``: a seeded clinic on this machine, run as in production but on loopback only.

Prepares database, static files and people, starts all processes, says where to look, and stops them on Ctrl-C.
A second run finds everything in ``var/`` and only starts.
"""

from __future__ import annotations

import os
import socket
import sys

from config.run import everything
from config.supervisor import interruptible

PORT = os.environ.get("PORT", "8000")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ |= {
    "THROUGHLINE_DEMO": "true",
    "BASE_URL": f"http://localhost:{PORT}",
    "BIND": f"127.0.0.1:{PORT}",
    "WORKERS": "1",
    "PYTHONWARNINGS": "ignore",  # of the processes that it starts
}
for variable in ("DATABASE_URL", "REDIS_URL"):  # the demo never touches a clinic's servers
    os.environ.pop(variable, None)


def prepare() -> str:
    """Database, static files, people. Returns the text that tells a visitor where to look."""
    import django  # the environment above must stand before Django reads it

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("seed_demo")

    from tracking.simulation.demonstration.clinic import welcome

    return welcome(os.environ["BASE_URL"])


def port_is_free() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(PORT))) != 0


class Welcome:
    """Says once where to look, when the web answers."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self) -> None:
        if self.text and not port_is_free():
            print(self.text, flush=True)
            self.text = ""


def main() -> int:
    if not port_is_free():
        print(f"Port {PORT} is taken. Try: make demo PORT=8001", file=sys.stderr)
        return 1
    with interruptible():
        welcome = Welcome(prepare())
        everything().run(also=welcome)
    return 0


if __name__ == "__main__":
    sys.exit(main())
