"""What is open when a treatment ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import ngettext

from tracking import clock
from tracking.models import (
    AssessmentRequest,
    AuditEvent,
    Death,
    EpisodeEnd,
    MedicationCourse,
    PlannedDoseStep,
    SafetyAlert,
    SittingLink,
    TreatmentEpisode,
    TreatmentSession,
)
from tracking.queries.dosing import marked, plan_for
from tracking.queries.signatures import WANTED, signatures_of
from tracking.queries.tapers import states_of
from tracking.rules.policies.assessments import FINISHED_WITHIN
from tracking.rules.policies.days import local_today
from tracking.rules.policies.endings import is_follow_up, is_of_protocol
from tracking.rules.tapers import WAITING
from tracking.vocabulary import AuditAction


@dataclass(frozen=True, slots=True)
class Taper:
    """A medication with the planned steps that are still to be taken."""

    course: MedicationCourse
    steps: tuple[PlannedDoseStep, ...]


@dataclass(frozen=True, slots=True)
class OpenThings:
    """All that is open. ``alerts`` and ``sheets`` are never closed by an end. ``due``: what was asked for before the
    last day; of it the protocol's can be left, what somebody asked for by hand (``by_hand``) cannot."""

    alerts: tuple[SafetyAlert, ...]
    sheets: tuple[TreatmentSession, ...]
    tapers: tuple[Taper, ...]
    by_hand: tuple[AssessmentRequest, ...]
    due: tuple[AssessmentRequest, ...]
    follow_ups: tuple[AssessmentRequest, ...]
    links: tuple[SittingLink, ...]

    @property
    def unsettled(self) -> frozenset[UUID]:
        """What an end needs a written reason for."""
        return frozenset([*(one.public_id for one in self.alerts), *(one.public_id for one in self.sheets)])


@dataclass(frozen=True, slots=True)
class Settled:
    """What an end came to: how many were cancelled, stay due, were revoked, dropped and withdrawn."""

    cancelled: int
    kept: int
    links: int
    steps: int
    mails: int = 0

    @property
    def gone(self) -> str:
        """What is gone, in words: "2 questionnaires cancelled, 1 link ended"; "" where nothing is."""
        counts = (
            (
                self.cancelled,
                ngettext("{n} questionnaire cancelled", "{n} questionnaires cancelled", self.cancelled),
            ),
            (self.links, ngettext("{n} link ended", "{n} links ended", self.links)),
            (self.steps, ngettext("{n} planned step dropped", "{n} planned steps dropped", self.steps)),
            (self.mails, ngettext("{n} message not sent", "{n} messages not sent", self.mails)),
        )
        return ", ".join(words.format(n=n) for n, words in counts if n)

    @property
    def sentence(self) -> str:
        """What is gone and what stays due, as sentences; "" where nothing was open."""
        stays = ngettext(
            "{n} questionnaire can still be answered.", "{n} questionnaires can still be answered.", self.kept
        ).format(n=self.kept)
        return " ".join([f"{self.gone}."] * bool(self.gone) + [stays] * bool(self.kept))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a treatment ended, where it has and somebody has said why; the death of the person, where one is on record;
    and deaths that were none, each with what stays cancelled."""

    end: EpisodeEnd | None
    death: Death | None
    mistakes: tuple[tuple[Death, Settled], ...]


def ended(episode: TreatmentEpisode) -> Ended:
    deaths = Death.objects.filter(patient=episode.patient).select_related("recorded_by", "voided_by")
    return Ended(
        end=episode.ends.standing().select_related("recorded_by").first(),
        death=next((one for one in deaths if one.voided_at is None), None),
        mistakes=tuple((one, settled_with(one)) for one in deaths if one.voided_at),
    )


def settled_with(death: Death) -> Settled:
    """What was cancelled when this death was recorded."""
    event = AuditEvent.objects.get(action=AuditAction.RECORD_DEATH, object_id=death.public_id)
    return Settled(**event.details)


def open_things(episodes: Sequence[TreatmentEpisode], ends_on: date) -> OpenThings:
    """What is open in these treatments if they end, or ended, on this day. What was missed is over, and stays as it
    is."""
    asked = AssessmentRequest.objects.open().filter(episode__in=episodes).select_related("second_of", "draft")
    answerable = asked.select_related("episode__patient").order_by("due_on", "pk")
    requests = [
        one for one in answerable if local_today(one.episode.patient) <= one.closes_on + FINISHED_WITHIN
    ]
    follow_ups = tuple(one for one in requests if is_follow_up(one, ends_on))
    planned = [one for one in requests if is_of_protocol(one) and one not in follow_ups]
    alerts = SafetyAlert.objects.filter(episode__in=episodes).unresolved()
    return OpenThings(
        alerts=tuple(alerts.select_related("episode__study")),
        sheets=tuple(_unsigned(episodes)),
        tapers=tuple(running_tapers(episodes)),
        by_hand=tuple(one for one in requests if not is_of_protocol(one)),
        due=tuple(planned),
        follow_ups=follow_ups,
        links=tuple(live_links(episodes)),
    )


def _unsigned(episodes: Sequence[TreatmentEpisode]) -> Iterable[TreatmentSession]:
    """Sessions that were kept on a run-sheet which nobody has ended, or too few have signed as it reads."""
    rows = marked(TreatmentSession.objects.standing()).filter(episode__in=episodes, on_sheet=True)
    for session in rows.select_related("episode"):
        held = sum(one.holds for one in signatures_of(session, plan_for(session)))
        if not session.has_ended or held < WANTED:
            yield session


def running_tapers(episodes: Sequence[TreatmentEpisode]) -> Iterable[Taper]:
    """Medications of which a planned step is still to be taken."""
    rows = MedicationCourse.objects.standing().filter(episode__in=episodes, planned_steps__voided_at=None)
    for course in rows.select_related("episode__patient").distinct().order_by("pk"):
        states = states_of(course, local_today(course.episode.patient))
        steps = tuple(row for row, state in states if state.outcome in WAITING)
        if steps:
            yield Taper(course, steps)


def live_links(episodes: Sequence[TreatmentEpisode]) -> Iterable[SittingLink]:
    """Links that open something today or later."""
    rows = SittingLink.objects.filter(episode__in=episodes, revoked_at=None, finished_at=None)
    return rows.filter(expires_at__gt=clock.now()).order_by("created_at", "pk")
