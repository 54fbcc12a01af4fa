"""Relapse after the end of a treatment: from the last dose, or from the end of therapy where no drug was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from measures.language import marked
from reports.analyses.refused import Said
from reports.analyses.sample import Sample
from reports.frames import Axis, axes
from reports.models import RETURNS
from reports.stats.course import classify, flags
from reports.stats.errors import Refusal
from reports.stats.series import Point, usable
from reports.stats.survival import KaplanMeier, kaplan_meier
from tracking.models import TreatmentEpisode
from tracking.queries.events import DrugFree, drug_free, events_of, protocol_of
from tracking.rules.due_dates import happened
from tracking.rules.protocol.records import Anchor, Protocol
from tracking.tongues import in_every_language

SMALLEST_ARM = 5
DAYS = (28, 84, 182, 364)
IN_REMISSION = ("sustained", "suspected")
LAST_DOSE, END_OF_THERAPY = marked("the last dose"), marked("the end of therapy")


@dataclass(frozen=True, slots=True)
class FreeAt:
    """So many days after the zero: how many are followed that far, how many had relapsed, the share without relapse
    and its interval; ``None`` where nobody was followed that far, or the interval is undefined."""

    day: int
    at_risk: int
    relapses: int
    free: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RelapseArm:
    """One arm. ``since``: what its days count from. ``n``: those in remission then, and followed; ``relapses``
    among them. ``not_in_remission``: those who had none to lose, and ``not_followed``: those without a score
    since; neither is counted. ``refused``: why there is no estimate."""

    arm: str
    since: str
    n: int
    relapses: int
    not_in_remission: int
    not_followed: int
    at: tuple[FreeAt, ...] = ()
    median: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    refused: Said | str = ""


@dataclass(frozen=True, slots=True)
class RelapseFigures:
    rule: str
    arms: tuple[RelapseArm, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """One episode after its zero: for how many days without relapse, and whether one came then; ``days`` is
    ``None`` where no score followed."""

    arm: str
    since: str
    in_remission: bool
    days: int | None = None
    relapsed: bool = False


def watches_relapse(sample: Sample) -> bool:
    """Whether a protocol of the study asks on after the last dose or after the end of therapy."""
    known = {protocol_of(row) for row in TreatmentEpisode.objects.filter(study=sample.study)}
    points = [point for protocol in known if protocol for point in protocol.time_points]
    return any(point.anchor.kind in ("stop", "end") for point in points)


def relapse(sample: Sample) -> RelapseFigures:
    """Kaplan–Meier by arm of the time to relapse or recurrence, by the relapse rule of the scale.

    Zero is the last day on which the medication of the treatment was taken; in an arm whose protocol gives none,
    the end of therapy. Counted is who was then in sustained remission by the last score: nobody else has a
    remission to lose. The event is the first score of a return that no later score took back. Without one
    somebody is followed to the last usable score, or to the day on which a medication was begun again.

    ``Refusal`` for a scale without relapse rule, and when nobody has come so far. An arm of fewer than
    ``SMALLEST_ARM`` is counted, not estimated.
    """
    if sample.rules.relapse is None:
        raise Refusal(
            lambda: _("{instrument} has no relapse rule, so that no relapse can be counted.").format(
                instrument=sample.instrument.short_title
            )
        )
    rows = list(_followed(sample))
    if not rows:
        raise Refusal(lambda: _("Nobody has taken a last dose or ended therapy yet."))
    groups = sorted({(row.arm, row.since) for row in rows})
    return RelapseFigures(
        rule=sample.rules.version,
        arms=tuple(_arm(*group, [row for row in rows if (row.arm, row.since) == group]) for group in groups),
    )


def _followed(sample: Sample) -> Iterator[Followed]:
    episodes = TreatmentEpisode.objects.filter(study=sample.study, pk__in=list(sample.cases))
    lines = axes(episodes)
    for episode in episodes.select_related("patient").order_by("pk"):
        protocol = protocol_of(episode)
        zero = _zero(episode, protocol) if protocol else None
        if zero:
            since, free = zero
            yield _follow(
                sample, episode.arm, since, free, lines[episode.pk], sample.cases[episode.pk].series
            )


def _zero(episode: TreatmentEpisode, protocol: Protocol) -> tuple[str, DrugFree] | None:
    if any(episode.arm in drug.arms for drug in protocol.medications):
        free = drug_free(episode)
        return (LAST_DOSE, free) if free else None
    ends = happened(protocol, episode.arm, Anchor("end"), events_of(episode))
    return (END_OF_THERAPY, DrugFree(ends[0].day, None)) if ends else None


def _follow(
    sample: Sample, arm: str, since: str, free: DrugFree, axis: Axis, series: tuple[Point, ...]
) -> Followed:
    zero = axis.day(free.last_dose)
    end = axis.day(free.again_on) if free.again_on else None
    judged = (sample.rules, sample.scale.direction)
    before = classify([point for point in series if point.day <= zero], *judged, index_day=0)
    if before.remission.phase not in IN_REMISSION:
        return Followed(arm, since, in_remission=False)
    returns = [
        flag.day
        for flag in flags(series, *judged, index_day=0)
        if flag.kind in RETURNS and flag.open and flag.day > zero and (end is None or flag.day <= end)
    ]
    seen = [score.day for score in usable(series) if score.day > zero]
    if not returns and not seen:
        return Followed(arm, since, in_remission=True)
    last = min(returns) if returns else min(day for day in (max(seen), end) if day is not None)
    return Followed(arm, since, in_remission=True, days=last - zero, relapsed=bool(returns))


def _arm(arm: str, since: str, rows: list[Followed]) -> RelapseArm:
    known = [(row.days, row.relapsed) for row in rows if row.days is not None]
    counts = RelapseArm(
        arm=arm,
        since=since,
        n=len(known),
        relapses=sum(relapsed for days, relapsed in known),
        not_in_remission=sum(not row.in_remission for row in rows),
        not_followed=sum(row.in_remission and row.days is None for row in rows),
    )
    if len(known) < SMALLEST_ARM:
        few = in_every_language(
            lambda: _("Fewer than {n} were in remission then and followed since: no estimate.").format(
                n=SMALLEST_ARM
            )
        )
        return replace(counts, refused=few)
    found = kaplan_meier([days for days, relapsed in known], [relapsed for days, relapsed in known])
    return replace(
        counts,
        at=tuple(_free_at(found, day) for day in DAYS),
        median=found.median,
        median_low=found.median_low,
        median_high=found.median_high,
    )


def _free_at(found: KaplanMeier, day: int) -> FreeAt:
    free = found.at(day)
    steps = [step for step in found.steps if step.time <= day]
    relapses = sum(step.events for step in steps)
    if not steps or free is None:
        return FreeAt(day, found.at_risk(day), relapses, free, None, None)
    return FreeAt(day, found.at_risk(day), relapses, free, steps[-1].low, steps[-1].high)
