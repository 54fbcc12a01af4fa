"""Recording treatment: sessions, doses, medication, and taking a record back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.language import within, written
from tracking.actions import treatment
from tracking.models import (
    Dose,
    DoseChange,
    MedicationCourse,
    PlannedDoseStep,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.pages.access import SignedInRequest, SiteRequest
from tracking.pages.parts import ReasonForm
from tracking.pages.treatment.asking import asked
from tracking.pages.treatment.sessions_forms import DoseForm, SessionForm
from tracking.pages.writing import Guarded, Page, about, course_changed, for_patient, form_page
from tracking.queries.dosing import GivenHere, given_here, is_on_sheet
from tracking.queries.integration import integration_of_session
from tracking.queries.setting import session_setting, takes_setting
from tracking.queries.treatment import dosing_sessions
from tracking.queries.washout import washouts_before
from tracking.rules.plausible import Question
from tracking.rules.policies.days import latest_day, local_day
from tracking.rules.policies.treatment import Record, washouts_unanswered
from tracking.vocabulary import Attendance, CheckTopic, ReadPage, SessionKind

RECORDS: dict[str, Guarded[Record]] = {
    "session": TreatmentSession,
    "dose": Dose,
    "medication": MedicationCourse,
    "dose-change": DoseChange,
    "planned-step": PlannedDoseStep,
    "line": RunSheetEntry,
}


REASONS = (CheckTopic.WASHOUT, CheckTopic.AMOUNT)  # why a dose was given all the same


@for_patient(TreatmentEpisode, page=ReadPage.SESSION_NEW)
def session_new(request: SignedInRequest, episode: TreatmentEpisode) -> HttpResponse:
    """Record a session; a dosing session that took place leads on to its dose."""

    def write(**data: Any) -> HttpResponse:
        session = treatment.record_session(by=request.user, episode=episode, **data)
        said = _("{session} recorded.").format(session=session.get_kind_display())
        response = course_changed(request, episode, said)
        return redirect("dose-new", session.public_id) if takes_doses(session) else response

    page = Page(_("Record a session"), _("Record session"))
    form = SessionForm(request.POST or None, episode=episode, initial=_proposed(request, episode))
    washouts = washouts_before(episode, latest_day(episode))
    context = {"washouts": washouts, "against": any(row.verdict != "satisfied" for row in washouts)}
    template = "tracking/treatment/session_new.html"
    return form_page(request, form, write, page, template, **context, **about(episode.patient))


def _proposed(request: HttpRequest, episode: TreatmentEpisode) -> dict[str, object]:
    """What an empty form holds: the kind that a link named, and the dosing session that is most likely integrated,
    the latest unless the link named one."""
    rows = list(dosing_sessions(episode))
    named = [row for row in rows if str(row.public_id) == request.GET.get("of")]
    kind = request.GET.get("kind")
    return {
        "kind": kind if kind in SessionKind.values else None,
        "integrates": next(iter(named or rows), None),
    }


@for_patient(TreatmentSession, page=ReadPage.SESSION)
def session(request: HttpRequest, session: TreatmentSession) -> HttpResponse:
    """One session: who was there, what was given, and its way back."""
    context = {
        "session": session,
        "doses": session.doses.select_related("voided_by"),
        "present": session.people_present.select_related("user"),
        "takes_doses": takes_doses(session),
        "takes_setting": takes_setting(session),
        "setting": session_setting(session) if takes_setting(session) else None,
        "integrated": integration_of_session(session),
        "integrating": session.integration_sessions.standing(),
        "on_sheet": is_on_sheet(session),
        "reasons": session.entries.standing().filter(topic__in=REASONS, met=False),
    }
    return render(request, "tracking/treatment/session.html", context | about(session.episode.patient))


@for_patient(TreatmentSession, page=ReadPage.DOSE_NEW)
def dose_new(request: SignedInRequest, session: TreatmentSession) -> HttpResponse:
    """Record what was given in a dosing session."""
    if not takes_doses(session):
        raise Http404
    if is_on_sheet(session):
        return redirect("run-sheet-dose", session.public_id)

    def write(**data: Any) -> HttpResponse:
        with asked(form, before_here(session, request.user, form)):
            treatment.record_dose(by=request.user, session=session, **data)
        return course_changed(request, session.episode, _("Dose recorded."))

    page = Page(
        _("Record a dose"),
        _("Record dose"),
        _(
            "What was given in this dosing session, and when. Day 0 of the time line is the day of the first dose."
        ),
    )
    day = local_day(session.episode.patient, session.starts_at)
    states = washouts_before(session.episode, day)
    against = washouts_unanswered(session, states)
    form = DoseForm(request.POST or None, initial={"given_at": session.starts_at}, past_washout=bool(against))
    context = {"washouts": states, "day": day}
    template = "tracking/treatment/dose_new.html"
    return form_page(request, form, write, page, template, **context, **about(session.episode.patient))


def before_here(
    session: TreatmentSession, user: User, form: DoseForm
) -> Callable[[Question], GivenHere | None]:
    """Finds what was given here of the substance that a question is about."""

    def found(question: Question) -> GivenHere | None:
        typed = form.cleaned_data
        substance = question.instead.substance if question.instead else typed["substance"]
        unit = question.instead.unit if question.instead else typed["unit"]
        return given_here(session, user, substance, unit)

    return found


def record_void(request: SiteRequest, kind: str, public_id: UUID) -> HttpResponseBase:
    """Take a record back, with a reason. What may be taken back is a closed list."""
    if kind not in RECORDS:
        raise Http404
    return for_patient(RECORDS[kind], page=ReadPage.RECORD_VOID)(_void)(request, public_id=public_id)


def _void(request: SignedInRequest, record: Record) -> HttpResponse:
    episode = treatment.episode_of(record)

    def write(reason: str) -> HttpResponse:
        treatment.void(by=request.user, record=record, reason=reason)
        response = course_changed(request, episode, _("The record was taken back."))
        if isinstance(record, Dose | RunSheetEntry) and is_on_sheet(record.session):
            return redirect("run-sheet", record.session.public_id)
        return response

    page = Page(_("Take back: {record}").format(record=in_words(record)), _("Take back"))
    return form_page(request, ReasonForm(request.POST or None), write, page, **about(episode.patient))


def in_words(record: Record) -> str:
    """Which record it is, as a person would say it."""
    match record:
        case TreatmentSession():
            day = date_format(timezone.localtime(record.starts_at), "DATE_FORMAT")
            return _("{session} of {day}").format(session=within(record.get_kind_display()), day=day)
        case Dose():
            return (
                f"{record.substance} {written(f'{record.amount.normalize():f}')} {record.get_unit_display()}"
            )
        case DoseChange():
            return _("{step} of {substance} on {day}").format(
                step=within(record.get_step_display()),
                substance=record.course.substance,
                day=date_format(record.changed_on, "DATE_FORMAT"),
            )
        case PlannedDoseStep():
            return _("planned step of {substance} on {day}").format(
                substance=record.course.substance, day=date_format(record.planned_on, "DATE_FORMAT")
            )
        case MedicationCourse():
            return record.substance
        case RunSheetEntry():
            time = date_format(timezone.localtime(record.happened_at), "TIME_FORMAT")
            return _("{line} at {time}").format(line=within(record.get_kind_display()), time=time)


def takes_doses(session: TreatmentSession) -> bool:
    """Whether a dose can be recorded in this session."""
    attended = session.attendance == Attendance.ATTENDED and session.voided_at is None
    return attended and session.kind == SessionKind.DOSING
