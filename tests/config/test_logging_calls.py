"""Every call that writes a line of the log, or a word about a setting, has been looked at: what it puts in is a number,
a word of ours or a kind of fault, never a value of somebody's. A new one is added here by whoever has looked at it.
A sentence into which nothing is put needs no look."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "measures", "reports", "tracking")
METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "logger", "logging"}
REFUSALS = {"ImproperlyConfigured", "WrongFieldKey"}  # whose words are shown: config.traces.SAID
REVIEWED = {
    "config/brokers/messages.py: log.error('an unreadable message of the queue %s was set aside', queue)",
    "config/heart.py: log.warning('sign of life not stored: %s', type(error).__name__)",
    "config/environment.py: ImproperlyConfigured(f'{variable} is not set. With DATABASE_URL "
    "every key must be given.')",
    "config/environment.py: ImproperlyConfigured(f'{variable} is {given!r}: give a whole "
    "number, 0 or more.')",
    "config/faults.py: log.error('met by somebody', exc_info=True, extra={'request': request, "
    "'status_code': 500})",
    "config/hooks.py: log.critical('%s', words, exc_info=error)",
    "config/hooks.py: log.warning('%s at %s', category.__name__, traces.place(filename, lineno))",
    "config/outage.py: log.error('the database does not answer: %s', traces.name(error), extra=more)",
    "config/unsafe.py: ImproperlyConfigured(f'ALERT_RECIPIENTS: {address!r} is no mail address.')",
    "config/unsafe.py: ImproperlyConfigured(f'FIELD_KEYS: key {number} is not a Fernet key.')",
    "config/unsafe.py: ImproperlyConfigured(f'FIELD_KEYS: key {number} repeats itself: it is not random.')",
    "config/unsafe.py: ImproperlyConfigured(f'SECOND_FACTOR_GRACE_DAYS is above {LONGEST_GRACE}: people would work on "
    "with a password alone.')",
    "config/unsafe.py: ImproperlyConfigured(f'RELEASE_SMALLEST_CLASS is below "
    "{SMALLEST_CLASS}. A site that has decided so all the same sets "
    "RELEASE_CLASSES_BELOW_FIVE=true beside it.')",
    "reports/actions/jobs.py: log.warning('%s %s failed: %s', claimed._meta.model_name, claimed.pk, kind)",
    "reports/actions/release_builds.py: log.warning('release %s is built by another try', release.pk)",
    "reports/actions/release_builds.py: log.warning('release %s, try %s: %s', release.pk, "
    "release.attempts, type(error).__name__)",
    "tracking/actions/contacts_on_disk.py: log.error('the crisis contacts are not kept on "
    "disk: %s', type(error).__name__)",
    "tracking/actions/field_keys.py: WrongFieldKey(fault)",
    "tracking/actions/outbox.py: log.log(logging.ERROR if given_up else logging.WARNING, 'mail "
    "%s %s: %s', mail.pk, 'given up' if given_up else 'not sent', type(error).__name__)",
    "tracking/actions/rating.py: log.info('request %s has no rater: %s', request.pk, type(error).__name__)",
    "tracking/actions/scheduling.py: log.warning('episode %s is not scheduled: %s', "
    "episode.pk, type(error).__name__)",
    "tracking/fields.py: WrongFieldKey(f'{self.model.__name__}.{self.name} was not read, so it "
    "is not stored')",
    "tracking/tasks.py: log.warning('%s not sent: %s', task.name, type(error).__name__)",
    "tracking/tasks.py: log.warning('nudge %s not sent: %s', task, type(error).__name__)",
}


@cache
def statements() -> list[tuple[str, ast.AST]]:
    paths = sorted(found for package in PACKAGES for found in (ROOT / package).rglob("*.py"))
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call | ast.Assign)
    ]


def calls() -> Iterator[str]:
    for file, node in statements():
        if isinstance(node, ast.Call) and writes(node.func) and not is_fixed(node):
            yield f"{file}: {' '.join(ast.unparse(node).split())}"


def is_fixed(call: ast.Call) -> bool:
    """A sentence into which nothing is put."""
    return all(isinstance(argument, ast.Constant) for argument in call.args) and not call.keywords


def writes(called: ast.expr) -> bool:
    match called:
        case ast.Name(id=name):
            return name in REFUSALS
        case ast.Attribute(value=of, attr=name):
            return name in METHODS and ast.unparse(of).split("(")[0].rpartition(".")[2] in {
                *LOGGERS,
                "getLogger",
            }
    return False


def test_each_has_been_looked_at() -> None:
    found = set(calls())
    assert found - REVIEWED == set(), "look at what they put into the log, then add them"
    assert REVIEWED - found == set(), "these are gone"


def test_a_logger_is_called_log_and_nothing_else() -> None:
    """Or the test above would not see what it writes."""
    named = {
        ast.unparse(target)
        for _, node in statements()
        if isinstance(node, ast.Assign) and "getLogger(__name__)" in ast.unparse(node.value)
        for target in node.targets
    }
    assert named == {"log"}


def test_nothing_is_printed_but_by_what_somebody_starts_by_hand() -> None:
    prints = {"print", "sys.stderr.write", "sys.stdout.write"}
    found = {
        file for file, node in statements() if isinstance(node, ast.Call) and ast.unparse(node.func) in prints
    }
    by_hand = {
        "config/demo.py",
        "config/run.py",
        "config/supervisor.py",
        "config/version.py",
        "measures/__main__.py",
    }
    assert found == by_hand | {"config/hooks.py"}, "a command writes with self.stdout"
