"""What may still be asked, answered or begun after a treatment has ended, and after a death. Each raises the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.language import marked
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Assessment,
    AssessmentRequest,
    Death,
    EpisodeSource,
    Patient,
    TreatmentEpisode,
    TreatmentSession,
)
from tracking.rules import checks
from tracking.rules.policies.days import local_day, local_today
from tracking.vocabulary import Attendance, EndReason

UNSETTLED = marked(
    "an alert or an unsigned run-sheet is open: deal with it first, or say why the treatment ends all the same"
)
# Kept in English with what an end has dropped; whoever reads it hears their own.
ENDED_BECAUSE = {
    EndReason.COMPLETED: marked("The treatment ended: completed"),
    EndReason.PATIENT: marked("The treatment ended: stopped by the patient"),
    EndReason.CLINICIAN: marked("The treatment ended: stopped by the clinician"),
    EndReason.MOVED: marked("The treatment ended: moved to another place"),
    EndReason.LOST: marked("The treatment ended: lost from sight"),
    EndReason.DIED: marked("The treatment ended: died"),
}


def death_of(patient: Patient) -> Death | None:
    """The death of this person, where one is on record."""
    return patient.deaths.standing().first()


def check_alive(patient: Patient) -> None:
    """Nothing is asked of the dead, and nothing sent about them."""
    death = death_of(patient)
    if death:
        said = _("this person died on {day}: nothing more is asked, sent or begun")
        raise Conflict(said.format(day=date_format(death.died_on, "DATE_FORMAT")))


def last_day(episode: TreatmentEpisode) -> date | None:
    """The last day of a treatment that somebody has ended, as it stands: it may have ended since ``episode`` was read.
    That of an import is the day of its last row, and ends nothing."""
    row = TreatmentEpisode.objects.get(pk=episode.pk)
    if row.ends_on is None:
        return None
    if row.ends.standing().exists() or not EpisodeSource.objects.filter(episode=row).exists():
        return row.ends_on
    return None


def is_of_protocol(request: AssessmentRequest | None) -> bool:
    """Whether the protocol asks for it, be it by a second rating of what it asks for; nobody by hand."""
    first = request.second_of or request if request else None
    return first is not None and first.protocol_point != ""


def is_follow_up(request: AssessmentRequest, ends_on: date) -> bool:
    """Whether the protocol asks for it on the last day of the treatment or after it."""
    return is_of_protocol(request) and request.due_on >= ends_on


def check_after_end(episode: TreatmentEpisode, request: AssessmentRequest | None, assessed_on: date) -> None:
    """An assessment of a day after the end of a treatment answers what its protocol asks. Nothing speaks of a day after
    a death."""
    death = death_of(episode.patient)
    if death and assessed_on > death.died_on:
        said = _("is after the death of this person ({day})")
        raise InvalidInput("assessed_on", said.format(day=date_format(death.died_on, "DATE_FORMAT")))
    ended = last_day(episode)
    if ended and assessed_on > ended and not is_of_protocol(request):
        said = _(
            "is after the end of this treatment ({day}): from then on only the follow-ups that its protocol asks for "
            "are answered"
        )
        raise InvalidInput("assessed_on", said.format(day=date_format(ended, "DATE_FORMAT")))


def ended_or_dead(episodes: Iterable[TreatmentEpisode]) -> set[int]:
    """Those of many of which something may be after the end: for the rest there is no need to look."""
    ended = Q(ends__voided_at=None, ends__isnull=False)
    died = Q(patient__in=Death.objects.standing().values("patient"))
    rows = TreatmentEpisode.objects.filter(ended | died, pk__in=[episode.pk for episode in episodes])
    return set(rows.values_list("pk", flat=True))


def check_may_ask(episode: TreatmentEpisode, *, of_protocol: bool) -> None:
    """Whether something may be asked for now: after the end the protocol asks, and nobody by hand."""
    check_alive(episode.patient)
    ended = last_day(episode)
    if ended and not of_protocol:
        said = _("this treatment ended on {day}: only the follow-ups of its protocol are asked from then on")
        raise Conflict(said.format(day=date_format(ended, "DATE_FORMAT")))


def check_end_day(episode: TreatmentEpisode, field: str, day: date) -> None:
    """A day that has come, not before the treatment began."""
    checks.check_past_day(field, day, local_today(episode.patient))
    checks.check_order(field, episode.starts_on, day, of="the first day of the episode")


def check_day_of_death(patient: Patient, field: str, day: date) -> None:
    """A day that has come, and after which the person neither came nor answered."""
    checks.check_past_day(field, day, local_today(patient))
    later = Assessment.objects.current().filter(episode__patient=patient, assessed_on__gt=day)
    held = TreatmentSession.objects.standing().filter(
        episode__patient=patient, attendance=Attendance.ATTENDED
    )
    latest = later.order_by("assessed_on").values_list("assessed_on", flat=True).last()
    came = held.order_by("starts_at").values_list("starts_at", flat=True).last()
    days = [one for one in (latest, local_day(patient, came) if came else None) if one and one > day]
    if days:
        said = _("an answer or a session of {day} is on record: one of the days is wrong")
        raise InvalidInput(field, said.format(day=date_format(max(days), "DATE_FORMAT")))
