"""Definitions as a site would upload them."""

from __future__ import annotations

from pathlib import Path

from tracking.actions.library import publish_instrument
from tracking.models import Site, SiteInstrument, User

PHQ4 = (Path(__file__).parents[2] / "docs" / "examples" / "phq4.toml").read_text()

# Invented for the tests: three answers, one of them about the wish to be dead.
CHECK_IN = """
key = "check_in"
version = "1"
title = "Check-in after the session"
short_title = "Check-in"
rater = "self"
recall = "since the session"
purpose = "To see how you are."
minutes = 1
instruction = "How often since the session?"
rights = { holder = "North Clinic", terms = "Its own.", wording = "verbatim" }
sources = [{ source = "North Clinic 2026", confidence = "low" }]

[options.often]
0 = "Never"
1 = "Sometimes"
2 = "Often"

[[items]]
code = "calm"
label = "I have felt calm"
options = "often"
reverse = true

[[items]]
code = "afraid"
label = "I have been afraid"
options = "often"

[[items]]
code = "dead"
label = "I have wished to be dead"
options = "often"
critical = { review = 1, urgent = 2, topic = "suicide", source = "Clinic policy", confidence = "policy" }

[[scales]]
key = "total"
title = "Distress"
items = ["calm", "afraid", "dead"]
rule = "sum"
range = [0, 6]
direction = "higher_is_worse"

[[scales.band_sets]]
key = "clinic"
source = "Clinic policy"
confidence = "policy"
bands = [
  { key = "low", label = "low", range = [0, 2] },
  { key = "high", label = "high", range = [3, 6] },
]
"""

SCORE_ONLY = """
key = "pain_diary"
version = "score-only"
title = "Pain diary, weekly mean"
short_title = "Pain diary"
rater = "self"
recall = "the past week"
rights = { holder = "A publisher", terms = "Totals only.", wording = "score-only" }
sources = [{ source = "A publisher 2020", confidence = "medium" }]

[[scales]]
key = "mean"
title = "Mean"
rule = "mean"
range = [0, 10]
direction = "higher_is_worse"

[[scales]]
key = "days"
title = "Days with pain"
rule = "sum"
range = [0, 7]
direction = "higher_is_worse"
"""


def published(site: Site, text: str = CHECK_IN, by: User | None = None) -> SiteInstrument:
    return publish_instrument(by=by, site=site, definition=text, file="own.toml")


def second(text: str = CHECK_IN) -> str:
    """The next version: another label, and a stricter band."""
    changed = text.replace('version = "1"', 'version = "2"').replace("I have felt calm", "I was calm")
    return changed.replace("range = [0, 2] }", "range = [0, 1] }").replace(
        "range = [3, 6] }", "range = [2, 6] }"
    )
