"""An unsound definition is refused, naming file and key. Each case spoils a good one in one place."""

import copy
import math
import tomllib

import pytest

from measures.errors import DefinitionError
from measures.loader import load, read
from measures.table import Table

GOOD = """
key = "mood"
version = "1"
title = "Mood scale"
short_title = "Mood"
rater = "self"
recall = "today"
purpose = "How you are."
minutes = 1
instruction = "Choose one answer."
loinc = { total = "44261-6" }

[rights]
holder = "nobody"
terms = "free"
wording = "verbatim"

[[sources]]
source = "A paper"
confidence = "high"

[options.often]
0 = "Never"
1 = "Often"
2 = "Always"

[[items]]
code = "1"
label = "Low mood"
options = "often"
critical = { review = 1, urgent = 2, topic = "suicide", source = "us", confidence = "policy" }
aliases = { old = "a" }

[[items]]
code = "2"
label = "Low interest"
options = "often"
aliases = { old = "b" }

[[items]]
code = "3"
label = "Months"
kind = "number"
range = [0, 12]
scored = false

[[scales]]
key = "total"
title = "Total"
items = ["1", "2"]
rule = "sum"
range = [0, 4]
direction = "higher_is_worse"
missing = { policy = "prorate", up_to = 1, source = "A paper", confidence = "high" }

[[scales.band_sets]]
key = "ours"
source = "A paper"
confidence = "high"
bands = [{ key = "low", label = "low", range = [0, 1] }, { key = "high", label = "high", range = [2, 4] }]

[[outcomes]]
key = "present"
title = "Present"
algorithm = "count_at_least"
items = ["1", "2"]
cut = 1
count = 1
source = "A paper"
confidence = "high"

[[outcomes]]
key = "confirmed"
title = "Confirmed"
algorithm = "all_of"
outcomes = ["present"]
source = "A paper"
confidence = "high"

[change]
scale = "total"
version = "mood-1"
reliability = { sd = 2, reliability = 0.8, kind = "alpha", source = "A paper", confidence = "high" }
response = { percent = 50, source = "A paper", confidence = "high" }
remission = { threshold = 1, days = 7, assessments = 2, source = "A paper", confidence = "high" }

[change.relapse]
threshold = 3
confirm_within_days = 28
recovery_days = 120
source = "us"
confidence = "policy"
"""


def spoil(path, value):
    """The good definition with the value at a path replaced (``None``: taken out)."""
    data = copy.deepcopy(tomllib.loads(GOOD))
    *parents, last = path
    here = data
    for step in parents:
        here = here[step]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return data


BAND_SET = ("scales", 0, "band_sets", 0)
LOW, HIGH = {"key": "low", "label": "low"}, {"key": "high", "label": "high"}
SECOND_ITEM = {"code": "1", "label": "Twice", "options": "often"}

