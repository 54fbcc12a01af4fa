"""One scale's change rules, bound to its direction, as questions about scores.

The arithmetic and the thresholds are those of ``measures.change`` and the instrument's file; here are only
the questions that need time, and the rules in words.
"""

from __future__ import annotations

from dataclasses import dataclass

from measures import change
from measures.change import Category
from measures.instrument import ChangeRules, Direction, Drop
from measures.language import figure, ngettext
from measures.language import gettext as _
from reports.stats.amounts import points
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
            return _("no relapse rule")
        is_upwards, days = self.direction == "higher_is_worse", rule.confirm_within_days
        if confirmed:
            words = (
                ngettext(
                    "two scores in a row at or above {threshold} within {n} day",
                    "two scores in a row at or above {threshold} within {n} days",
                    days,
                )
                if is_upwards
                else ngettext(
                    "two scores in a row at or below {threshold} within {n} day",
                    "two scores in a row at or below {threshold} within {n} days",
                    days,
                )
            )
        else:
            words = (
                _("first score at or above {threshold}")
                if is_upwards
                else _("first score at or below {threshold}")
            )
        return words.format(threshold=figure(rule.threshold), n=days)

    def response_in_words(self) -> str:
        """How much better than baseline counts as treatment response."""
        rule = self.rules.response
        return _("no rule") if rule is None else _needed(rule)

    def deterioration_in_words(self, before: Score, after: Score) -> str:
        rule = self.rules.deterioration
        if rule is not None:
            return _("{amount} or more count as deterioration").format(amount=_needed(rule))
        found = change.reliable_change(self.rules, before.value, after.value, self.direction)
        if found is None:
            return _("no rule")
        if found.inclusive:
            return _("{amount} or more are reliable").format(amount=points(found.threshold))
        return _("more than {amount} are reliable").format(amount=points(found.threshold, ".1f"))


def _needed(rule: Drop) -> str:
    if rule.percent is not None:
        return _("{percent} %").format(percent=figure(rule.percent))
    return points(rule.points or 0)
