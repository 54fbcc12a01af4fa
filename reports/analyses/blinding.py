"""Was the treatment kept hidden, and what was expected of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.analyses.refused import Refused, or_refused
from reports.frames import GUESSES, axes, expectancy_frame, last_guesses
from reports.stats.blinding import BlindingIndex, bang_index, james_index
from reports.stats.cohort import MeanAt, mean_course
from reports.stats.errors import Refusal
from tracking.models import Study, TreatmentEpisode
from tracking.rules import protocol

ALL = "all"
EXPECTING = {"expectancy": "patient", "clinician_expectancy": "clinician"}


@dataclass(frozen=True, slots=True)
class ArmGuesses:
    """The last guesses about the patients of one arm. ``confidence``: the mean, 1 to 5, of the ``confident`` who
    guessed and said how sure they were."""

    arm: str
    is_control: bool
    right: int
    wrong: int
    unknown: int
    confidence: float | None
    confident: int
    bang: BlindingIndex


@dataclass(frozen=True, slots=True)
class GuesserFigures:
    """What one of "patient", "therapist", "rater" guessed; ``james`` for a trial of two arms."""

    guesser: str
    arms: tuple[ArmGuesses, ...]
    james: BlindingIndex | Refused


@dataclass(frozen=True, slots=True)
class BlindingFigures:
    """``guessers``: those who were asked, in the order patient, therapist, rater; or why no guess can be judged.
    ``expectancy``: the mean improvement expected before treatment in per cent; ``time`` says by whom."""

    endpoint: str
    guessers: tuple[GuesserFigures, ...] | Refused
    expectancy: tuple[MeanAt, ...]


def blinding(study: Study) -> BlindingFigures:
    """The indices of Bang by arm and of James, and expectancy by arm.

    A guess is right when it names the side of the patient's arm: comparison for the control arm that the
    protocol names, experimental for every other. Of each patient (the first episode, where there are several)
    the last guess at or before the study's endpoint counts (``frames.last_guesses``). Raises ``Refusal`` when
    nobody was asked for a guess or an expectation.
    """
    episodes = TreatmentEpisode.objects.filter(study=study)
    lines = axes(episodes)
    people = _people(episodes)
    guesses = last_guesses(episodes, study.endpoint, lines).join(
        people[["arm", "control"]], on="episode", how="inner"
    )
    expected = _expectancy(people[["arm"]].join(expectancy_frame(episodes, lines), how="inner"))
    if guesses.empty and not expected:
        raise Refusal(
            lambda: _("Nobody was asked for a guess of the treatment or for what they expect of it.")
        )
    return BlindingFigures(study.endpoint, or_refused(lambda: _guessers(guesses)), expected)


def _people(episodes: QuerySet[TreatmentEpisode]) -> pd.DataFrame:
    """The first episode of each patient, its key as index. ``control``: the control arm that its protocol names.
    What there is none of is missing."""
    rows = episodes.order_by("pk").values_list("pk", "patient_id", "arm", "protocol", "protocol_version")
    found = ((key, patient, arm or None, protocol.find(*named)) for key, patient, arm, *named in rows)
    people = [(key, patient, arm, (known and known.control) or None) for key, patient, arm, known in found]
    table = pd.DataFrame(people, columns=["episode", "patient", "arm", "control"], dtype=object)
    return table.drop_duplicates("patient").set_index("episode")


def _guessers(guesses: pd.DataFrame) -> tuple[GuesserFigures, ...]:
    if guesses.empty:
        raise Refusal(lambda: _("Nobody was asked for a guess of the treatment."))
    judged = guesses.dropna(subset=["arm", "control"])
    if judged.empty:
        raise Refusal(
            lambda: _("No protocol of this study names a control arm, so that no guess is right or wrong.")
        )
    side = (judged["arm"] == judged["control"]).map({True: "comparison", False: "experimental"})
    table = judged.assign(side=side)
    return tuple(
        _guesser(name, table[table["guesser"] == name])
        for name in GUESSES
        if (table["guesser"] == name).any()
    )


def _guesser(name: str, rows: pd.DataFrame) -> GuesserFigures:
    by_arm = [_arm(str(arm), own) for arm, own in rows.groupby("arm")]
    arms = tuple(sorted(by_arm, key=lambda each: (not each.is_control, each.arm)))
    return GuesserFigures(name, arms, or_refused(lambda: _james(arms)))


def _arm(arm: str, rows: pd.DataFrame) -> ArmGuesses:
    unknown = int((rows["guess"] == "unknown").sum())
    right = int((rows["guess"] == rows["side"]).sum())
    wrong = len(rows) - right - unknown
    sure = rows.loc[rows["guess"] != "unknown", "confidence"].dropna()
    return ArmGuesses(
        arm=arm,
        is_control=bool((rows["side"] == "comparison").all()),
        right=right,
        wrong=wrong,
        unknown=unknown,
        confidence=float(sure.mean()) if len(sure) else None,
        confident=len(sure),
        bang=bang_index(right, wrong, unknown),
    )


def _james(arms: Sequence[ArmGuesses]) -> BlindingIndex:
    if [each.is_control for each in arms] != [True, False]:
        raise Refusal(
            lambda: _(
                "The index of James is defined for two arms, one of them the control; both need guesses."
            )
        )
    control, active = arms
    return james_index(
        [[active.right, control.wrong], [active.wrong, control.right], [active.unknown, control.unknown]]
    )


def _expectancy(people: pd.DataFrame) -> tuple[MeanAt, ...]:
    long = people.assign(arm=people["arm"].fillna(ALL)).melt(id_vars="arm", value_vars=list(EXPECTING))
    rows = long.dropna(subset=["value"]).assign(who=lambda table: table["variable"].map(EXPECTING))
    if rows.empty:
        return ()
    means = mean_course(rows, outcome="value", arm="arm", time="who")
    return tuple(sorted(means, key=lambda mean: (str(mean.time) != "patient", str(mean.arm))))
