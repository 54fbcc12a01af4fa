"""A clinic that was kept by the last release goes on under this code, on both engines.

The databases of past releases are in ``tests/data/upgrade``; ``docs/releasing.md`` says how the next one is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse, Release
from tests.architecture.matrix import MATRIX, Row
from tests.architecture.test_access_matrix import ask, met, url
from tests.architecture.ward import Ward
from tests.architecture.world import ROLES
from tests.cast import person
from tests.second_factor import with_app
from tests.tracking.answers import PHQ9
from tests.tracking.test_append_only import TABLES
from tests.upgrade import dumps, kept, schema
from tests.upgrade.clinic import PASSWORD, SIGNS_IN
from tracking.models import (
    Assessment,
    AssessmentRequest,
    CareTeam,
    DraftAnswers,
    PatientIdentity,
    SafetyAlert,
    SessionSignature,
    Study,
    User,
)
from tracking.queries.dosing import plan_for
from tracking.queries.second_factor import owed_from
from tracking.queries.signatures import digest_of
from tracking.vocabulary import Role

# Of the matrix, which the clinics of earlier releases did not know.
PLACES_OF_LATER = {
    "call",
    "death",
    "entry-draft",
    "glass",
    "joining",
    "odd-look",
    "open-to-team",
    "person-of-two-sites",
    "record-move",
    "worded",
}
TABLES_OF_LATER = {  # empty in a clinic of then
    "tracking_auditsegment",
    "tracking_chaincheck",
    "tracking_chainsettlement",
    "tracking_patienttransfer",
    "tracking_retentionrule",
}
GROWS_WITH_THE_CODE = {"django_migrations", "django_content_type", "auth_permission"}
Tables = dict[str, dumps.Rows]

pytestmark = pytest.mark.django_db


class Upgraded:
    """``facts``: what was written beside the dump. ``before``, ``after``: every row, around the migration.
    ``fresh``: what the database of a new clinic consists of."""

    def __init__(self, facts: dict[str, Any], fresh: list[str]) -> None:
        self.facts, self.fresh = facts, fresh
        self.before = dumps.every_row()
        call_command("migrate", verbosity=0, interactive=False)
        self.after = dumps.every_row()

    def ward(self) -> Ward:
        """The people and places of the kept clinic, as the matrix of access names them."""
        users = {role: User.objects.get(email=email) for role, email in self.facts["users"].items()}
        team = CareTeam.objects.select_related("site").earliest("pk")
        ward = Ward("Kept", team.site, team, Study.objects.earliest("pk"), users=users)
        ward.places, ward.token = self.facts["places"], self.facts["token"]
        users.setdefault("officer", person("Olga Officer", Role.OFFICER, site=team.site))  # a role of later
        ward.cookies = {role: ward.sign_in(role) for role in ROLES}
        return ward


@pytest.fixture(scope="module", params=kept.VERSIONS)
def upgraded(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Upgraded]:
    with django_db_blocker.unblock():
        fresh = schema.objects()
        with kept.opened(request.param, tmp_path_factory.mktemp("kept")) as facts:
            yield Upgraded(facts, fresh)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracking.tasks.current_app.send_task", lambda *_, **__: None)


def test_the_dump_is_whole(upgraded: Upgraded) -> None:
    assert {table: len(rows) for table, rows in upgraded.before.items()} == upgraded.facts["rows"]


def test_no_row_is_lost_and_no_value_changed(upgraded: Upgraded) -> None:
    lost = {}
    for table, rows in upgraded.before.items():
        now = [{name: row[name] for name in rows[0] if name in row} for row in upgraded.after[table]]
        then = [{name: row[name] for name in row if not now or name in now[0]} for row in rows]
        if table in GROWS_WITH_THE_CODE:
            now = [row for row in now if row in then]
        if table == "reports_courseflag":
            now, then = [*map(in_its_language, now)], [*map(in_its_language, then)]
        if now != then:
            lost[table] = (len(then), len(now))
    assert lost == {}


def in_its_language(row: dict[str, object]) -> dict[str, object]:
    """A flag whose sentence is kept by language, as it is now; until 0.2 there was the one that it was written in."""
    said = str(row["sentence"])
    return row | {"sentence": json.loads(said) if said.startswith("{") else {"en-gb": said}}


def test_it_consists_of_what_a_new_one_consists_of(upgraded: Upgraded) -> None:
    assert schema.objects() == upgraded.fresh
    assert any(line.startswith("trigger") for line in upgraded.fresh)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER tracking_assessment_no_{event}{of}",
        "DROP INDEX a_session_ends_once",
        "ALTER TABLE tracking_site ADD COLUMN more integer",
        "ALTER TABLE tracking_site DROP COLUMN crisis_contacts",
    ],
)
def test_what_is_missing_or_added_would_be_seen(upgraded: Upgraded, statement: str) -> None:
    sqlite = connection.vendor == "sqlite"
    words = {"event": "update" if sqlite else "change", "of": "" if sqlite else " ON tracking_assessment"}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**words))
    assert schema.objects() != upgraded.fresh


def test_identities_open_with_the_keys_of_then(upgraded: Upgraded) -> None:
    names = {
        str(one.patient.public_id): f"{one.given_name} {one.family_name}"
        for one in PatientIdentity.objects.select_related("patient")
    }
    assert names == upgraded.facts["identities"]
    assert "Ünal O’Neill-Łuksza" in names.values()


def test_the_password_of_then_opens(upgraded: Upgraded, client: Client) -> None:
    door = reverse("account_login")
    assert client.post(door, {"login": SIGNS_IN, "password": PASSWORD + "!"}).status_code == 200
    assert client.post(door, {"login": SIGNS_IN, "password": PASSWORD}).status_code == 302
    assert client.get(reverse("today")).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_for_whom_it_is(upgraded: Upgraded, role: str) -> None:
    ward = upgraded.ward()
    if role in ward.users and owed_from(ward.users[role]):
        with_app(ward.users[role])  # asked for at the first page since
    known = set(ward.places) | {""}
    assert {row.place for row in MATRIX if row.get} - known <= PLACES_OF_LATER
    rows = [row for row in MATRIX if row.get and row.place in known]
    wrong = {str(row): met(opened(ward, row, role)) for row in rows}
    assert {name: cell for name, cell in wrong.items() if cell != cells(rows, role)[name]} == {}


def opened(ward: Ward, row: Row, role: str) -> Any:
    return ask(ward.client(role), "GET", url(row, ward.places[row.place] if row.place else {}))


def cells(rows: list[Row], role: str) -> dict[str, str]:
    return {str(row): row.cell("GET", role) for row in rows}


@pytest.mark.parametrize("table", [table for table in TABLES if table not in TABLES_OF_LATER])
def test_what_was_recorded_cannot_be_changed(upgraded: Upgraded, table: str) -> None:
    column = next(iter(upgraded.after[table][0]))
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_rows_agree_with_one_another(upgraded: Upgraded) -> None:
    """Every reference leads to a row, and a rule between columns is kept by the database."""
    connection.check_constraints()
    release = Release.objects.get(status="ready")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(decided_by=release.requested_by)


def is_same(then: object, now: object) -> bool:
    """Of a number all but the last digits, which another machine rounds otherwise."""
    return then == (pytest.approx(now, rel=1e-12) if isinstance(now, float) else now)


def test_computing_everything_again_changes_no_course(upgraded: Upgraded) -> None:
    """What the rules of now tell besides, the flags in ``details`` among it, is another matter."""

    def courses() -> list[dict[str, Any]]:
        rows = list(EpisodeCourse.objects.order_by("episode", "instrument", "scale").values())
        for row in rows:
            for name in ("id", "computed_at", "inputs_hash", "details"):
                del row[name]
        return rows

    before, said = courses(), StringIO()
    call_command("sweep", all=True, stdout=said)
    assert "still behind 0" in said.getvalue()
    pairs = list(zip(before, courses(), strict=True))
    changed = [
        {name: (old[name], new[name]) for name in old if not is_same(old[name], new[name])}
        for old, new in pairs
    ]
    assert changed == [{}] * len(before)
    assert len(before) > 3


def test_a_link_of_then_is_answered_now(upgraded: Upgraded, client: Client) -> None:
    """New rows get numbers that nobody has, a wish to be dead raises its alert, and the course takes it in."""
    asked = AssessmentRequest.objects.get(public_id=upgraded.facts["places"]["open-report"]["public_id"])
    alerts = SafetyAlert.objects.count()
    assert client.post(reverse("sitting-landing", args=[upgraded.facts["token"]])).status_code == 302
    for number, value in (PHQ9 | {"9": 2}).items():
        address = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})
        assert client.post(address, {f"item-{number}": value, "step": "next"}).status_code == 302
    client.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
    answer = Assessment.objects.get(request=asked)
    assert answer.scores.get(scale="total").value == 11
    assert SafetyAlert.objects.count() == alerts + 1
    recompute_episode(episode_id=asked.episode_id)
    course = EpisodeCourse.objects.get(episode=asked.episode, instrument="phq9", scale="total")
    assert course.episode.mark.done_rev == course.episode.mark.wanted_rev


def test_what_was_begun_goes_on_and_what_was_signed_stands(upgraded: Upgraded) -> None:
    assert DraftAnswers.objects.get().answers == {"1": 2}
    signature = SessionSignature.objects.get()
    assert signature.digest == digest_of(signature.session, plan_for(signature.session))


def test_nothing_is_left_to_migrate(upgraded: Upgraded) -> None:
    call_command("migrate", check_unapplied=True, verbosity=0)
