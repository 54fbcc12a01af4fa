"""Small instruments that use every rule there is, also those that no shipped instrument needs together."""

from __future__ import annotations

from typing import Any

from measures.instrument import Instrument
from measures.loader import instrument_from

Parts = dict[str, Any]

PAPER = {"source": "A paper", "confidence": "high"}


def small(key: str, **parts: Any) -> Instrument:
    """An instrument of these parts; its options are 0, 1, 2 ("often") and 0, 2, 5 ("rarely")."""
    return instrument_from(
        {
            "key": key,
            "version": "1",
            "title": key,
            "short_title": key,
            "rater": "self",
            "recall": "now",
            "purpose": "To see.",
            "minutes": 1,
            "instruction": "Answer.",
            "rights": {"holder": "nobody", "terms": "free", "wording": "verbatim"},
            "sources": [PAPER],
            "options": {
                "often": {"0": "never", "1": "sometimes", "2": "often"},
                "rarely": {"5": "often", "2": "sometimes", "0": "never"},
                "uneven": {"-1.5": "less", "0": "same", "0.1": "more", "3": "much more"},
            },
            **parts,
        },
        f"{key}.toml",
    )


def item(code: str, **parts: Any) -> Parts:
    return {"code": code, "label": code, **({} if "kind" in parts else {"options": "often"}), **parts}


def scale(key: str, items: str, low: float, high: float, **parts: Any) -> Parts:
    return {
        "key": key,
        "title": key,
        "items": list(items),
        "rule": "sum",
        "range": [low, high],
        "direction": "higher_is_worse",
        **parts,
    }


def outcome(key: str, algorithm: str, **parts: Any) -> Parts:
    return {"key": key, "title": key, "algorithm": algorithm, **PAPER, **parts}


def bands(*edges: float) -> list[Parts]:
    """Bands from each edge to the next; the last edge is the highest score."""
    ends = [*(edge - 1 for edge in edges[1:-1]), edges[-1]]
    ranges = zip(edges[:-1], ends, strict=True)
    return [
        {
            "key": "set",
            **PAPER,
            "bands": [
                {"key": f"band{place}", "label": f"band {place}", "range": list(limits)}
                for place, limits in enumerate(ranges)
            ],
        }
    ]


def prorate(up_to: int, policy: str = "prorate") -> Parts:
    return {"policy": policy, "up_to": up_to, **PAPER}


SUMS = small(
    "sums",
    items=[
        item("a", critical={"review": 1, "urgent": 2, "topic": "suicide", **PAPER}),
        item("b", reverse=True),
        item("c", options="rarely", reverse=True),
        item("d", options="uneven"),
        item("e", between=0.5),
    ],
    scales=[
        scale("total", "abcde", -1.5, 14, missing=prorate(2)),
        scale(
            "careful",
            "abce",
            0,
            11,
            missing=prorate(3, "prorate_unless_critical"),
            band_sets=bands(0, 3, 6, 11),
        ),
        scale("mean", "abe", 0, 2, rule="mean", missing=prorate(1), band_sets=bands(0, 1, 2)),
        scale("percent", "ad", -30, 100, rule="percent_of_max", missing=prorate(1)),
        {
            "key": "highest",
            "title": "highest",
            "rule": "max_of_groups",
            "groups": [["e", "d"], ["a", "b"]],
            "range": [0, 5],
            "direction": "neutral",
        },
        scale("from_one", "abe", 3, 9, rule="sum_from_one", missing=prorate(2), band_sets=bands(3, 5, 9)),
    ],
    outcomes=[
        outcome("fifth", "percent_at_least", scale="percent", percent=20),
        outcome("third_of_reversed", "percent_at_least", scale="careful", percent=33.3),
        outcome("high", "score_at_least", scale="careful", cut=6),
        outcome("low", "score_at_most", scale="from_one", cut=4.5),
        outcome("below", "score_below", scale="mean", cut=1),
        outcome("little", "item_at_most", item="d", cut=0.1),
        outcome("either", "any_of", outcomes=["high", "little"]),
        outcome("all", "all_of", outcomes=["high", "little", "fifth"]),
        outcome("some", "count_at_least", items=["a", "b", "e"], cut=1.5, count=2),
        outcome(
            "one", "syndrome", core=["a", "b"], others=["c", "e"], cut=1, cuts={"c": 5}, at_least=1, at_most=2
        ),
    ],
)