BAD = {
    "unknown key at the top": (("colour",), "blue", "colour", "not a known key"),
    "unknown key in an item": (("items", 0, "colour"), "blue", "items[1].colour", "not a known key"),
    "unknown key in a rule": (
        ("change", "response", "prozent"),
        5,
        "change.response.prozent",
        "not a known key",
    ),
    "missing key": (("title",), None, "title", "is missing"),
    "empty text": (("title",), "  ", "title", "empty"),
    "wrong type": (("minutes",), "one", "minutes", "must be a number"),
    "number that is a bool": (("minutes",), True, "minutes", "must be a number"),
    "too small a number": (("minutes",), 0, "minutes", "at least 1"),
    "table that is a text": (("rights",), "mine", "rights", "must be a table"),
    "list that is a text": (("items",), "1 to 9", "items", "must be a list"),
    "no items": (("items",), None, "items", "is missing"),
    "unknown rater": (("rater",), "parrot", "rater", "one of self, clinician"),
    "unknown wording": (("rights", "wording"), "ours", "rights.wording", "one of"),
    "unknown confidence": (("sources", 0, "confidence"), "total", "sources[1].confidence", "one of"),
    "key with blanks": (("key",), "my mood", "key", "lower-case"),
    "option value that is no number": (
        ("options", "often"),
        {"0": "No", "x": "Yes"},
        "options.often.x",
        "number",
    ),
    "option value that is infinite": (
        ("options", "often"),
        {"0": "No", "inf": "Yes"},
        "options.often.inf",
        "number",
    ),
    "options out of order": (
        ("options", "often"),
        {"1": "Yes", "0": "No", "2": "Always"},
        "options.often",
        "rising or falling",
    ),
    "one option only": (("options", "often"), {"0": "No"}, "options.often", "at least two"),
    "unknown option set": (("items", 0, "options"), "seldom", "items[1].options", "no option set"),
    "range turned round": (("items", 2, "range"), [12, 0], "items[3].range", "lower to the higher"),
    "range not finite": (("items", 2, "range"), [0, math.inf], "items[3].range", "2 numbers"),
    "duplicate item": (("items", 1), SECOND_ITEM, "items.code 1", "2 times"),
    "duplicate alias": (("items", 1, "aliases"), {"old": "a"}, "items.aliases.old a", "2 times"),
    "alarm never reached": (("items", 0, "critical", "review"), 3, "items 1.critical.review", "outside"),
    "alarm at the lowest answer": (
        ("items", 0, "critical", "review"),
        0,
        "items 1.critical.review",
        "outside",
    ),
    "urgent below review": (
        ("items", 0, "critical", "urgent"),
        0,
        "items 1.critical.urgent",
        "between review",
    ),
    "alarm without a source": (
        ("items", 0, "critical", "source"),
        None,
        "items[1].critical.source",
        "missing",
    ),
    "item in no scale": (("items", 2, "scored"), True, "items 3", "in no scale"),
    "scale of an unknown item": (("scales", 0, "items"), ["1", "2", "9"], "scales total.items", "no item"),
    "scale of an unscored item": (
        ("scales", 0, "items"),
        ["1", "2", "3"],
        "scales total.items",
        "not scored",
    ),
    "item twice in a scale": (("scales", 0, "items"), ["1", "1"], "scales[1].items", "twice"),
    "unknown rule": (("scales", 0, "rule"), "median", "scales[1].rule", "one of"),
    "wrong range": (("scales", 0, "range"), [0, 6], "scales total.range", "can reach"),
    "prorated from nothing": (
        ("scales", 0, "missing", "up_to"),
        2,
        "scales total.missing.up_to",
        "at least one",
    ),
    "gap in bands": (
        (*BAND_SET, "bands"),
        [LOW | {"range": [0, 1]}, HIGH | {"range": [3, 4]}],
        "scales total.band_sets ours.bands high",
        "no gap",
    ),
    "overlap of bands": (
        (*BAND_SET, "bands"),
        [LOW | {"range": [0, 2]}, HIGH | {"range": [2, 4]}],
        "scales total.band_sets ours.bands high",
        "no overlap",
    ),
    "bands begin too late": (
        (*BAND_SET, "bands"),
        [LOW | {"range": [1, 2]}, HIGH | {"range": [3, 4]}],
        "scales total.band_sets ours.bands low",
        "begin at 0",
    ),
    "bands end too early": (
        (*BAND_SET, "bands"),
        [LOW | {"range": [0, 1]}, HIGH | {"range": [2, 3]}],
        "scales total.band_sets ours.bands",
        "end at 4",
    ),
    "no bands in a set": ((*BAND_SET, "bands"), [], "scales total.band_sets ours.bands", "end at 4"),
    "two bands of one key": (
        (*BAND_SET, "bands"),
        [LOW | {"range": [0, 1]}, LOW | {"range": [2, 4]}],
        "scales total.band_sets ours.bands.key low",
        "2 times",
    ),
    "unknown algorithm": (("outcomes", 0, "algorithm"), "guess", "outcomes present.algorithm", "not known"),
    "parameter missing": (("outcomes", 0, "count"), None, "outcomes present.count", "is missing"),
    "parameter unknown": (("outcomes", 0, "cuts"), 3, "outcomes present.cuts", "not a known key"),
    "parameter of the wrong kind": (("outcomes", 0, "cut"), "one", "outcomes present.cut", "number"),
    "outcome of an unknown item": (("outcomes", 0, "items"), ["1", "8"], "outcomes present.items", "items"),
    "outcome of an item by number": (("outcomes", 0, "items"), [1, 2], "outcomes present.items", "items"),
    "outcome of an item twice": (("outcomes", 0, "items"), ["1", "1"], "outcomes present.items", "items"),
    "number beyond what is exact": (("items", 2, "range"), [0, 10**400], "items[3].range", "2 numbers"),
    "outcome of a later outcome": (
        ("outcomes", 1, "outcomes"),
        ["confirmed"],
        "outcomes confirmed.outcomes",
        "is not",
    ),
    "change of an unknown scale": (("change", "scale"), "sum", "change.scale", "no scale"),
    "change of a neutral scale": (("scales", 0, "direction"), "neutral", "change.scale", "direction"),
    "remission outside the scale": (
        ("change", "remission", "threshold"),
        -1,
        "change.remission.threshold",
        "outside",
    ),
    "relapse outside the scale": (
        ("change", "relapse", "threshold"),
        5,
        "change.relapse.threshold",
        "outside",
    ),
    "relapse within remission": (
        ("change", "relapse", "threshold"),
        1,
        "change.relapse.threshold",
        "worse than",
    ),
    "remission without an outcome": (
        ("change", "remission", "absent_outcome"),
        "ptsd",
        "change.remission.absent_outcome",
        "no outcome",
    ),
    "percent and points": (("change", "response", "points"), 3, "change.response.percent", "either"),
    "neither percent nor points": (
        ("change", "response", "percent"),
        None,
        "change.response.percent",
        "either",
    ),
    "more than a hundred percent": (
        ("change", "response", "percent"),
        101,
        "change.response.percent",
        "up to 100",
    ),
    "a drop of nothing": (("change", "response", "percent"), 0, "change.response.percent", "above 0"),
    "more points than there are": (
        ("change", "mcid"),
        {"points": 5, "source": "us", "confidence": "policy"},
        "change.mcid.points",
        "more than the scale",
    ),
    "measurement error in percent": (
        ("change", "reliable_points"),
        {"percent": 20, "source": "us", "confidence": "policy"},
        "change.reliable_points.percent",
        "in points",
    ),
    "no standard deviation": (("change", "reliability", "sd"), 0, "change.reliability.sd", "above 0"),
    "perfect reliability": (
        ("change", "reliability", "reliability"),
        1,
        "change.reliability.reliability",
        "below 1",
    ),
    "mistyped LOINC": (("loinc", "total"), "44261-7", "loinc.total", "check digit"),
    "LOINC without its check digit": (("loinc", "total"), "44261", "loinc.total", "check digit"),
    "LOINC of nothing": (("loinc",), {"sum": "44261-6"}, "loinc.sum", "no item or scale"),
}


