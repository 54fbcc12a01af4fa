"""A clinic is lost and comes back: backed up, destroyed, restored, compared table by table, entered, swept.

The commands are those of ``docs/operations.md``, each in a process of its own, on the engine of the run.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest

from tests.own_database import Environment, manage, own_database, run
from tests.upgrade.clinic import PASSWORD, SIGNS_IN
from tracking.actions.restores import identities_in
from tracking.rules.backups import Header

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("django_db_setup")]

MAKE = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
from tests.upgrade.clinic import furnish
from tracking.actions.outbox import queue_mail
print(json.dumps(furnish(), default=str))
queue_mail(to="petra@example.net", subject="Some questions", body="Open https://x/s/a-token-that-opens/")
"""
LOOK = """
import hashlib, json, django
django.setup()
from tests.upgrade.dumps import every_row
from tracking.models import OutboxMail, PatientIdentity
rows = every_row()
told = {t: [len(r), hashlib.sha256(repr(sorted(map(repr, r))).encode()).hexdigest()] for t, r in rows.items()}
names = sorted(one.name for one in PatientIdentity.objects.all())
mails = [[mail.body, bool(mail.sent_at or mail.withdrawn_at)] for mail in OutboxMail.objects.order_by("pk")]
print(json.dumps({"tables": told, "names": names, "mails": mails}))
"""
ENTER = f"""
import json, django
django.setup()
from django.test import Client
from django.urls import reverse
client = Client()
answer = client.post(reverse("account_login"), {{"login": {SIGNS_IN!r}, "password": {PASSWORD!r}}})
print(json.dumps([answer.status_code, client.get(reverse("today")).status_code]))
"""
ADD = """
import django
django.setup()
from tests.cast import person
print(person("Nina New").pk)
"""
GONE = {
    "account_emailconfirmation",
    "django_session",
    "knox_authtoken",
    "throughline_cache",
    "tracking_failedtries",
}
OTHERWISE = {
    *GONE,
    "django_migrations",
    "tracking_outboxmail",
}  # when it was applied; what waited is withdrawn


class Clinic:
    """A clinic in a database of its own, and the backup of it."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        secret = pyrage.x25519.Identity.generate()
        self.environment = environment | {"BACKUP_RECIPIENTS": str(secret.to_public())}
        self.identity = folder / "backup-key.txt"
        self.identity.write_text(f"# created: 2026-11-30\n# public key: {secret.to_public()}\n{secret}\n")
        self.folder = folder
        self.asked("-c", MAKE)
        self.before = self.look()
        self.said = manage(self.environment, "backup", str(folder)).stdout
        (self.file,) = folder.glob("*.age")

    def asked(self, *arguments: str) -> Any:
        """What a script prints in its last line."""
        return json.loads(run(self.environment, *arguments).stdout.splitlines()[-1])

    def look(self) -> dict[str, Any]:
        return self.asked("-c", LOOK)

    def restore(
        self, *more: str, file: Path | None = None, identity: Path | None = None, ends: bool = True
    ) -> Any:
        words = [str(file or self.file), "--identity", str(identity or self.identity), *more]
        return manage(self.environment, "restore", *words, ends=ends)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with own_database(tmp_path_factory.mktemp("clinic")) as environment:
        yield Clinic(environment, tmp_path_factory.mktemp("backups"))


def test_it_says_what_it_wrote_and_keeps_a_record(clinic: Clinic) -> None:
    content = clinic.file.read_bytes()
    assert f"{len(content)} bytes, verified" in clinic.said
    assert f"sha256 {hashlib.sha256(content).hexdigest()}" in clinic.said
    record = json.loads((Path(clinic.environment["THROUGHLINE_VAR"]) / "backups" / "last.json").read_text())
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["made_at"].endswith("+00:00")
    assert clinic.file.stat().st_mode & 0o077 == 0
    assert "is whole" in clinic.restore("--check").stdout


def test_nobody_reads_it_without_the_key(clinic: Clinic) -> None:
    content = clinic.file.read_bytes()
    for word in (b"Throughline", b"tracking_patient", SIGNS_IN.encode(), b"north"):
        assert word not in content


def opened(clinic: Clinic) -> tuple[Header, set[str]]:
    """What the backup is, and its tables, as whoever has the key reads them."""
    sealed = pyrage.decrypt(clinic.file.read_bytes(), identities_in(clinic.identity.read_text()))
    lines = zlib.decompress(sealed, wbits=31).decode().splitlines()
    marks = [json.loads(line) for line in lines if line.startswith("{")]
    return Header(**marks[0]["backup"]), {mark["table"] for mark in marks if "table" in mark}


def test_what_opens_a_door_is_not_in_it(clinic: Clinic) -> None:
    _, tables = opened(clinic)
    assert set(clinic.before["tables"]) - tables == {*GONE, "django_migrations", "append_only_key"}


def whom_to_call(environment: Environment) -> dict[str, list[list[str]]]:
    """What stands on the disk for the time when the database does not answer."""
    return json.loads((Path(environment["THROUGHLINE_VAR"]) / "contacts" / "contacts.json").read_text())


def test_lost_and_back(clinic: Clinic) -> None:
    with own_database(clinic.folder / "new") as new:
        here = Clinic.__new__(Clinic)
        here.environment = clinic.environment | {
            name: new[name] for name in ("THROUGHLINE_VAR", "DATABASE_URL") if name in new
        }
        here.file, here.identity = clinic.file, clinic.identity
        assert "is restored" in here.restore().stdout
        assert whom_to_call(here.environment) == whom_to_call(clinic.environment) != {}
        after = here.look()
        tables = clinic.before["tables"]
        assert {name for name in tables if after["tables"][name] != tables[name]} <= OTHERWISE
        assert {name: after["tables"][name][0] for name in GONE} == dict.fromkeys(GONE, 0)
        count = after["tables"]["tracking_outboxmail"][0]
        assert count == tables["tracking_outboxmail"][0]
        assert after["mails"][-1] == ["", True]
        assert after["names"] == clinic.before["names"] and all(after["names"])
        manage(here.environment, "migrate", "--check")
        run(here.environment, "manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        assert here.asked("-c", ENTER) == [302, 200]
        assert "still behind 0" in manage(here.environment, "sweep", "--all").stdout
        assert int(run(here.environment, "-c", ADD).stdout) > 1


def test_what_is_there_is_not_lost_without_a_word(clinic: Clinic) -> None:
    refused = clinic.restore(ends=False)
    assert refused.returncode == 1
    assert "there is something in this database already: say --replace to lose it" in refused.stderr
    assert clinic.look() == clinic.before
    assert "is restored" in clinic.restore("--replace").stdout
    again = clinic.look()["tables"]
    tables = clinic.before["tables"]
    assert {name for name in tables if again[name] != tables[name]} <= OTHERWISE
