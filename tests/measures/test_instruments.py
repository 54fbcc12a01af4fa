"""What ships, against the published facts: structure, rights, change rules. The vectors hold the scoring."""

import pytest

from measures import registry

SHIPPED = """
    adverse_event audit bdi2 caps5 caps5_week caps5_worst ceq cgi_i cgi_s clinician_expectancy core10
    credibility_expectancy cssrs_screener discontinuation_check dudit ebi edi eq5d5l five_d_asc gad7
    hamd17 hamd21 isi madrs mars5 meq30 meq43 ors pcl5 pcl5_week phq9 piq qids_sr16 sds set_and_setting
    sets srs treatment_guess treatment_guess_rater treatment_guess_therapist vital_signs wai36 wai_s
    wai_sr wai_srt who5 whodas12 wsas ymrs
"""


def test_what_ships():
    assert registry.keys() == tuple(SHIPPED.split())


@pytest.mark.parametrize(
    ("key", "wording"),
    [
        ("phq9", "verbatim"),  # Pfizer: no permission required
        ("hamd17", "verbatim"),  # public domain
        ("caps5", "labels"),  # distributed on request to qualified users
        ("caps5_week", "labels"),
        ("meq30", "site"),  # no licence found
        ("wai_sr", "site"),  # permission needed
        ("edi", "verbatim"),  # CC BY
        ("cssrs_screener", "verbatim"),  # may be used unmodified
        ("adverse_event", "verbatim"),  # our own
        ("vital_signs", "verbatim"),
        ("set_and_setting", "verbatim"),
        ("treatment_guess", "verbatim"),
        ("treatment_guess_therapist", "verbatim"),
        ("treatment_guess_rater", "verbatim"),
        ("clinician_expectancy", "verbatim"),
        ("discontinuation_check", "verbatim"),
        ("ebi", "site"),  # no licence found for any of these
        ("ceq", "site"),
        ("piq", "site"),
        ("credibility_expectancy", "site"),
        ("sets", "site"),
        ("dudit", "site"),
        ("audit", "site"),  # free for non-commercial use only
        ("wai_s", "site"),  # permission needed
        ("wai36", "site"),
        ("wai_srt", "score-only"),  # its key is not verified
        ("meq43", "score-only"),  # its item numbers are not verified
        ("five_d_asc", "score-only"),  # restricted
        ("ors", "score-only"),
        ("srs", "score-only"),
    ],
)
def test_wording_goes_no_further_than_the_rights(key, wording):
    assert registry.get(key).rights.wording == wording


def test_the_hamilton_items_and_their_ranges():
    hamd17 = registry.get("hamd17")
    five_steps = {item.code for item in hamd17.items if item.maximum == 4}
    three_steps = {item.code for item in hamd17.items if item.maximum == 2}
    assert five_steps == {"1", "2", "3", "7", "8", "9", "10", "11", "15"}
    assert three_steps == {"4", "5", "6", "12", "13", "14", "16", "17"}
    assert {item.minimum for item in hamd17.items} == {0}


@pytest.mark.parametrize(
    ("key", "band_sets"),
    [
        ("hamd17", ["apa2000", "zimmerman2013", "ids_equating"]),
        ("phq9", ["kroenke2001"]),
        ("caps5", []),  # none published for any of the last three
        ("meq30", []),
        ("wai_sr", []),
        ("wai_s", []),
        ("wai36", []),
        ("srs", []),  # below 36 is a hint to talk, no band
        ("edi", []),  # the 60 of public code is invented
        ("ebi", []),
        ("ceq", []),
        ("dudit", []),
        ("cssrs_screener", []),
        ("audit", ["who2001"]),
        ("discontinuation_check", []),  # nobody has validated it
        ("vital_signs", []),  # thresholds are the protocol's
    ],
)
def test_bands_only_where_they_are_published(key, band_sets):
    assert [band_set.key for band_set in registry.get(key).scales[0].band_sets] == band_sets


