"""The data of one scale in one study, read once and asked several questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pandas as pd
from django.utils.translation import gettext as _

from measures.instrument import ChangeRules, Instrument, Scale
from reports.frames import Episodes, axes, episode_frame, points, rows_of, score_frame
from reports.rules import rules_of
from reports.stats.course import classify
from reports.stats.errors import Refusal
from reports.stats.series import Point, Score, prepare, usable
from tracking.errors import InvalidInput
from tracking.models import Study, TreatmentEpisode
from tracking.rules import protocol
from tracking.rules.policies.instruments import instrument_of

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One episode: its series in order, its baseline as the course has it, and its score at the endpoint."""

    series: tuple[Point, ...]
    baseline: Score | None
    end: Score | None


@dataclass(frozen=True, eq=False)
class Sample:
    """Everything that the analyses of one scale need.

    ``cases``: by episode, those with any form of the scale. ``episodes``: ``frames.episode_frame`` of those
    with ``baseline``, ``endpoint`` (its score at that time point, else missing) and ``change`` (endpoint -
    baseline). ``scores``: one row per usable score from the baseline on, with the columns of ``episodes``
    and ``episode``, ``day``, ``week``, ``value``, ``time_point`` ("" where none), ``occasion`` (number of
    the time point in the order of their median days, from 0). Left out of it: scores in an acute window,
    unscorable forms, scores before the baseline, and all but the last recorded of several on one day.
    """

    study: Study
    instrument: Instrument
    scale: Scale
    rules: ChangeRules
    endpoint: str
    cases: dict[int, Case]
    episodes: pd.DataFrame
    scores: pd.DataFrame

    @property
    def arms(self) -> list[str]:
        """The arms that have a usable score, sorted."""
        return sorted(map(str, self.scores["arm"].dropna().unique()))

    @property
    def named(self) -> pd.DataFrame:
        """One row per episode and named time point: the last."""
        rows = self.scores[self.scores["time_point"] != ""]
        return rows.sort_values("day").drop_duplicates(["episode", "time_point"], keep="last")

    @property
    def title(self) -> str:
        return f"{self.instrument.short_title}, {_(self.scale.title)}"


def load(
    study: Study,
    instrument: str | None = None,
    scale: str | None = None,
    endpoint: str | None = None,
    people: pd.DataFrame | None = None,
) -> Sample:
    """Read one scale of a study; what is not named is the study's outcome. ``people``: its ``episode_frame``, where
    that is known already.

    Raises ``UnknownInstrument``, ``InvalidInput`` for a scale that it does not have, ``Refusal`` for one
    without a better and a worse end.
    """
    known = instrument_of(instrument or study.outcome_instrument, study=study)
    is_outcome = known.key == study.outcome_instrument
    chosen = _scale(known, scale or (study.outcome_scale if is_outcome else known.primary_scale.key))
    if chosen.direction == "neutral":
        raise Refusal(
            lambda: _("{instrument}, {scale}: it has no better and no worse end to judge by.").format(
                instrument=known.short_title, scale=_(chosen.title)
            )
        )
    episodes = TreatmentEpisode.objects.filter(study=study)
    lines = axes(episodes)
    rows = score_frame(episodes, known, chosen.key, lines)
    rules = rules_of(known, chosen.key)
    point = endpoint or study.endpoint
    own = rows.groupby("episode")
    cases = {int(cast("int", key)): _case(of_one, rules, chosen, point) for key, of_one in own}
    everybody = people if people is not None else episode_frame(episodes, lines)
    table = _with_outcome(_control_first(everybody, episodes).loc[list(cases)], cases)
    return Sample(study, known, chosen, rules, point, cases, table, _usable(rows, cases, table))


def _scale(instrument: Instrument, key: str) -> Scale:
    known = {scale.key: scale for scale in instrument.scales}
    if key not in known:
        raise InvalidInput(
            "scale",
            _("{instrument} has no scale {scale}; it has {scales}").format(
                instrument=instrument.key, scale=key, scales=", ".join(known)
            ),
        )
    return known[key]


def _case(rows: pd.DataFrame, rules: ChangeRules, scale: Scale, endpoint: str) -> Case:
    series = prepare(points(rows_of(rows)))
    at_endpoint = set(rows.loc[rows["time_point"] == endpoint, "assessment"])
    ends = [score for score in usable(series) if score.assessment in at_endpoint]
    baseline = classify(series, rules, scale.direction, index_day=0).baseline
    return Case(series, baseline, ends[-1] if ends else None)


def _control_first(table: pd.DataFrame, episodes: Episodes) -> pd.DataFrame:
    """Arms in the order in which they are compared: the control that the protocol names, then by name. Episodes
    under several protocols have no common control."""
    followed = {protocol.find(*row) for row in episodes.values_list("protocol", "protocol_version")}
    controls = {known.control if known else "" for known in followed}
    arms = sorted(table["arm"].dropna().unique(), key=lambda arm: ({arm} != controls, arm))
    return table.assign(arm=pd.Categorical(table["arm"], categories=arms))


def _with_outcome(table: pd.DataFrame, cases: dict[int, Case]) -> pd.DataFrame:
    def column(scores: list[Score | None]) -> list[float]:
        return [float("nan") if score is None else float(score.value) for score in scores]

    baseline = column([case.baseline for case in cases.values()])
    endpoint = column([case.end for case in cases.values()])
    with_scores = table.assign(baseline=baseline, endpoint=endpoint)
    return with_scores.assign(change=with_scores["endpoint"] - with_scores["baseline"])


def _usable(rows: pd.DataFrame, cases: dict[int, Case], table: pd.DataFrame) -> pd.DataFrame:
    kept = {
        score.assessment
        for case in cases.values()
        for score in usable(case.series)
        if case.baseline is None or score.day >= case.baseline.day
    }
    own = ["episode", "assessment", "day", "value", "time_point"]
    scores = rows.loc[rows["assessment"].isin(kept), own].join(
        table.drop(columns=own, errors="ignore"), on="episode"
    )
    scores["week"] = scores["day"] / DAYS_PER_WEEK
    scores["occasion"] = scores["time_point"].map(_occasions(scores))
    return scores.sort_values(["episode", "day"], ignore_index=True)


def _occasions(scores: pd.DataFrame) -> dict[str, float]:
    named = scores[scores["time_point"] != ""]
    days = named.groupby("time_point")["day"].median().reset_index().sort_values(["day", "time_point"])
    return {name: float(number) for number, name in enumerate(days["time_point"])}