def test_the_good_definition_is_good():
    instrument = read(Table(tomllib.loads(GOOD), "mood.toml"))
    assert (instrument.key, instrument.primary_scale.key) == ("mood", "total")
    assert instrument.item("3").maximum == 12
    assert instrument.change.reliability.sd == 2


@pytest.mark.parametrize(("path", "value", "key", "reason"), BAD.values(), ids=BAD)
def test_refused(path, value, key, reason):
    with pytest.raises(DefinitionError) as refusal:
        read(Table(spoil(path, value), "mood.toml"))
    assert (refusal.value.file, refusal.value.key) == ("mood.toml", key)
    assert reason in refusal.value.reason


@pytest.mark.parametrize(("count", "fits"), [(-1, False), (0, True), (1, True), (True, False), (1.0, False)])
def test_a_count_is_a_whole_number_from_nought_on(count, fits):
    changed = spoil(("outcomes", 0, "count"), count)
    if fits:
        assert read(Table(changed, "mood.toml")).outcomes[0].parameters["count"] == count
    else:
        with pytest.raises(DefinitionError, match="is not the count"):
            read(Table(changed, "mood.toml"))


SYNDROME = {
    "key": "present",
    "title": "Present",
    "algorithm": "syndrome",
    "core": ["1"],
    "others": ["2"],
    "cut": 1,
    "cuts": {"2": 2},
    "at_least": 1,
    "at_most": 2,
    "source": "A paper",
    "confidence": "high",
}


def test_items_below_a_heading_stand_together():
    data = tomllib.loads(GOOD)
    data["items"][0]["section"] = data["items"][1]["section"] = "Mood"
    instrument = read(Table(data, "mood.toml"))
    assert {name: [item.code for item in items] for name, items in instrument.sections.items()} == {
        "Mood": ["1", "2"],
        "": ["3"],
    }
    data["items"][1]["section"], data["items"][2]["section"] = "Sleep", "Mood"
    with pytest.raises(DefinitionError, match="interrupted") as refused:
        read(Table(data, "mood.toml"))
    assert refused.value.key == "items.section Mood"


def test_cuts_of_single_items_are_good():
    read(Table(spoil(("outcomes", 0), SYNDROME), "mood.toml"))


@pytest.mark.parametrize("cuts", [{"9": 2}, {"2": "two"}, {"2": True}, {"9": "two"}, [2], 2])
def test_cuts_of_single_items_refused(cuts):
    with pytest.raises(DefinitionError) as refusal:
        read(Table(spoil(("outcomes", 0), SYNDROME | {"cuts": cuts}), "mood.toml"))
    assert refusal.value.key == "outcomes present.cuts"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("change", "remission", "threshold"), 0),
        (("change", "relapse", "threshold"), 4),
        (("change", "response"), {"points": 4, "source": "us", "confidence": "policy"}),
        (("change", "response", "percent"), 100),
        (("items", 0, "critical", "review"), 2),
        (("items", 0, "critical", "urgent"), 1),
    ],
)
def test_a_figure_at_the_very_end_of_its_range_is_good(path, value):
    read(Table(spoil(path, value), "mood.toml"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"key = ", "not TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a = 1\na = 2\n", "not TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_definition(tmp_path, content, reason):
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DefinitionError) as refusal:
        load(path)
    assert refusal.value.file == str(path)
    assert reason in refusal.value.reason
