"""``make demo``: a seeded clinic on this machine, run as in production but on loopback only.

Prepares database, static files and people, starts web, worker and beat, says where to look, and stops all
three on Ctrl-C. A second run finds everything in ``var/`` and only starts.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

PORT = os.environ.get("PORT", "8000")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ |= {
    "THROUGHLINE_DEMO": "true",
    "BASE_URL": f"http://localhost:{PORT}",
    "BIND": f"127.0.0.1:{PORT}",
}
for variable in ("DATABASE_URL", "REDIS_URL"):  # the demo never touches a clinic's servers
    os.environ.pop(variable, None)

COMMANDS = {
    "web": ["-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
    "worker": ["-m", "celery", "--quiet", "-A", "config", "worker", "-c", "1", "-l", "WARNING"],
    "beat": ["-m", "celery", "--quiet", "-A", "config", "beat", "-l", "WARNING"],
}
PATIENCE = 4.0  # seconds to stop by itself; a worker that is killed loses nothing, as the marks say what is left to do


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


def start() -> dict[str, subprocess.Popen[bytes]]:
    """The three processes, each in a session of its own, so that Ctrl-C reaches this one alone."""
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    return {
        name: subprocess.Popen([sys.executable, *arguments], env=quiet, start_new_session=True)
        for name, arguments in COMMANDS.items()
    }


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        process.terminate()
    end = time.monotonic() + PATIENCE
    for process in processes.values():
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def port_is_free() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(PORT))) != 0


def serving() -> bool:
    return not port_is_free()


def watch(processes: dict[str, subprocess.Popen[bytes]], text: str) -> str | None:
    """Waits until one process ends by itself, and returns its name. Says ``text`` once the web answers."""
    told = False
    while True:
        for name, process in processes.items():
            if process.poll() is not None:
                return name
        if not told and serving():
            print(text, flush=True)
            told = True
        time.sleep(0.2)


def interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    if not port_is_free():
        print(f"Port {PORT} is taken. Try: make demo PORT=8001", file=sys.stderr)
        return 1
    for stopping in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs ignore SIGINT unless told
        signal.signal(stopping, interrupted)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        text = prepare()
        processes = start()
        ended = watch(processes, text)
        print(f"The {ended} process has ended; stopping the others.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping …")
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
