"""What is odd about looking at a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tracking.rules.oversight import MANY, WITHIN, Seen, Sign, one_too_many, signs

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


def seen(reader: str, given: str = "Petra", family: str = "Patientin", **known: bool) -> list[Sign]:
    return list(signs(Seen(reader, given, family, **{"entitled": True, "is_own": False} | known)))


def test_work_of_the_own_team_is_not_odd() -> None:
    assert seen("Clara Clinician") == []


def test_whoever_is_not_in_the_team_is_asked() -> None:
    assert seen("Otto Outsider", entitled=False) == [Sign.OUTSIDE]


@pytest.mark.parametrize(
    ("reader", "given", "family", "sign"),
    [
        ("Petra Patientin", "Petra", "Patientin", Sign.OWN_NAME),
        ("Dr. Jürgen Müller", "Juergen", "Mueller", Sign.OWN_NAME),
        ("Paul Patientin", "Petra", "Patientin", Sign.SURNAME),
        ("Anna Meyer-Schmidt", "Karl", "Schmidt", Sign.SURNAME),
        ("Karl Schmidt", "Anna", "Meyer-Schmidt", Sign.SURNAME),
    ],
)
def test_names_are_compared_as_people_type_them(reader: str, given: str, family: str, sign: Sign) -> None:
    assert seen(reader, given, family) == [sign]


@pytest.mark.parametrize(
    ("reader", "given", "family"),
    [("Schmidt Karl", "Anna", "Schmidt"), ("Clara Clinician", "", ""), ("Karl von Berg", "Anna", "von Tal")],
)
def test_a_given_name_a_particle_and_what_cannot_be_read_are_no_surname(
    reader: str, given: str, family: str
) -> None:
    assert seen(reader, given, family) == []


def test_the_own_record_under_another_name_is_the_own_name() -> None:
    assert seen("Clara Clinician", is_own=True) == [Sign.OWN_NAME]


def opened(count: int, apart: timedelta) -> list[tuple[datetime, UUID]]:
    return [(START + n * apart, UUID(int=n)) for n in range(count)]


def test_one_more_than_many_in_an_hour_is_the_one_that_is_named() -> None:
    minute = timedelta(minutes=1)
    assert one_too_many(opened(MANY, minute)) is None
    assert one_too_many(opened(MANY + 5, minute)) == UUID(int=MANY)


def test_an_hour_slides_and_the_same_record_counts_once() -> None:
    assert one_too_many(opened(10 * MANY, WITHIN / MANY)) is None
    assert one_too_many([(at, UUID(int=1)) for at, _ in opened(10 * MANY, timedelta(seconds=1))]) is None
