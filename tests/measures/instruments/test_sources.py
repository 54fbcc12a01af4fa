"""Where every figure that ships comes from, and whose words ship."""

import re

import pytest

from measures import registry
from measures.instrument import Instrument

SHIPPED = [pytest.param(one, id=one.key) for one in registry.all_latest()]
# No author: rules of authorities, and plausible ranges of entry that are this platform's.
FORMS = {"adverse_event", "vital_signs"}

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
AUTHOR = re.compile(r"[^\W\d_][\w’-]+ [A-Z]{1,3}\b")


@pytest.mark.parametrize("instrument", SHIPPED)
def test_every_source_names_its_year_and_the_first_its_author(instrument: Instrument):
    texts = [source.text for source in instrument.sources]
    assert [text for text in texts if not YEAR.search(text)] == []
    assert instrument.key in FORMS or AUTHOR.match(texts[0])


@pytest.mark.parametrize("instrument", SHIPPED)
def test_every_set_of_bands_says_whose_it_is(instrument: Instrument):
    for scale in instrument.scales:
        for band_set in scale.band_sets:
            assert len(band_set.source.text) > len("Nobody 2000")
            assert band_set.source.confidence != "low"


@pytest.mark.parametrize("instrument", SHIPPED)
def test_a_safety_threshold_is_policy_for_no_instrument_publishes_one(instrument: Instrument):
    for item in instrument.items:
        if item.critical and instrument.key != "cssrs_screener":
            assert item.critical.source.confidence == "policy"
            assert item.critical.review == item.minimum + 1  # from the first endorsed value on


@pytest.mark.parametrize(
    ("wording", "keys"),
    [
        ("verbatim", {"gad7", "pcl5", "pcl5_week", "hamd17", "hamd21", "cgi_s", "cgi_i", "core10", "phq9"}),
        ("site", {"madrs", "qids_sr16", "isi", "who5", "wsas", "sds", "whodas12", "ymrs", "mars5"}),
        ("labels", {"caps5", "caps5_week", "caps5_worst"}),
        ("score-only", {"bdi2", "eq5d5l"}),
    ],
)
def test_wording_goes_no_further_than_the_rights(wording, keys):
    assert {key for key in keys if registry.get(key).rights.wording != wording} == set()


def test_only_confirmed_loinc_codes():
    gad7, pcl5 = registry.get("gad7"), registry.get("pcl5")
    assert gad7.loinc == {  # its panel is not confirmed
        "total": "70274-6",
        "1": "69725-0",
        "2": "68509-9",
        "3": "69733-4",
        "4": "69734-2",
        "5": "69735-9",
        "6": "69689-8",
        "7": "69736-7",
    }
    assert pcl5.loinc == {"panel": "101697-1"}
    without = {"madrs", "qids_sr16", "hamd17", "hamd21", "caps5", "isi", "who5", "wsas", "ymrs", "core10"}
    assert {key for key in without if registry.get(key).loinc} == set()
