"""One scale's change rules, bound to its direction, as questions about scores.

The arithmetic and the thresholds are those of ``measures.change`` and the instrument's file; here are only
the questions that need time, and the rules in words.
"""

from __future__ import annotations

from dataclasses import dataclass

from measures import change
from measures.change import Category
from measures.instrument import ChangeRules, Direction
from reports.stats.series import Score


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Asks the rules. ``None``: no rule is published, or the scores cannot decide it.

    Raises ``ValueError`` for a scale without a better end: no course can be judged on it.
    """

    rules: ChangeRules
    direction: Direction

    def __post_init__(self) -> None:
        if self.direction == "neutral":
            raise ValueError(
                f"scale {self.rules.scale}: it has no better and no worse end to judge a course by"
            )

    @property
    def knows_remission(self) -> bool:
        return self.rules.remission is not None

    @property
    def knows_relapse(self) -> bool:
        return self.rules.relapse is not None

    @property
    def knows_response(self) -> bool:
        return self.rules.response is not None

    @property
    def knows_deterioration(self) -> bool:
        return any((self.rules.deterioration, self.rules.reliability, self.rules.reliable_points))

    def change(self, before: Score, after: Score) -> float:
        return change.change(before.value, after.value)

    def worse_by(self, before: Score, after: Score) -> float:
        """Points moved in the bad direction; negative when the later score is the better one."""
        return 0 - change.improvement(before.value, after.value, self.direction)

    def percent_change(self, before: Score, after: Score) -> float | None:
        reduction = change.percent_reduction(before.value, after.value)
        return None if reduction is None else 0 - reduction

    def reliable_change(self, before: Score, after: Score) -> Category | None:
        found = change.reliable_change(self.rules, before.value, after.value, self.direction)
        return found.category if found else None

    def responded(self, before: Score, after: Score) -> bool | None:
        return change.response_met(self.rules, before.value, after.value, self.direction)

    def deteriorated(self, before: Score, after: Score) -> bool | None:
        return change.deteriorated(self.rules, before.value, after.value, self.direction)

    def remission_met(self, score: Score) -> bool | None:
        return change.remission_met(self.rules, score.value, self.direction, score.outcomes)

    def relapse_met(self, score: Score) -> bool:
        return change.relapse_threshold_met(self.rules, score.value, self.direction) is True

    def sustains(self, held: int, days: int) -> bool:
        """Whether ``held`` scores in a row at the threshold over ``days`` days are sustained remission."""
        rule = self.rules.remission
        return rule is not None and held >= rule.assessments and days >= rule.days

    def confirms(self, days_apart: int) -> bool:
        """Whether a second score at the relapse threshold comes soon enough after the one before it."""
        rule = self.rules.relapse
        return rule is not None and days_apart <= rule.confirm_within_days

    def recovered(self, days_in_remission: int) -> bool:
        """Whether remission has lasted so long that a return is a recurrence."""
        rule = self.rules.relapse
        return rule is not None and days_in_remission >= rule.recovery_days

    def relapse_in_words(self, *, confirmed: bool) -> str:
        rule = self.rules.relapse
        if rule is None:
            return "no relapse rule"
        bound = f"at or {'above' if self.direction == 'higher_is_worse' else 'below'} {rule.threshold:g}"
        if confirmed:
            return f"two scores in a row {bound} within {rule.confirm_within_days} days"
        return f"first score {bound}"

    def response_in_words(self) -> str:
        """How much better than baseline counts as treatment response."""
        rule = self.rules.response
        if rule is None:
            return "no rule"
        return f"{rule.percent:g} %" if rule.percent is not None else f"{rule.points:g} points"

    def deterioration_in_words(self, before: Score, after: Score) -> str:
        rule = self.rules.deterioration
        if rule is not None:
            needed = f"{rule.percent:g} %" if rule.percent is not None else f"{rule.points:g} points"
            return f"{needed} or more count as deterioration"
        found = change.reliable_change(self.rules, before.value, after.value, self.direction)
        if found is None:
            return "no rule"
        if found.inclusive:
            return f"{found.threshold:g} points or more are reliable"
        return f"more than {found.threshold:.1f} points are reliable"
