"""``python -m config.run NAME``: a process of the clinic with the arguments that it needs, or ``all`` of them.

The image, the unit files and the demonstration start every process by its name here.
"""

from __future__ import annotations

import os
import sys

from config.supervisor import Supervisor
from tracking.rules.lateness import COURSES, MAIL, SAFETY, WORK


def celery(*arguments: str) -> list[str]:
    return ["-m", "celery", "--quiet", "-A", "config", *arguments, "--loglevel", "WARNING"]


def worker(name: str, *arguments: str) -> list[str]:
    return celery("worker", "--hostname", f"{name}@%h", *arguments)


def commands() -> dict[str, list[str]]:
    """Each process by its name, in the order in which they start."""
    processes = os.environ.get("WORKERS", "2")  # of each worker
    senders = os.environ.get("MAIL_WORKERS", "8")  # threads: they wait for servers and compute nothing
    arguments = {
        "web": ["-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
        "safety": worker("safety", "--queues", f"{SAFETY},{COURSES}", "--concurrency", processes),
        "worker": worker("worker", "--queues", WORK, "--concurrency", processes),
        "mail": worker("mail", "--queues", MAIL, "--pool", "threads", "--concurrency", senders),
        "beat": celery("beat"),
    }
    return {name: [sys.executable, *words] for name, words in arguments.items()}


def everything() -> Supervisor:
    """All processes of a clinic on one machine."""
    return Supervisor(commands(), os.environ)


def main(names: list[str]) -> int:
    """Becomes the process, or keeps all of them. 2 when there is none of that name."""
    if names == ["all"]:
        everything().run()
        return 0
    known = commands()
    if len(names) == 1 and names[0] in known:
        os.execv(sys.executable, known[names[0]])
    print(f"One of: {', '.join(known)}, all.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
