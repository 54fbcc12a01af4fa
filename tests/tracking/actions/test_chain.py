"""Sealing the record day by day, and finding what was changed behind the product's back."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.tracking.sealed import AFTER, DAYS, FIRST, WHO, WHOM, a_record, guard_disarmed, noon, tamper
from tracking.actions import chain
from tracking.actions.chain import check_chain, seal_days, settle_chain
from tracking.clock import simulated
from tracking.errors import Conflict, InvalidInput
from tracking.models import AuditEvent, AuditSegment, ChainCheck, ChainSettlement, ReadEvent, User
from tracking.queries.chain import TABLES, head, is_broken, next_day, open_findings, verify
from tracking.rules.chain import COLUMNS, GRACE, START, Anchor, Fault, Finding, Kind, ends
from tracking.tasks import check_audit, seal_audit

pytestmark = pytest.mark.django_db
SECOND = FIRST + timedelta(days=1)
THIRD = FIRST + timedelta(days=2)


@pytest.fixture
def record() -> None:
    a_record()


def row_of(kind: Kind, day: int = 1) -> int:
    """The first row of the second day, unless another is asked for."""
    return TABLES[kind]._base_manager.filter(at=noon(FIRST + timedelta(days=day))).get().pk


class TestSealing:
    def test_each_day_has_its_segment(self, record: None) -> None:
        rows = AuditSegment.objects.values_list("number", "day", "audit_rows", "read_rows")
        assert list(rows) == [(1, FIRST, 2, 2), (2, SECOND, 2, 2), (3, THIRD, 2, 2)]
        assert verify().holds and verify().rows == 4 * DAYS

    def test_nothing_is_sealed_of_nothing(self) -> None:
        assert seal_days(now=AFTER) == 0 and head() is None

    def test_a_day_that_is_not_over_stays_open(self, record: None) -> None:
        ReadEvent.objects.create(at=AFTER, actor=WHO, patient=WHOM, page="patient")
        assert seal_days(now=ends(AFTER.date()) + GRACE - timedelta(seconds=1)) == 0
        assert verify().holds
        assert seal_days(now=ends(AFTER.date()) + GRACE) == 1

    def test_a_day_without_a_row_is_sealed_too(self, record: None) -> None:
        assert seal_days(now=AFTER + timedelta(days=2)) == 2
        assert AuditSegment.objects.filter(audit_rows=0, read_rows=0).count() == 2
        ReadEvent.objects.create(at=AFTER, actor=WHO, patient=WHOM, page="patient")
        assert [each.fault for each in verify().findings] == [Fault.INSERTED]

    def test_years_are_sealed_in_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chain, "DAYS_AT_ONCE", 300)
        for age in (800, 400, 1):
            at = AFTER - timedelta(days=age)
            ReadEvent.objects.create(at=at, actor=WHO, patient=WHOM, page="patient")
        assert [seal_days(now=AFTER) for _ in range(4)] == [300, 300, 200, 0]
        assert verify().holds

    def test_a_run_ends_after_so_many_rows(self) -> None:
        for number in range(DAYS):
            at = noon(FIRST + timedelta(days=number))
            ReadEvent.objects.create(at=at, actor=WHO, patient=WHOM, page="patient")
        assert [seal_days(now=AFTER, most_rows=2) for _ in range(2)] == [2, 1]

    def test_two_at_once_seal_a_day_once(self, record: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second has read the last segment before the first had written the next."""
        last = head()
        assert seal_days(now=AFTER + timedelta(days=1)) == 1
        monkeypatch.setattr(chain, "head", lambda: last)
        monkeypatch.setattr(chain, "next_day", lambda now: AFTER.date())
        monkeypatch.setattr(chain, "DAYS_AT_ONCE", 1)
        assert seal_days(now=AFTER + timedelta(days=1)) == 1
        assert AuditSegment.objects.filter(day=AFTER.date()).count() == 1

    def test_a_worker_that_finds_the_day_sealed_stops(
        self, record: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chain, "next_day", lambda now: THIRD)
        assert seal_days(now=AFTER) == 0

    def test_of_two_that_saw_other_rows_the_second_stops(
        self, record: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chain, "head", lambda: Anchor(2, SECOND, START))
        monkeypatch.setattr(chain, "next_day", lambda now: THIRD)
        assert seal_days(now=AFTER) == 0
        assert verify().holds

    def test_the_record_keeps_the_real_time_while_a_clinic_is_simulated(self) -> None:
        """Or invented people would be written into days that are sealed."""
        with simulated(noon(FIRST)):
            row = ReadEvent.objects.create(actor=WHO, patient=WHOM, page="patient")
        assert row.at.date() != FIRST

    @pytest.mark.parametrize("kind", Kind)
    def test_every_column_of_a_row_is_sealed(self, kind: Kind) -> None:
        """A new column of these tables is nothing that anybody could find altered: think about it first."""
        assert {each.attname for each in TABLES[kind]._meta.concrete_fields} == set(COLUMNS[kind])