@pytest.mark.parametrize("value", range(53))
def test_the_equating_bands_of_the_hamilton(value):
    bands = {one.key: one.bands for one in registry.get("hamd17").scale("total").band_sets}["ids_equating"]
    upper_ends = {"none": 7, "mild": 13, "moderate": 19, "severe": 25, "very_severe": 52}
    expected = next(key for key, end in upper_ends.items() if value <= end)
    assert [band.key for band in bands if band.low <= value <= band.high] == [expected]


def test_course_rules_of_depression():
    hamd17, phq9 = registry.get("hamd17").change, registry.get("phq9").change
    assert hamd17.remission.threshold == 7  # Frank 1991
    assert phq9.remission.threshold == 4  # below 5
    assert {rule.remission.days for rule in (hamd17, phq9)} == {21}  # ACNP 2006: three weeks
    assert hamd17.relapse.threshold == 15  # Frank 1991
    assert (phq9.relapse.threshold, phq9.relapse.source.confidence) == (10, "policy")
    assert {rule.relapse.recovery_days for rule in (hamd17, phq9)} == {120}  # ACNP 2006: four months
    assert phq9.reliable_points.points == 6  # NHS talking therapies
    assert hamd17.reliability is None and hamd17.reliable_points is None  # no universal standard deviation
    assert hamd17.deterioration.source.confidence == "policy"


def test_course_rules_of_ptsd():
    rules = registry.get("caps5").change
    assert (rules.reliable_points.points, rules.cutoff.threshold) == (13, 8)  # Marx 2022
    assert (rules.remission.threshold, rules.remission.absent_outcome) == (11, "ptsd_diagnosis")
    assert rules.relapse is None


@pytest.mark.parametrize(
    "key",
    ["caps5_week", "meq30", "wai_sr", "wai_s", "wai36", "wai_srt", "srs", "ebi", "edi", "ceq", "piq"],
)
def test_no_change_rules_where_none_are_published(key):
    assert registry.get(key).change is None


def test_what_is_asked_of_one_moment_is_no_course():
    states = [one for one in registry.all_latest() if one.state]
    assert [one.key for one in states] == [
        "adverse_event",
        "ceq",
        "clinician_expectancy",
        "discontinuation_check",
        "ebi",
        "edi",
        "five_d_asc",
        "meq30",
        "meq43",
        "piq",
        "set_and_setting",
        "treatment_guess",
        "treatment_guess_rater",
        "treatment_guess_therapist",
    ]
    directions = {one.key: {scale.direction for scale in one.scales} for one in states}
    symptoms = directions.pop("discontinuation_check")  # of one step, and no experience
    assert symptoms == {"higher_is_worse"}
    assert all(found == {"neutral"} for found in directions.values())


def test_what_must_not_be_scored():
    assert [item.code for item in registry.get("phq9").items if not item.scored] == ["10"]
    unscored = {item.code for item in registry.get("caps5").items if not item.scored}
    assert unscored == {"A", "21", "22", "F", "23", "24", "25", "26", "27", "28"}


def test_safety_items():
    found = {(one.key, item.code) for one in registry.all_latest() for item in one.items if item.critical}
    screener = {("cssrs_screener", code) for code in ("1", "2", "3", "4", "5", "6", "6r")}
    others = {("hamd17", "3"), ("hamd21", "3"), ("madrs", "10"), ("phq9", "9"), ("qids_sr16", "12")}
    assert found == screener | others | {("core10", "6")}


def test_every_factor_of_the_meq30_maps_to_its_socq_items():
    meq30 = registry.get("meq30")
    published = {
        "mystical": {9, 12, 14, 22, 35, 36, 41, 47, 54, 55, 69, 73, 74, 77, 83},
        "positive_mood": {5, 18, 30, 43, 80, 87},
        "transcendence": {2, 15, 29, 34, 48, 65},
        "ineffability": {6, 23, 86},
    }
    for key, numbers in published.items():
        items = meq30.items_of(meq30.scale(key))
        assert {int(item.aliases["socq"]) for item in items} == numbers
