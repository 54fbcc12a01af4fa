"""What is open when a treatment ends, kind by kind, each line with the page on which it is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.forms import BoundField, Form
from django.urls import reverse

from reports.models import CourseFlag
from tracking.models import AssessmentRequest, SafetyAlert, SittingLink, TreatmentSession
from tracking.pages.writing import patient_url
from tracking.queries.endings import OpenThings, Taper
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.tongues import heard


@dataclass(frozen=True, slots=True)
class Line:
    """One open thing, in words, and where it is dealt with."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of open things. ``field``: what is asked about all of them; ``None`` where nothing is to be chosen."""

    key: str
    title: str
    note: str
    lines: tuple[Line, ...]
    field: BoundField | None = None
    level: str = ""


def sections(found: OpenThings, flags: Sequence[CourseFlag], form: Form) -> list[Section]:
    """The kinds of which something is open: first what no end closes, with the reason why it is left open at its end;
    last what ends by itself."""
    shelf = Shelf()
    kinds = [
        Section(
            "alerts",
            "Safety alerts",
            "An end closes none of them. Deal with them first, or say why it ends all the same.",
            tuple(_alert(one, shelf) for one in found.alerts),
            level="alarm",
        ),
        Section(
            "sheets",
            "Unsigned run-sheets",
            "An end signs none of them. Deal with them first, or say why it ends all the same.",
            tuple(_sheet(one) for one in found.sheets),
            level="warn",
        ),
        Section("flags", "Flags", "Raised from the scores.", tuple(_flag(one) for one in flags)),
        Section("tapers", "Running tapers", "", tuple(_taper(one) for one in found.tapers)),
        Section("due", "Due questionnaires", "Asked for by the protocol.", _asked(found.due, shelf)),
        Section(
            "follow_ups",
            "Follow-ups",
            "What the protocol asks for on the last day and after it.",
            _asked(found.follow_ups, shelf),
        ),
        Section(
            "by_hand",
            "Questionnaires that somebody asked for",
            "The protocol does not ask for them: they are cancelled.",
            _asked(found.by_hand, shelf),
        ),
        Section("links", "Links of the patient", "They end.", tuple(_link(one) for one in found.links)),
    ]
    found_kinds = [one for one in kinds if one.lines]
    last = next((one.key for one in reversed(found_kinds) if one.level), "")
    names = {one.key: "open_reason" if one.key == last else one.key for one in found_kinds}
    return [
        replace(one, field=form[names[one.key]]) if names[one.key] in form.fields else one
        for one in found_kinds
    ]


def _alert(alert: SafetyAlert, shelf: Shelf) -> Line:
    episode = alert.episode
    title = shelf.get(alert.instrument, study=episode.study).short_title
    raised = local_day(episode.patient, alert.raised_at)
    state, status = alert.get_state_display().lower(), alert.get_status_display().lower()
    return Line(f"{title} item {alert.item}: {state}, {raised:%-d %B %Y}, {status}", reverse("alerts"))


def _sheet(session: TreatmentSession) -> Line:
    held = local_day(session.episode.patient, session.starts_at)
    return Line(
        f"{session.get_kind_display()} of {held:%-d %B %Y}", reverse("run-sheet", args=[session.public_id])
    )


def _flag(flag: CourseFlag) -> Line:
    return Line(heard(flag.sentence), patient_url(flag.episode.patient))


def _taper(taper: Taper) -> Line:
    steps = len(taper.steps)
    words = f"{taper.course.substance}: {steps} step{'' if steps == 1 else 's'} still to be taken"
    url = reverse("medication", args=[taper.course.public_id])
    return Line(f"{words}, the next on {taper.steps[0].planned_on:%-d %B %Y}", url)


def _asked(requests: Iterable[AssessmentRequest], shelf: Shelf) -> tuple[Line, ...]:
    return tuple(_request(one, shelf) for one in requests)


def _request(request: AssessmentRequest, shelf: Shelf) -> Line:
    title = shelf.get(request.instrument, request.version).short_title
    point = f", {request.time_point.replace('-', ' ')}" if request.time_point else ""
    begun = "; the patient has begun to answer it" if getattr(request, "draft", None) else ""
    rater = "; a blinded rating" if request.blinded else ""
    return Line(f"{title}{point}, due {request.due_on:%-d %B %Y}{begun}{rater}", "")


def _link(link: SittingLink) -> Line:
    patient = link.episode.patient
    made, until = (local_day(patient, moment) for moment in (link.created_at, link.expires_at))
    return Line(f"Made on {made:%-d %B %Y}, works until {until:%-d %B %Y}", "")