DECIMALS = small(
    "decimals",
    items=[
        item("a", kind="number", range=[0, 1], decimals=True),
        item("b", kind="number", range=[-2.5, 4], decimals=True, reverse=True),
        item("c"),
        item("d", kind="number", range=[0.5, 40]),
        item("e", kind="number", range=[0, 100000]),
        item("f", kind="number", range=[100, 120], reverse=True),
        item("g", kind="number", range=[-1000, 5]),
        item("h", kind="number", range=[0, 2**50 + 1]),
    ],
    scales=[
        scale("total", "abc", -2.5, 7, missing=prorate(2), band_sets=bands(-2.5, 0.5, 7)),
        scale("mean", "ab", -1.25, 2.5, rule="mean", missing=prorate(1)),
        scale("long", "de", 0.5, 100040),
        scale("wide", "fg", -900, 125),
        scale("huge", "h", 0, 100, rule="percent_of_max"),
    ],
    outcomes=[
        outcome("half", "percent_at_least", scale="total", percent=50),
        outcome("tenth", "item_at_least", item="a", cut=0.1),
        outcome("high", "score_at_least", scale="total", cut=3),
    ],
)

SKIPS = small(
    "skips",
    items=[
        item("screen", kind="boolean", scored=False),
        item("a"),
        item("b"),
        item("c", critical={"review": 1, "topic": "suicide", **PAPER}),
        item("d"),
        item("note", kind="text", scored=False, required=False, max_length=30),
        *(item(code, kind="boolean") for code in ("v", "w", "x", "y", "z")),
    ],
    scales=[
        scale("total", "abcd", 0, 8, missing=prorate(2), band_sets=bands(0, 4, 8)),
        scale("all_items", "abcd", 0, 8, skips=False, missing=prorate(1)),
        {
            "key": "deepest",
            "title": "deepest",
            "rule": "max_of_groups",
            "groups": [["a", "b"], ["c", "d"]],
            "range": [0, 4],
            "direction": "neutral",
        },
        scale("gravest", "vwxyz", 0, 5, rule="highest_yes"),
    ],
    outcomes=[
        outcome("screened", "is_true", item="screen"),
        outcome("first", "is_true", item="v"),
        outcome("second", "count_at_least", items=["w", "x"], cut=1, count=1),
        outcome("third", "all_of", outcomes=["second", "screened"]),
        outcome("taken_for_granted", "is_true", item="x"),
        outcome("c_present", "item_at_least", item="c", cut=1),
        outcome("reached", "percent_at_least", scale="total", percent=50),
        outcome("longer", "longer_than", item="d", than=1, at_boundary="z"),
    ],
    skips=[
        {"items": ["c", "d"], "when": ["a", "b"], "at_most": 1.5, "counts_as": 0, **PAPER},
        {"items": ["d"], "when": ["screen", "a"], "at_least": 2.5, "counts_as": 2, **PAPER},
        {"items": ["w", "x"], "when": ["v"], "at_most": 0, "counts_as": 0, **PAPER},
        {"items": ["y"], "when": ["z"], "strikes": True, **PAPER},
        {"items": ["x"], "when": ["w"], "at_least": 1, "counts_as": 1, **PAPER},
    ],
    levels=[
        {
            "key": "triage",
            "title": "Triage",
            "lowest": {"key": "none", "label": "none"},
            "steps": [
                {"key": "low", "label": "low", "outcome": "first"},
                {"key": "middle", "label": "middle", "outcome": "second"},
                {"key": "high", "label": "high", "outcome": "third"},
            ],
            **PAPER,
        }
    ],
)
EVERYTHING = (SUMS, DECIMALS, SKIPS)
