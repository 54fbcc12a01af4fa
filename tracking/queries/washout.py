"""How the washouts of a protocol stand before a dose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tracking.models import Site, TreatmentEpisode, User, WashoutRule
from tracking.queries.administration import administered_sites
from tracking.queries.events import is_treatment, protocol_of
from tracking.rules import protocol as protocols
from tracking.rules.medication_classes import classes_of, classification
from tracking.rules.protocol import Protocol, Washout
from tracking.rules.washouts import Taken, WashoutState, washout_state
from tracking.vocabulary import DoseStep


def washouts_before(episode: TreatmentEpisode, day: date) -> tuple[WashoutState, ...]:
    """Each washout of the protocol as it stands on ``day``; none where the arm is given no dose.

    What is part of the treatment itself needs no washout.
    """
    protocol = protocol_of(episode)
    if protocol is None or not protocol.dosing_sessions(episode.arm):
        return ()
    taken = list(_taken(episode, protocol))
    site = episode.patient.team.site
    return tuple(
        washout_state(rule, days_asked(site, protocol.key, rule), taken, day) for rule in protocol.washouts
    )


def days_asked(site: Site, protocol: str, rule: Washout) -> int | None:
    """The days of the protocol; where it leaves them open, those that the site set last, if any."""
    if rule.days is not None:
        return rule.days
    latest = WashoutRule.objects.filter(site=site, protocol=protocol, what=rule.what).first()
    return latest.days if latest else None


@dataclass(frozen=True, slots=True)
class SiteRule:
    """One washout whose days a protocol leaves to a site, with the rule that the site set last, if any."""

    site: Site
    protocol: Protocol
    number: int
    washout: Washout
    latest: WashoutRule | None

    @property
    def place(self) -> tuple[str, str, int]:
        """What stands in its address."""
        return self.site.key, self.protocol.key, self.number

    @property
    def medication(self) -> str:
        """Which medication it is about, in words; "" where its name says it."""
        titles = [known.title for known in classification().classes if known.key in self.washout.classes]
        if "; ".join([*titles, *self.washout.substances]).casefold() == self.washout.what.casefold():
            return ""
        return "; ".join([*(_(title) for title in titles), *self.washout.substances])


def site_rules(user: User) -> list[SiteRule]:
    """For each site that the user administers, every washout that is left to it."""
    sites = list(administered_sites(user))
    latest: dict[tuple[int, str, str], WashoutRule] = {}
    for row in WashoutRule.objects.filter(site__in=sites).select_related("set_by"):
        latest.setdefault((row.site_id, row.protocol, row.what), row)
    return [
        SiteRule(site, protocol, number, rule, latest.get((site.pk, protocol.key, rule.what)))
        for site in sites
        for protocol in protocols.all_protocols()
        for number, rule in enumerate(protocol.washouts, start=1)
        if rule.days is None
    ]


def _taken(episode: TreatmentEpisode, protocol: Protocol) -> Iterator[Taken]:
    for course in episode.medications.standing().prefetch_related("dose_changes"):
        if not is_treatment(course, episode, protocol):
            steps = [step for step in course.dose_changes.all() if step.voided_at is None]
            stops = [step.changed_on for step in steps if step.step == DoseStep.STOP]
            yield Taken(
                substance=course.substance,
                classes=classes_of(course.substance),
                first=min(step.changed_on for step in steps),
                stopped=min(stops, default=None),
            )
