"""What a site has to keep of a person and until when, and whose time is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from tracking import clock
from tracking.models import Erasure, Patient, RetentionRule, Site
from tracking.models.retention import APPROVED, UNDECIDED
from tracking.rules.policies.days import local_today
from tracking.rules.retention import NOTICE, counting, kept_through
from tracking.vocabulary import EpisodeStatus, Holding


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of what is held. ``is_kept``: the law still asks for it, or the site has not said how long it does.
    ``until``: the last day; ``law``: in the site's words; both empty where the site has no rule."""

    holding: str
    is_kept: bool
    until: date | None = None
    law: str = ""

    @property
    def label(self) -> str:
        return str(Holding(self.holding).label)

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self) | {"until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True, slots=True)
class Stand:
    """How one kind is kept at a site. ``rule``: what counts now; ``waits``: a shorter time, from when on it counts;
    ``over``: of how many people the time is over today."""

    holding: Holding
    rule: RetentionRule | None
    waits: tuple[RetentionRule, datetime] | None
    over: int


@dataclass(frozen=True, slots=True)
class Retained:
    """What a site keeps. ``running``: people in treatment, of whom nothing is erased; ``asked``: erasures that wait for
    a second person; ``approved``: those that wait for the command."""

    stands: tuple[Stand, ...]
    running: int
    asked: int
    approved: int


def retained(site: Site) -> Retained:
    """How a site keeps what it holds today, in counts alone."""
    found, now = _said_of(site), clock.now()
    times = Counter(part.holding for patient, parts in over(site) for part in parts)
    asked = Erasure.objects.filter(patient__team__site=site)
    treated = Patient.objects.filter(team__site=site, episodes__status=EpisodeStatus.ACTIVE)
    return Retained(
        stands=tuple(_stand(kind, found.get(kind, []), times[kind], now) for kind in Holding),
        running=treated.distinct().count(),
        asked=asked.filter(UNDECIDED).count(),
        approved=asked.filter(APPROVED).count(),
    )


def rules_of(site: Site) -> dict[str, RetentionRule]:
    """The rule of each kind that counts now."""
    now = clock.now()
    return {kind: rule for kind, rows in _said_of(site).items() if (rule := counting(rows, now)) is not None}


def _said_of(site: Site) -> dict[str, list[RetentionRule]]:
    """All that was ever said of each kind, the oldest first."""
    found: dict[str, list[RetentionRule]] = {}
    for row in RetentionRule.objects.filter(site=site).select_related("set_by").order_by("set_at", "pk"):
        found.setdefault(row.holding, []).append(row)
    return found


def _stand(kind: Holding, rows: list[RetentionRule], times: int, now: datetime) -> Stand:
    rule = counting(rows, now)
    waits = (rows[-1], rows[-1].set_at + NOTICE) if rows and rows[-1] != rule else None
    return Stand(kind, rule, waits, times)


def parts_of(patient: Patient, rules: Mapping[str, RetentionRule] | None = None) -> list[Part]:
    """What would be erased of this person today, and what is kept, by the rules of the site. A record is not left
    without the name that it is of, nor a name without what it is kept for: the record stays at least as long as the
    identity."""
    rules = rules_of(patient.team.site) if rules is None else rules
    ended, today = last_end(patient), local_today(patient)
    rest = rules.get(Holding.REST)
    kinds = {Holding.IDENTITY: rules.get(Holding.IDENTITY), Holding.RECORD: rules.get(Holding.RECORD)}
    parts = {kind: _part(kind, rule, ended, today) for kind, rule in kinds.items()}
    if parts[Holding.IDENTITY].is_kept and not parts[Holding.RECORD].is_kept:
        parts[Holding.RECORD] = Part(**asdict(parts[Holding.IDENTITY]) | {"holding": Holding.RECORD})
    free = Part(Holding.REST, is_kept=False)
    return [*parts.values(), _part(Holding.REST, rest, ended, today) if rest else free]


def _part(kind: str, rule: RetentionRule | None, ended: date, today: date) -> Part:
    if rule is None:
        return Part(kind, is_kept=True)
    until = kept_through(ended, rule.years)
    return Part(kind, today <= until, until, rule.law)


def last_end(patient: Patient) -> date:
    """The day from which it is counted: the end of the last treatment, or the enrolment where there was none."""
    days = [one.ends_on or one.starts_on for one in patient.episodes.all()]
    return max([patient.enrolled_on, *days])


def over(site: Site) -> Iterator[tuple[Patient, list[Part]]]:
    """Everybody of a site who is in no treatment, and of whom something is held whose time is over by a rule. Nothing
    is erased by that: somebody asks, and another decides."""
    rows = Patient.objects.filter(team__site=site, set_aside_at=None).select_related("team__site")
    rules = rules_of(site)
    running = rows.filter(episodes__status=EpisodeStatus.ACTIVE)
    for patient in rows.exclude(pk__in=running).prefetch_related("episodes").order_by("study_code"):
        parts = [part for part in parts_of(patient, rules) if part.until and not part.is_kept]
        if parts:
            yield patient, parts
