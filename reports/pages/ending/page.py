"""What is open when a treatment ends, kind by kind, each line with the page on which it is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.forms import BoundField, Form
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.language import within
from reports.models import CourseFlag
from tracking.models import AssessmentRequest, SafetyAlert, SittingLink, TreatmentSession
from tracking.pages.writing import patient_url
from tracking.queries.endings import OpenThings, Taper
from tracking.rules.policies.days import local_day
from tracking.rules.policies.instruments import Shelf
from tracking.tongues import heard
from tracking.vocabulary.time_points import time_point_in_words


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
            _("Safety alerts"),
            _("An end closes none of them. Deal with them first, or say why it ends all the same."),
            tuple(_alert(one, shelf) for one in found.alerts),
            level="alarm",
        ),
        Section(
            "sheets",
            _("Unsigned run-sheets"),
            _("An end signs none of them. Deal with them first, or say why it ends all the same."),
            tuple(_sheet(one) for one in found.sheets),
            level="warn",
        ),
        Section("flags", _("Flags"), _("Raised from the scores."), tuple(_flag(one) for one in flags)),
        Section("tapers", _("Running tapers"), "", tuple(_taper(one) for one in found.tapers)),
        Section("due", _("Due questionnaires"), _("Asked for by the protocol."), _asked(found.due, shelf)),
        Section(
            "follow_ups",
            _("Follow-ups"),
            _("What the protocol asks for on the last day and after it."),
            _asked(found.follow_ups, shelf),
        ),
        Section(
            "by_hand",
            _("Questionnaires that somebody asked for"),
            _("The protocol does not ask for them: they are cancelled."),
            _asked(found.by_hand, shelf),
        ),
        Section("links", _("Links of the patient"), _("They end."), tuple(_link(one) for one in found.links)),
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
    words = _("{instrument} item {item}: {state}, {day}, {status}").format(
        instrument=title,
        item=alert.item,
        state=within(alert.get_state_display()),
        day=_day(local_day(episode.patient, alert.raised_at)),
        status=within(alert.get_status_display()),
    )
    return Line(words, reverse("alerts"))


def _sheet(session: TreatmentSession) -> Line:
    day = _day(local_day(session.episode.patient, session.starts_at))
    words = _("{session} of {day}").format(session=session.get_kind_display(), day=day)
    return Line(words, reverse("run-sheet", args=[session.public_id]))


def _flag(flag: CourseFlag) -> Line:
    return Line(heard(flag.sentence), patient_url(flag.episode.patient))


def _taper(taper: Taper) -> Line:
    words = ngettext(
        "{substance}: {n} step still to be taken, the next on {day}",
        "{substance}: {n} steps still to be taken, the next on {day}",
        len(taper.steps),
    ).format(substance=taper.course.substance, n=len(taper.steps), day=_day(taper.steps[0].planned_on))
    return Line(words, reverse("medication", args=[taper.course.public_id]))


def _asked(requests: Iterable[AssessmentRequest], shelf: Shelf) -> tuple[Line, ...]:
    return tuple(_request(one, shelf) for one in requests)


def _request(request: AssessmentRequest, shelf: Shelf) -> Line:
    due = _("{title}, {point}, due {day}") if request.time_point else _("{title}, due {day}")
    said = [
        due.format(
            title=shelf.get(request.instrument, request.version).short_title,
            point=request.time_point and time_point_in_words(request.time_point.replace("-", " ")),
            day=_day(request.due_on),
        )
    ]
    if getattr(request, "draft", None):
        said.append(_("the patient has begun to answer it"))
    if request.blinded:
        said.append(_("a blinded rating"))
    return Line("; ".join(said), "")


def _link(link: SittingLink) -> Line:
    patient = link.episode.patient
    made, until = (_day(local_day(patient, moment)) for moment in (link.created_at, link.expires_at))
    return Line(_("Made on {made}, works until {until}").format(made=made, until=until), "")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
