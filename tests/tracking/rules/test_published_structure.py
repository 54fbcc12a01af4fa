"""What is published of each treatment, typed by hand beside its protocol file."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from tracking.rules import protocol as protocols


def days_of(key: str, arm: str, kind: str) -> list[int]:
    """The planned days of one kind of session in an arm."""
    return [
        day for row in protocols.get(key).sessions if row.kind == kind and arm in row.arms for day in row.days
    ]


def apart(days: list[int]) -> set[int]:
    return {later - earlier for earlier, later in pairwise(days)}


def asked_on(key: str, arm: str, instrument: str, anchor: str = "start") -> set[int]:
    """The days on which an instrument is due, counted from its anchor."""
    return {
        point.day
        for point in protocols.get(key).time_points
        if arm in point.arms and point.anchor.kind == anchor and instrument in point.instruments
    }


class TestPublishedStructure:
    """Each treatment against what is published of it, typed by hand."""

    def test_psilocybin_or_escitalopram_doses_three_weeks_apart_and_daily_capsules(self) -> None:
        for arm in ("psilocybin", "escitalopram"):
            assert apart(days_of("psilocybin-escitalopram", arm, "dosing")) == {21}
        (capsules,) = [
            row
            for row in protocols.get("psilocybin-escitalopram").medications
            if row.arms == ("escitalopram",)
        ]
        assert (capsules.substance, capsules.amount.words) == ("escitalopram", "10–20 mg")

    def test_ketamine_two_or_three_infusions_a_week_then_maintenance(self) -> None:
        days = days_of("ketamine-infusion", "therapy", "dosing")
        start = days[0]
        by_week = Counter((day - start) // 7 for day in days)
        assert all(by_week[week] in (2, 3) for week in range(3))
        assert all(by_week[week] <= 1 for week in by_week if week >= 3)
        assert max(days) - start > 28

    def test_training_on_four_days_after_one_infusion(self) -> None:
        (infusion,) = days_of("ketamine-training", "training", "dosing")
        training = days_of("ketamine-training", "training", "psychotherapy")
        assert training == [infusion + day for day in (1, 2, 3, 4)]
        assert days_of("ketamine-training", "ketamine", "psychotherapy") == []
        (row,) = [row for row in protocols.get("ketamine-training").sessions if row.kind == "psychotherapy"]
        assert (row.minutes, row.longest) == (30, 40)

    @pytest.mark.parametrize(
        ("key", "arm"), [("propranolol-reactivation", "propranolol"), ("dcs-exposure", "dcs")]
    )
    def test_a_dose_with_each_weekly_session(self, key: str, arm: str) -> None:
        days = days_of(key, arm, "dosing")
        assert apart(days) == {7}
        assert protocols.get(key).dosing_sessions(arm) == len(days)

    def test_exposure_is_followed_by_fear_within_and_symptoms_between_sessions(self) -> None:
        assert "Fear" in {watch.measure for watch in protocols.get("dcs-exposure").watches}
        assert asked_on("dcs-exposure", "dcs", "gad7", "dose") >= {0}

    def test_stimulation_is_daily_with_paired_therapy(self) -> None:
        days = days_of("tms-cbt", "combined", "dosing")
        assert set(Counter(day // 7 for day in days).values()) == {5}
        assert set(days_of("tms-cbt", "combined", "psychotherapy")) <= set(days)

    def test_an_antidepressant_with_weekly_therapy(self) -> None:
        """PHQ-9 at each weekly visit, HAM-D monthly, alliance every four weeks, adherence at medication visits,
        functioning and quality of life."""
        key, arm = "ssri-psychotherapy", "combined"
        assert apart(days_of(key, arm, "psychotherapy")) == {7}
        assert asked_on(key, arm, "phq9") >= {7 * week for week in range(13)}
        assert asked_on(key, arm, "hamd17") == {0, 28, 56, 84}
        assert asked_on(key, arm, "wai_sr") == {28, 56, 84}
        assert asked_on(key, arm, "mars5", "session") == {0}
        assert asked_on(key, arm, "wsas") >= {0, 84}
        assert asked_on(key, arm, "who5") >= {0, 84}

    def test_panic_is_followed_from_the_last_dose(self) -> None:
        key = "cbt-anxiolytic-panic"
        (drug,) = protocols.get(key).medications
        assert drug.taper
        assert drug.stop
        assert drug.taper == tuple(sorted(drug.taper))
        assert drug.taper[-1] < drug.stop
        assert asked_on(key, "combined", "gad7", "stop") >= {14, 182, 364}
        assert asked_on(key, "cbt", "gad7", "end") >= {14, 182, 364}

    def test_lsd_lasts_eight_to_twelve_hours_and_is_followed_for_years(self) -> None:
        lsd = protocols.get("lsd-anxiety")
        (session,) = [row for row in lsd.sessions if row.kind == "dosing"]
        assert (session.minutes, session.longest) == (8 * 60, 12 * 60)
        assert {dose.amount.words for dose in lsd.doses if dose.substance == "LSD"} == {"100–200 µg"}
        assert {"preparation", "integration"} <= {row.kind for row in lsd.sessions}
        assert max(asked_on("lsd-anxiety", "lsd", "gad7", "dose")) >= 2 * 365
        assert asked_on("lsd-anxiety", "lsd", "who5", "dose")
