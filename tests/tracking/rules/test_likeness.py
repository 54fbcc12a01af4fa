"""Who may be somebody on record: what people mistype and misspell, and what relatives share."""

from __future__ import annotations

import pytest

from tracking.rules.likeness import Known, likeness, parts_of
from tracking.rules.phonetics import cologne

NORA = Known("Nora", "Feld", "1980-02-01", "0012")
NAME, NEAR_NAME, GIVEN = "the same name", "a name that is like it", "the same given name"
DATE, NEAR_DATE = "the same date of birth", "a date of birth that is one slip away"
NUMBER, NEAR_NUMBER = "the same record number", "a record number that is one slip away"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mullerludenscheidt", "65752682"),
        ("wikipedia", "3412"),
        ("breschnew", "17863"),
        ("philipp", "351"),
        ("filip", "351"),
        ("christian", "47826"),
        ("kristian", "47826"),
        ("axel", "0485"),
        ("cz", "8"),
        ("fuchs", "348"),
        ("fuks", "348"),
        ("schmidt", "862"),
        ("李", ""),
    ],
)
def test_how_a_name_sounds(name: str, code: str) -> None:
    """Those of the paper and of what is written of it; the others by its table."""
    assert cologne(name) == code


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Müller-Lüdenscheidt", ("muller", "ludenscheidt")),
        ("MUELLER", ("muller",)),
        ("Groß", ("gross",)),
        ("O’Brien", ("obrien",)),
        ("von der Heide", ("heide",)),
        ("Le", ("le",)),
        ("Łukasz Sørensen", ("lukasz", "sorensen")),
        ("José  Ángel", ("jose", "angel")),
        ("李小龍", ("李小龍",)),
        ("", ()),
    ],
)
def test_a_name_is_read_as_anybody_spells_it(name: str, parts: tuple[str, ...]) -> None:
    assert parts_of(name) == parts


@pytest.mark.parametrize(
    ("given", "family", "born", "record", "reasons"),
    [
        ("Nora", "Feld", "1980-02-01", "0012", (NAME, DATE, NUMBER)),
        ("Nora", "Feld", "1980-02-01", "12", (NAME, DATE, NUMBER)),
        ("Nora", "Feld", "1980-02-01", "", (NAME, DATE)),
        ("Nora", "Feld", "1980-02-01", "777", (NAME, DATE)),
        ("Nora", "Feld", "", "", (NAME,)),
        ("Nora", "Feld", "1980-01-02", "", (NAME, NEAR_DATE)),  # day and month exchanged
        ("Nora", "Feld", "1980-02-11", "", (NAME, NEAR_DATE)),  # a digit off
        ("Nora", "Feld", "1908-02-01", "", (NAME, NEAR_DATE)),  # neighbours exchanged
        ("Norah", "Veld", "1980-02-01", "", (NEAR_NAME, DATE)),  # sounds alike
        ("N.", "Feld", "1980-02-01", "", (NEAR_NAME, DATE)),
        ("Feld", "Nora", "1980-02-01", "", (NEAR_NAME, DATE)),
        ("Nora Marie", "Feld-Berg", "1980-02-01", "", (NEAR_NAME, DATE)),
        ("Nora", "Berg", "1980-02-01", "", (GIVEN, DATE)),  # another family name since
        ("Xaver", "Qual", "1950-12-31", "00-12", (NUMBER,)),
    ],
)
def test_who_is_asked_about(
    given: str, family: str, born: str, record: str, reasons: tuple[str, ...]
) -> None:
    other = Known(given, family, born, record)
    assert likeness(NORA, other) == reasons
    assert likeness(other, NORA) == reasons


@pytest.mark.parametrize(
    ("given", "family", "born", "record"),
    [
        ("Anna", "Feld", "1980-02-01", ""),  # a twin
        ("Nola", "Feld", "1980-02-01", "0013"),  # a twin whose name is like it, with a number of her own
        ("Nora", "Feld", "1961-07-23", ""),  # a namesake
        ("Nora", "Feld", "", "0777"),
        ("Xaver", "Qual", "1980-02-01", ""),
        ("Xaver", "Qual", "", ""),
        ("Norah", "Veld", "", ""),
    ],
)
def test_who_is_not(given: str, family: str, born: str, record: str) -> None:
    assert likeness(NORA, Known(given, family, born, record)) == ()


def test_a_longer_number_with_a_slip_counts_where_the_name_is_alike() -> None:
    known = Known("Nora", "Feld", "1980-02-01", "MRN-100012")
    assert likeness(known, Known("Nora", "Feld", "", "MRN-100021")) == (NAME, NEAR_NUMBER)
    assert likeness(known, Known("Nora", "Feld", "", "MRN-10012")) == (NAME, NEAR_NUMBER)
    assert likeness(known, Known("Anna", "Feld", "1980-02-01", "MRN-100013")) == ()
