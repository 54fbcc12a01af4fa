"""The names of the parts of a definition: lower case, and each once."""

import copy

import pytest

from measures.errors import DefinitionError
from measures.loader import read
from measures.table import Table
from tests.measures.test_definitions import spoil

GOOD_LEVELS = {
    "key": "grade",
    "title": "Grade",
    "lowest": {"key": "none", "label": "none"},
    "steps": [
        {"key": "some", "label": "some", "outcome": "present"},
        {"key": "sure", "label": "sure", "outcome": "confirmed"},
    ],
    "source": "A paper",
    "confidence": "high",
}
NAMED = {
    "scales.key": lambda data: (data["scales"], "total"),
    "outcomes.key": lambda data: (data["outcomes"], "present"),
    "levels.key": lambda data: (data["levels"], "grade"),
}


@pytest.mark.parametrize("key", NAMED)
def test_a_name_is_a_slug_and_stands_once(key):
    data = spoil(("levels",), [GOOD_LEVELS])
    parts, name = NAMED[key](data)
    assert read(Table(data, "mood.toml"))
    for wrong, reason in ((name, "stands 2 times"), (name.title(), "lower-case letters")):
        changed = copy.deepcopy(data)
        NAMED[key](changed)[0].append(copy.deepcopy(parts[0]) | {"key": wrong})
        with pytest.raises(DefinitionError) as refusal:
            read(Table(changed, "mood.toml"))
        assert (refusal.value.key, refusal.value.reason.partition(reason)[1]) == (f"{key} {wrong}", reason)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (("scales", 0, "band_sets"), "scales total.band_sets.key ours"),
        (("levels", 0, "steps"), "levels grade.steps.key some"),
    ],
)
def test_a_part_of_a_part_stands_once(path, key):
    data = spoil(("levels",), [copy.deepcopy(GOOD_LEVELS)])
    parts = data
    for step in path:
        parts = parts[step]
    parts.append(copy.deepcopy(parts[0]))
    with pytest.raises(DefinitionError, match="stands 2 times") as refusal:
        read(Table(data, "mood.toml"))
    assert refusal.value.key == key
