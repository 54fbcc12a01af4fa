"""The shelves of the catalogue."""

import tomllib
from collections import Counter

from measures import registry
from measures.topics import FILE, OTHER, topic_of, topics


def test_every_shipped_instrument_stands_on_one_shelf() -> None:
    assert {one.key for one in registry.all_latest() if topic_of(one.key) == OTHER} == set()
    named = Counter(key for row in tomllib.loads(FILE.read_text())["topics"] for key in row["instruments"])
    assert {key for key, times in named.items() if times > 1} == set()


def test_shelves_in_the_order_of_the_file() -> None:
    assert topics()[0] == topic_of("hamd17") == "Depression and mania"
    assert topics()[-1] == topic_of("of_a_site") == OTHER
