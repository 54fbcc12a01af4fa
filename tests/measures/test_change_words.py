"""The change rules of an instrument in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from measures import registry
from measures.instrument import Drop, Reliability, Source
from measures.words import scoring_in_words

PAPER = Source("a paper", "low")
PHQ9 = registry.get("phq9")


class TestChange:
    def said(self, **changes: object) -> dict[str, str]:
        rules = replace(PHQ9.change, **changes)
        return {one.title: one.text for one in scoring_in_words(replace(PHQ9, change=rules)).change}

    def test_the_rules_of_the_phq9(self) -> None:
        assert self.said() == {
            "Treatment response": "“PHQ-9 total” has fallen by at least 50 % of the earlier score since baseline.",
            "Partial response": "“PHQ-9 total” has fallen by at least 25 % of the earlier score since baseline, "
            "without treatment response.",
            "Remission": "“PHQ-9 total” is 4 or less. Sustained once it has held for 21 days over at least 2 "
            "assessments. Before that, a score only meets the threshold.",
            "Relapse": "After remission “PHQ-9 total” is 10 or more again. A second such score within 28 days "
            "confirms it. After 120 days of remission it is called a recurrence.",
            "Reliable change": "A change of 6 points or more is taken to be more than measurement error.",
            "Clinically significant change": "Reliable improvement that also crosses into the healthy range: "
            "“PHQ-9 total” is 9 or less.",
            "Smallest change that matters": "“PHQ-9 total” has fallen by at least 5 points.",
            "Deterioration": "Reliable change for the worse; there is no rule of its own.",
        }

    @pytest.mark.parametrize(
        ("days", "assessments", "said"),
        [
            (0, 1, "4 or less, at a single assessment."),
            (14, 1, "4 or less. Sustained once it has held for 14 days. Before that,"),
            (0, 3, "4 or less. Sustained once it has held over at least 3 assessments. Before that,"),
        ],
    )
    def test_how_long_remission_lasts_is_said_in_days_or_assessments(
        self, days: int, assessments: int, said: str
    ) -> None:
        rule = replace(PHQ9.change.remission, days=days, assessments=assessments)
        assert said in self.said(remission=rule)["Remission"]

    def test_the_reliable_change_index_names_what_it_is_made_of(self) -> None:
        said = self.said(reliability=Reliability(5, 0.84, "test-retest", PAPER))["Reliable change"]
        assert "more than 5.5 points" in said  # 1.96 x 5 x sqrt(2 x 0.16), worked out by hand
        assert "a standard deviation of 5 and a reliability (test-retest) of 0.84" in said

    def test_worse_in_the_other_direction(self) -> None:
        assert self.said(deterioration=Drop(None, 1, PAPER))["Deterioration"] == (
            "“PHQ-9 total” has risen by at least 1 point since baseline."
        )
        better = replace(PHQ9.scales[0], direction="higher_is_better")
        said = scoring_in_words(replace(PHQ9, scales=(better, *PHQ9.scales[1:]))).change
        assert said[0].text.startswith("“PHQ-9 total” has risen by at least 50 %")
        assert "“PHQ-9 total” is 4 or more" in said[2].text

    def test_what_has_no_rule_is_named(self) -> None:
        rules = replace(PHQ9.change, relapse=None, mcid=None)
        unsaid = scoring_in_words(replace(PHQ9, change=rules)).unsaid
        assert unsaid == "No rule is given for relapse or smallest change that matters."
        assert scoring_in_words(PHQ9).unsaid == ""
        assert scoring_in_words(replace(PHQ9, change=None)).unsaid.startswith("No rule for change is given")
