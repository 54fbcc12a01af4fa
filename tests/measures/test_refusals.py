"""What the parts of a definition refuse, in full. More of it by place alone: ``test_definitions``."""

from __future__ import annotations

import math
from typing import Any

import pytest

from measures.errors import DefinitionError
from tests.measures.definitions import PAPER, item, prorate, scale, small

LEVELS = {"key": "triage", "title": "Triage", "lowest": {"key": "none", "label": "none"}, **PAPER}


def groups(*rows: object) -> dict[str, Any]:
    return {"scales": [scale("total", "", 0, 2, rule="max_of_groups", groups=list(rows))]}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        *(
            ({"minutes": wrong}, "minutes: must be a finite number")
            for wrong in (math.nan, math.inf, 2**53 + 1)
        ),
        *(
            ({"options": {"often": {"0": wrong, "1": "often"}}}, "options.often.0: must be a text")
            for wrong in (1, "", " ")
        ),
        *(({"items": rows}, "items: must be a list of tables") for rows in (["a"], [item("a"), "b"])),
        *(
            (
                {"scales": [scale("total", "", 0, 2) | {"items": codes}]},
                "scales[1].items: must be a list of texts, at least one",
            )
            for codes in ([], [1], ["a", 1])
        ),
        *(
            (groups(*rows), "scales[1].groups: must be a list of lists of texts, none of them empty")
            for rows in ([], [[]], ["a"], [["a"], []])
        ),
        *(
            (groups(*rows), "scales[1].groups: must be lists of texts, none of them twice")
            for rows in ([[1]], [["a", "a"]], [["a"], ["a"]])
        ),
        (
            {"scales": [scale("total", "a", 0, 2, missing=prorate(1, "strict"))]},
            "scales[1].missing.policy: strict needs no table: leave it out",
        ),
        ({"levels": [LEVELS | {"steps": []}]}, "levels triage.steps: is missing"),
        ({"levels": [LEVELS]}, "levels triage.steps: is missing"),
    ],
)
def test_a_spoilt_part_is_refused(parts: dict[str, Any], message: str) -> None:
    whole = {"items": [item("a")], "scales": [scale("total", "a", 0, 2)]}
    assert small("sound", **whole)
    with pytest.raises(DefinitionError) as refused:
        small("spoilt", **whole | parts)
    assert str(refused.value) == f"spoilt.toml: {message}"
