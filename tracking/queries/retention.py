"""What a site has to keep of a person and until when, and whose time is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tracking.models import Patient, RetentionRule, Site
from tracking.rules.policies.days import local_today
from tracking.rules.retention import kept_through
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


def rules_of(site: Site) -> dict[str, RetentionRule]:
    """The rule of each kind that counts now."""
    found: dict[str, RetentionRule] = {}
    for row in RetentionRule.objects.filter(site=site):
        found.setdefault(row.holding, row)
    return found


def parts_of(patient: Patient) -> list[Part]:
    """What would be erased of this person today, and what is kept. A record is not left without the name that it is
    of, nor a name without what it is kept for: the record stays at least as long as the identity."""
    rules = rules_of(patient.team.site)
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
    running = rows.filter(episodes__status=EpisodeStatus.ACTIVE)
    for patient in rows.exclude(pk__in=running).prefetch_related("episodes").order_by("study_code"):
        parts = [part for part in parts_of(patient) if part.until and not part.is_kept]
        if parts:
            yield patient, parts
