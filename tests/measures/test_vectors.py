"""Every case and every expected key of the reference vectors, file by file."""

import pytest

from measures.verify import compare, verify
from measures.verify.files import VOCABULARIES
from tests.measures.vectors import FOLDER, cases

# file -> cases, expected keys: nothing may be lost on the way from the file to the comparison
COUNTS = {
    "audit": (8, 58),
    "caps5": (33, 802),
    "ceq": (8, 177),
    "core10": (7, 26),
    "cssrs_screener": (9, 34),
    "dudit": (7, 32),
    "ebi": (8, 22),
    "edi": (8, 23),
    "gad2": (7, 21),
    "gad7": (10, 80),
    "hamd17": (40, 560),
    "hamd7": (8, 40),
    "isi": (7, 20),
    "madrs": (8, 44),
    "meq30": (45, 990),
    "outcome_depression": (19, 114),
    "outcome_ptsd": (12, 57),
    "pcl5": (14, 249),
    "phq2": (7, 20),
    "phq8": (7, 35),
    "phq9": (30, 466),
    "qids_sr16": (12, 178),
    "rci": (7, 35),
    "sds": (8, 24),
    "wai36": (10, 140),
    "wai_sr": (24, 312),
    "who5": (8, 48),
    "whodas12": (7, 32),
    "wsas": (8, 30),
    "ymrs": (8, 22),
}


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=case["id"]) for name in COUNTS for case in cases(name)],
)
def test_vector(name, case):
    comparisons = list(compare(case, VOCABULARIES[name]))
    assert comparisons
    assert [one for one in comparisons if one.differs or not one.computed] == []


def test_every_key_of_every_file_is_compared():
    verification = verify(FOLDER)
    assert {one.name: (one.cases, one.compared) for one in verification.files} == COUNTS
    assert sum(keys for _, keys in COUNTS.values()) == 4691
    assert verification.passed
