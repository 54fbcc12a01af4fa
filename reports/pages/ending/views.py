"""The end of a treatment, a death, and taking back one that was recorded by mistake."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.actions.endings import end_treatment
from reports.models import CourseFlag, FlagState
from reports.pages.ending.forms import DeathForm, EndForm, MistakeForm
from reports.pages.ending.page import sections
from tracking.actions.endings import record_death, void_death
from tracking.models import Death, Patient, TreatmentEpisode
from tracking.pages.access import SignedInRequest
from tracking.pages.writing import Page, about, course_changed, for_patient, form_page, patient_url
from tracking.queries.endings import open_things, settled_with
from tracking.rules.policies.days import local_today
from tracking.vocabulary import EndReason, ReadPage

TEMPLATE = "reports/ending/ending.html"


@for_patient(TreatmentEpisode, page=ReadPage.EPISODE_END)
def episode_end(request: SignedInRequest, episode: TreatmentEpisode) -> HttpResponse:
    """Say how and when the treatment ended, and what becomes of all that is open in it."""
    found = open_things(_ending(request, episode), local_today(episode.patient))
    flags = list(CourseFlag.objects.filter(episode=episode, state=FlagState.OPEN))

    def write(**data: Any) -> HttpResponse:
        settled = end_treatment(by=request.user, episode=episode, **data)
        recorded = _("The end of the treatment is recorded.")
        return course_changed(request, episode, f"{recorded} {settled.sentence}".strip())

    form = EndForm(request.POST or None, found=found, flags=flags)
    open_ = sections(found, flags, form)
    lead = (
        _("This is open. Say what becomes of it.")
        if open_
        else _("Nothing is open: no alert, no flag, no questionnaire, no link.")
    )
    page = Page(_("End the treatment"), _("End treatment"), lead)
    return form_page(request, form, write, page, TEMPLATE, sections=open_, **about(episode.patient))


@for_patient(Patient, page=ReadPage.DEATH_NEW)
def death_new(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Say on which day somebody died."""
    episodes = list(patient.episodes.order_by("pk"))
    found = open_things(episodes, local_today(patient))

    def write(**data: Any) -> HttpResponse:
        settled = record_death(by=request.user, patient=patient, **data)
        recorded = _("The death is recorded.")
        return _recorded(request, patient, f"{recorded} {settled.sentence}".strip())

    form = DeathForm(request.POST or None, found=found)
    page = Page(
        _("Record a death"),
        _("Record the death"),
        _(
            "Everything that is asked of this person ends, in every treatment: no message goes out, no alert rings."
        ),
    )
    open_ = sections(found, [], form)
    return form_page(request, form, write, page, TEMPLATE, sections=open_, **about(patient))


@for_patient(Death, page=ReadPage.DEATH_VOID)
def death_void(request: SignedInRequest, death: Death) -> HttpResponse:
    """Take back a death that was recorded by mistake."""

    def write(reason: str) -> HttpResponse:
        void_death(by=request.user, death=death, reason=reason)
        return _recorded(
            request, death.patient, _("The death is taken back. What was cancelled stays cancelled.")
        )

    gone = settled_with(death).gone
    lead = _("A treatment that this death has ended goes on.")
    if gone:
        stays = _("What ended with it stays so: {gone}. Ask again for what is still needed.").format(
            gone=gone
        )
        lead = f"{lead} {stays}"
    title = _("Take back: death on {day}").format(day=date_format(death.died_on, "DATE_FORMAT"))
    page = Page(title, _("Take back"), lead)
    return form_page(request, MistakeForm(request.POST or None), write, page, **about(death.patient))


def _ending(request: SignedInRequest, episode: TreatmentEpisode) -> list[TreatmentEpisode]:
    """The treatments of which something must be settled: after a death all of this person's."""
    if request.POST.get("reason") == EndReason.DIED:
        return list(episode.patient.episodes.order_by("pk"))
    return [episode]


def _recorded(request: SignedInRequest, patient: Patient, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(patient_url(patient))
