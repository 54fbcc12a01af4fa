"""Medication: begun, changed, planned, taken as planned, stopped, and what comes after a step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracking.actions import scheduling, tapers, treatment
from tracking.errors import InvalidInput
from tracking.models import DoseChange, MedicationCourse, PlannedDoseStep, TreatmentEpisode
from tracking.pages.access import SignedInRequest
from tracking.pages.parts import Rowed
from tracking.pages.treatment.asking import asked
from tracking.pages.treatment.medication_forms import CheckForm, PlannedStopForm, SpanForm, TaperForm
from tracking.pages.treatment.sessions_forms import DoseChangeForm, MedicationForm, StopForm
from tracking.pages.treatment.step_drawing import step_drawing
from tracking.pages.writing import Page, about, course_changed, for_patient, form_page
from tracking.queries.self_reports import ADHERENCE, DISCONTINUATION, reports_of
from tracking.queries.tapers import dropped_steps, proposed_taper, states_of, step_rows, tablets_of
from tracking.rules.policies.days import local_today
from tracking.rules.tapers import TOLERANCE, WAITING, Step
from tracking.templatetags.figures import score
from tracking.vocabulary import DoseStep, ReadPage


@for_patient(TreatmentEpisode, page=ReadPage.MEDICATION_NEW)
def medication_new(request: SignedInRequest, episode: TreatmentEpisode) -> HttpResponse:
    """Record that a medication was begun; where the protocol plans its end, on to the plan."""

    def write(**data: Any) -> HttpResponse:
        with asked(form):
            course = treatment.start_medication(by=request.user, episode=episode, **data)
        response = course_changed(
            request, episode, _("{substance} recorded.").format(substance=course.substance)
        )
        has_plan = proposed_taper(course, local_today(episode.patient))
        return redirect("taper-plan", course.public_id) if has_plan else response

    page = Page(
        _("Start a medication"),
        _("Start medication"),
        _("Its first day may lie before this treatment began."),
    )
    form = MedicationForm(request.POST or None)
    return form_page(request, form, write, page, **about(episode.patient))


@for_patient(MedicationCourse, page=ReadPage.MEDICATION)
def medication(request: SignedInRequest, course: MedicationCourse) -> HttpResponse:
    """One medication, planned beside taken, with the next step: another dose, a taper step, or the stop."""
    stopping = request.POST.get("do") == "stop"

    def write(**data: Any) -> HttpResponse:
        act = treatment.stop_medication if stopping else treatment.change_dose
        with asked(change):
            act(by=request.user, course=course, **data)
        said = _("{substance} stopped.") if stopping else _("{substance} changed.")
        return course_changed(request, course.episode, said.format(substance=course.substance))

    steps = list(course.dose_changes.order_by("changed_on", "pk"))
    change = DoseChangeForm(
        None if stopping else request.POST or None, prefix="change", unit=steps[0].get_unit_display()
    )
    stop = StopForm(request.POST if stopping else None, prefix="stop")
    return form_page(
        request,
        stop if stopping else change,
        write,
        Page(course.substance, _("Save")),
        "tracking/treatment/medication.html",
        change=change,
        stop=stop,
        **_shown(course, steps),
        **about(course.episode.patient),
    )


def _shown(course: MedicationCourse, steps: list[DoseChange]) -> dict[str, object]:
    today = local_today(course.episode.patient)
    standing = [step for step in steps if step.voided_at is None]
    states = states_of(course, today)
    waiting = [row for row, state in states if state.outcome in WAITING]
    return {
        "course": course,
        "unit": steps[0].get_unit_display(),
        "rows": step_rows(course, today),
        "dropped": dropped_steps(course),
        "drawing": step_drawing(
            [Step(step.changed_on, step.amount_per_day) for step in standing],
            [Step(row.planned_on, row.amount_per_day) for row, _state in states],
            today,
        ),
        "tolerance": TOLERANCE,
        "next_planned": waiting[0] if waiting and waiting[0].planned_on <= today else None,
        "is_running": bool(standing) and standing[-1].step != DoseStep.STOP,
        "was_lowered": any(step.step in (DoseStep.TAPER, DoseStep.STOP) for step in standing),
        "adherence": reports_of(course.episode, ADHERENCE),
        "symptoms": reports_of(course.episode, DISCONTINUATION),
    }


@for_patient(MedicationCourse, page=ReadPage.TAPER_PLAN)
def taper_plan(request: SignedInRequest, course: MedicationCourse) -> HttpResponse:
    """Plan the way down: the days of the protocol or equal steps as a list that can be changed."""
    patient = course.episode.patient
    today = local_today(patient)
    current = course.dose_changes.standing().order_by("changed_on").last()
    amount = current.amount_per_day if current else None
    span = SpanForm(request.GET if "count" in request.GET else None)
    if current and amount and span.is_bound:
        steps = span.steps(amount, tablets_of(current))
    else:
        steps = proposed_taper(course, today)
    unit = current.get_unit_display() if current else ""
    form = TaperForm(request.POST or None, steps=steps, unit=unit)

    def write(**data: Any) -> HttpResponse:
        try:
            tapers.plan_taper(by=request.user, course=course, **data)
        except InvalidInput as refusal:
            raise form.placed(refusal) from refusal
        messages.success(request, _("The plan stands."))
        return redirect("medication", course.public_id)

    context = {
        "course": course,
        "span": span,
        "from_protocol": bool(steps) and not span.is_bound,
        "now": _("{dose} a day").format(dose=f"{score(float(amount), 3)} {unit}") if amount else "",
        "replaces": any(state.outcome in WAITING for _row, state in states_of(course, today)),
    }
    page = Page(_("Plan a taper of {substance}").format(substance=course.substance), _("Save this plan"))
    template = "tracking/treatment/taper.html"
    return form_page(request, form, write, page, template, **context, **about(patient))


@for_patient(PlannedDoseStep, page=ReadPage.PLANNED_TAKE)
def planned_take(request: SignedInRequest, planned: PlannedDoseStep) -> HttpResponse:
    """Take a planned step today, in one press; a planned stop asks for its reason."""
    course = planned.course

    def write(reason: str = "") -> HttpResponse:
        tapers.take_planned_step(by=request.user, planned=planned, reason=reason)
        said = _("{substance}: the planned step was taken.").format(substance=course.substance)
        return course_changed(request, course.episode, said)

    is_stop = not planned.amount_per_day
    data = request.POST if request.method == "POST" else None
    title = _("{substance}: stop it today") if is_stop else _("{substance}: take the planned step today")
    page = Page(
        title.format(substance=course.substance),
        _("Stop it today") if is_stop else _("Take the planned step today"),
        _("Planned for {day}.").format(day=date_format(planned.planned_on, "DATE_FORMAT")),
    )
    form = PlannedStopForm(data) if is_stop else Rowed(data)
    return form_page(request, form, write, page, **about(course.episode.patient))


@for_patient(MedicationCourse, page=ReadPage.DISCONTINUATION_ASK)
def discontinuation_ask(request: SignedInRequest, course: MedicationCourse) -> HttpResponse:
    """Ask about symptoms that came or grew since the dose was lowered."""
    episode = course.episode
    today = local_today(episode.patient)

    def write(closes_on: Any) -> HttpResponse:
        scheduling.create_request(
            by=request.user, episode=episode, instrument=DISCONTINUATION, due_on=today, closes_on=closes_on
        )
        messages.success(request, _("Asked for."))
        return redirect("link-new", episode.public_id)

    page = Page(
        _("Ask about discontinuation symptoms"),
        _("Ask today"),
        _("A short list of symptoms that are new or worse since {substance} was last changed.").format(
            substance=course.substance
        ),
    )
    form = CheckForm(request.POST or None, today=today)
    return form_page(request, form, write, page, **about(episode.patient))
