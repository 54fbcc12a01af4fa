"""Prints of rows, segments of days, and what does not hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tracking.rules.chain import (
    COLUMNS,
    GRACE,
    START,
    Anchor,
    Fault,
    Finding,
    Key,
    Kind,
    Segment,
    check_link,
    check_rows,
    ends,
    is_over,
    packed,
    row_print,
    seal,
    unpacked,
)

DAY = date(2027, 3, 1)
ROWS: dict[Key, bytes] = {
    (Kind.AUDIT, 1): b"a" * 32,
    (Kind.AUDIT, 2): b"b" * 32,
    (Kind.READ, 1): b"c" * 32,
}


def a_row(**other: object) -> dict[str, object]:
    at = datetime(2027, 3, 1, 12, 30, 15, 250, tzinfo=UTC)
    return {"id": 7, "at": at, "actor": "u", "patient": "p", "page": "alerts"} | other


def chain() -> list[Segment]:
    made: list[Segment] = []
    for number in range(1, 4):
        day, previous = DAY + timedelta(days=number - 1), made[-1].digest if made else START
        made.append(seal(number=number, day=day, previous=previous, prints=packed(ROWS.items())))
    return made


class TestPrints:
    def test_the_print_of_a_row_is_this_one(self) -> None:
        """It must be the same in every later version, or all that was sealed would look altered."""
        assert (
            row_print(Kind.READ, a_row()).hex()
            == "006181c157d18bc636c56fb6e4dfe07c26b225dcacbe44acdcdab3c0428fd447"
        )

    @pytest.mark.parametrize("name", COLUMNS[Kind.READ])
    def test_each_column_is_in_it(self, name: str) -> None:
        changed = a_row(**{name: datetime(2027, 3, 1, tzinfo=UTC) if name == "at" else "other"})
        assert row_print(Kind.READ, changed) != row_print(Kind.READ, a_row())

    def test_the_kind_is_in_it_and_details_are_whole(self) -> None:
        row = dict.fromkeys(COLUMNS[Kind.AUDIT]) | {"at": datetime(2027, 3, 1, tzinfo=UTC)}
        prints = {
            row_print(Kind.AUDIT, row | {"details": details})
            for details in ({}, None, {"a": 1}, {"a": "1"}, {"a": [1]}, {"b": 1})
        }
        assert len(prints) == 6
        assert row_print(Kind.AUDIT, row | {"details": {"a": 1, "b": 2}}) == row_print(
            Kind.AUDIT, row | {"details": {"b": 2, "a": 1}}
        )

    def test_a_moment_is_the_same_in_every_zone(self) -> None:
        there = datetime(2027, 3, 1, 14, 30, 15, 250, tzinfo=timezone(timedelta(hours=2)))
        assert row_print(Kind.READ, a_row(at=there)) == row_print(Kind.READ, a_row())

    def test_what_was_packed_is_unpacked(self) -> None:
        assert dict(unpacked(packed(ROWS.items()))) == ROWS


class TestLinks:
    def test_what_was_sealed_holds(self) -> None:
        one, two, three = chain()
        assert check_link(one, None) + check_link(two, one) + check_link(three, two) == []

    @pytest.mark.parametrize("change", [{"digest": "f" * 64}, {"prints": b""}, {"prints": b"x"}])
    def test_a_segment_that_was_changed_is_named(self, change: dict[str, object]) -> None:
        one, two, _ = chain()
        assert check_link(replace(two, **change), one) == [Finding(Fault.SEGMENT_ALTERED, two.day)]

    def test_one_that_was_sealed_anew_parts_from_the_next(self) -> None:
        one, two, three = chain()
        anew = seal(number=2, day=two.day, previous=one.digest, prints=b"")
        assert check_link(anew, one) == []
        assert check_link(three, anew) == [Finding(Fault.SEGMENT_ALTERED, three.day)]

    def test_one_that_is_numbered_otherwise_is_named(self) -> None:
        one, two, _ = chain()
        other = seal(number=7, day=two.day, previous=one.digest, prints=two.prints)
        assert check_link(other, one) == [Finding(Fault.SEGMENT_ALTERED, two.day)]

    def test_a_day_that_is_missing_is_named(self) -> None:
        one, two, three = chain()
        assert check_link(three, one) == [Finding(Fault.SEGMENT_MISSING, two.day)]
        assert check_link(two, None) == [Finding(Fault.SEGMENT_MISSING, two.day)]

    def test_the_first_is_bound_to_nothing_else(self) -> None:
        made = seal(number=1, day=DAY, previous="e" * 64, prints=b"")
        assert check_link(made, None) == [Finding(Fault.SEGMENT_ALTERED, DAY)]


class TestRows:
    def test_the_same_rows_hold(self) -> None:
        assert check_rows(chain()[0], ROWS) == []

    def test_each_row_that_differs_is_named(self) -> None:
        there = {
            (Kind.AUDIT, 2): b"x" * 32,
            (Kind.READ, 1): ROWS[Kind.READ, 1],
            (Kind.READ, 9): b"y" * 32,
        }
        assert check_rows(chain()[0], there) == [
            Finding(Fault.DELETED, DAY, Kind.AUDIT, 1),
            Finding(Fault.ALTERED, DAY, Kind.AUDIT, 2),
            Finding(Fault.INSERTED, DAY, Kind.READ, 9),
        ]

    def test_prints_that_were_cut_are_read_as_far_as_they_go(self) -> None:
        cut = replace(chain()[0], prints=packed(ROWS.items())[:-1])
        assert check_rows(cut, ROWS) == [Finding(Fault.INSERTED, DAY, Kind.READ, 1)]


def test_a_day_is_over_an_hour_after_its_end() -> None:
    assert ends(DAY) == datetime(2027, 3, 2, tzinfo=UTC)
    assert not is_over(DAY, ends(DAY) + GRACE - timedelta(seconds=1))
    assert is_over(DAY, ends(DAY) + GRACE)


@pytest.mark.parametrize(
    "finding", [Finding(Fault.ALTERED, DAY, Kind.READ, 9), Finding(Fault.SEGMENT_MISSING, None)]
)
def test_a_finding_is_read_again(finding: Finding) -> None:
    assert Finding.read(finding.key) == finding


class TestAnchor:
    def test_it_is_read_again(self) -> None:
        anchor = Anchor(3, DAY, "0f" * 32)
        assert Anchor.read(str(anchor)) == anchor

    @pytest.mark.parametrize("line", ["", "3 2027-03-01", f"x 2027-03-01 {START}", f"3 March {START}"])
    def test_anything_else_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError):
            Anchor.read(line)

    @pytest.mark.parametrize("digest", ["0f", "0G" * 32])
    def test_a_digest_that_is_none_is_refused(self, digest: str) -> None:
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            Anchor.read(f"3 2027-03-01 {digest}")