@pytest.mark.django_db(transaction=True)
def test_a_day_waits_for_the_transaction_that_still_writes_it() -> None:
    """What was begun before midnight may be stored after it, however late."""
    if connection.vendor == "sqlite":
        return  # there whoever seals is the only writer
    begun = connection.cursor().connection.info
    with psycopg.connect(host=begun.host, port=begun.port, dbname=begun.dbname, user=begun.user) as other:
        now = other.execute("SELECT now()").fetchone()[0]
        yesterday, long_after = (now - timedelta(days=1)).date(), now + timedelta(days=2)
        ReadEvent.objects.create(at=noon(yesterday), actor=WHO, patient=WHOM, page="patient")
        assert next_day(long_after) == yesterday
        seal_days(now=long_after - timedelta(days=1, hours=now.hour - 2))
        assert next_day(long_after) is None
    assert next_day(long_after) == yesterday + timedelta(days=1)


class TestTampering:
    """By raw SQL, with the guard disarmed: as the owner of the database, or whoever has that password, can."""

    @pytest.mark.parametrize("kind", Kind)
    def test_a_row_that_was_altered_is_named(self, record: None, kind: Kind) -> None:
        row = row_of(kind)
        with guard_disarmed():
            TABLES[kind]._base_manager.filter(pk=row).update(patient=WHO)
        assert verify().findings == [Finding(Fault.ALTERED, SECOND, kind, row)]

    @pytest.mark.parametrize("kind", Kind)
    def test_a_row_that_was_deleted_is_named(self, record: None, kind: Kind) -> None:
        row = row_of(kind)
        with guard_disarmed():
            TABLES[kind]._base_manager.filter(pk=row).delete()
        assert verify().findings == [Finding(Fault.DELETED, SECOND, kind, row)]

    @pytest.mark.parametrize("kind", Kind)
    def test_a_row_that_was_inserted_needs_no_disarming_and_is_named(self, record: None, kind: Kind) -> None:
        other = {"action": "look"} if kind == Kind.AUDIT else {"page": "patient"}
        row = TABLES[kind]._base_manager.create(at=noon(SECOND), actor=WHO, patient=WHOM, **other)
        assert verify().findings == [Finding(Fault.INSERTED, SECOND, kind, row.pk)]

    def test_one_before_the_first_day_is_named(self, record: None) -> None:
        at = noon(FIRST) - timedelta(days=7)
        row = ReadEvent.objects.create(at=at, actor=WHO, patient=WHOM, page="patient")
        assert verify().findings == [Finding(Fault.INSERTED, at.date(), Kind.READ, row.pk)]

    def test_a_row_that_was_moved_to_another_day_is_named_on_both(self, record: None) -> None:
        row = row_of(Kind.READ)
        tamper("UPDATE tracking_readevent SET at = %s WHERE id = %s", noon(THIRD), row)
        assert verify().findings == [
            Finding(Fault.DELETED, SECOND, Kind.READ, row),
            Finding(Fault.INSERTED, THIRD, Kind.READ, row),
        ]

    def test_a_segment_that_was_altered_is_named(self, record: None) -> None:
        tamper("UPDATE tracking_auditsegment SET digest = %s WHERE number = 2", "f" * 64)
        assert {each.day for each in verify().findings} == {SECOND, THIRD}

    def test_a_segment_that_was_deleted_is_named(self, record: None) -> None:
        tamper("DELETE FROM tracking_auditsegment WHERE number = 2")
        assert verify().findings == [Finding(Fault.SEGMENT_MISSING, SECOND)]

    def test_what_a_check_has_seen_cannot_go_unseen(self, record: None) -> None:
        check_chain()
        tamper("DELETE FROM tracking_auditsegment WHERE number = 3")
        assert verify().findings == [Finding(Fault.SEGMENT_MISSING, THIRD)]
        tamper("DELETE FROM tracking_auditsegment")
        assert verify().findings == [Finding(Fault.SEGMENT_MISSING, None)]

    def test_nobody_seals_anew_what_a_check_has_seen(self, record: None) -> None:
        check_chain()
        self.forge()
        assert verify().findings == [Finding(Fault.SEGMENT_ALTERED, THIRD)]

    def test_a_whole_forgery_is_found_by_the_print_that_was_kept_outside(self, record: None) -> None:
        kept = head()
        assert kept is not None
        self.forge()
        assert verify().holds
        assert verify(anchors=[kept]).findings == [Finding(Fault.OTHER_ANCHOR, THIRD)]
        with guard_disarmed():
            AuditSegment.objects.all().delete()
        assert Finding(Fault.OTHER_ANCHOR, THIRD) in verify(anchors=[kept]).findings

    @staticmethod
    def forge() -> None:
        """A row less, and everything sealed anew with the product's own means."""
        tamper("DELETE FROM tracking_readevent WHERE id = %s", row_of(Kind.READ, day=2))
        tamper("DELETE FROM tracking_auditsegment")
        seal_days(now=AFTER)


class TestChecks:
    def test_what_was_found_stays_until_somebody_explains_it(self, record: None, clinician: User) -> None:
        row = row_of(Kind.READ)
        tamper("DELETE FROM tracking_readevent WHERE id = %s", row)
        check_chain()
        assert is_broken() and open_findings() == [f"deleted {SECOND} read {row}"]
        with pytest.raises(InvalidInput, match="what was found out"):
            settle_chain(by=clinician, findings=open_findings(), reason=" ")
        settle_chain(by=clinician, findings=open_findings(), reason="an exercise")
        assert not is_broken() and check_chain().holds
        assert [each.row for each in verify().settled] == [row]
        assert AuditEvent.objects.filter(action="settle_chain", actor=clinician.public_id).exists()
        with pytest.raises(Conflict, match="nothing to settle"):
            settle_chain(by=clinician, findings=open_findings(), reason="an exercise")

    def test_what_was_put_back_is_not_forgotten(self, record: None) -> None:
        tamper("UPDATE tracking_readevent SET page = 'other' WHERE id = %s", row_of(Kind.READ))
        check_chain()
        tamper("UPDATE tracking_readevent SET page = 'patient' WHERE id = %s", row_of(Kind.READ))
        assert check_chain().holds and is_broken()

    def test_much_is_counted_and_the_first_of_it_kept(
        self, record: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chain, "KEPT", 3)
        tamper("DELETE FROM tracking_readevent")
        check_chain()
        check = ChainCheck.objects.get()
        assert (len(check.findings), check.found, check.holds) == (3, 6, False)

    def test_the_tasks_seal_and_check(self, record: None) -> None:
        seal_audit()
        check_audit()
        assert ChainCheck.objects.get().holds


class TestCommand:
    def test_it_says_that_all_holds_and_what_to_keep(self, record: None) -> None:
        said = self.said()
        assert said.splitlines()[-2:] == [f"days {DAYS}, rows {4 * DAYS}", f"print: {head()}"]

    def test_it_says_where_it_does_not_and_fails(self, record: None) -> None:
        row = row_of(Kind.AUDIT)
        tamper("DELETE FROM tracking_auditevent WHERE id = %s", row)
        out = StringIO()
        with pytest.raises(CommandError, match="does not hold: 1 found") as error:
            call_command("verify_audit", stdout=out)
        assert error.value.returncode == 1
        assert f"{SECOND}: tracking_auditevent {row} was deleted after it was sealed" in out.getvalue()

    def test_of_much_it_says_the_first(self, record: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tracking.management.commands.verify_audit.SHOWN", 2)
        tamper("DELETE FROM tracking_readevent")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_audit", stdout=out)
        assert out.getvalue().splitlines()[2] == "and 4 more"

    def test_it_seals_first_if_asked(self, record: None) -> None:
        ReadEvent.objects.create(at=AFTER, actor=WHO, patient=WHOM, page="patient")
        assert f"not yet sealed: {AFTER.date()} and later" in self.said()
        assert f"sealed {AFTER.date()}" in self.said("--seal")

    def test_it_compares_prints_that_were_kept(
        self, record: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = tmp_path / "prints"
        kept.write_text(f"print: {head()}\n\n{seal_of(1)}\n")
        assert "days 3" in self.said("--anchor", str(kept))
        monkeypatch.setattr("sys.stdin", StringIO(f"2 {SECOND} {'0' * 64}"))
        with pytest.raises(CommandError, match="1 found"):
            self.said("--anchor", "-")

    def test_a_file_that_holds_no_prints_is_refused(self, record: None, tmp_path: Path) -> None:
        kept = tmp_path / "prints"
        for arrange in (lambda: None, lambda: kept.write_text("no print")):
            arrange()
            with pytest.raises(CommandError, match="cannot be read as prints"):
                self.said("--anchor", str(kept))

    def test_what_is_found_is_settled_with_a_reason(self, record: None) -> None:
        tamper("DELETE FROM tracking_readevent WHERE id = %s", row_of(Kind.READ))
        assert "settled earlier: 1" in self.said("--settle", "the restore of 4 March")
        assert ChainSettlement.objects.get().reason == "the restore of 4 March"
        with pytest.raises(CommandError, match="nothing to settle"):
            self.said("--settle", "once more")

    @staticmethod
    def said(*options: str) -> str:
        out = StringIO()
        call_command("verify_audit", *options, stdout=out)
        return out.getvalue()


def seal_of(number: int) -> Anchor:
    row = AuditSegment.objects.get(number=number)
    return Anchor(row.number, row.day, row.digest)
