"""Enrolling a patient, who they are, what they said about research, the beginning of an episode."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracking.actions import audit, care, duplicates, people
from tracking.actions.scheduling import schedule_episode
from tracking.models import Patient
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.people.people_forms import (
    ConsentForm,
    EnrolmentForm,
    EpisodeForm,
    IdentityForm,
    PatientForm,
)
from tracking.pages.writing import Page, about, course_changed, for_patient, form_page, patient_url
from tracking.queries.people import (
    has_consent,
    own_time_zone,
    running_episodes,
    statements_about_research,
)
from tracking.rules.policies.days import local_today
from tracking.rules.policies.likeness import Alike, MayBeKnown
from tracking.vocabulary import ReadPage, Role


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.CLINICIAN)
def patient_new(request: SignedInRequest) -> HttpResponse:
    """Enrol a patient into an own team and begin the treatment."""

    def write(**data: Any) -> HttpResponse:
        try:
            episode = care.admit_patient(by=request.user, **data)
        except MayBeKnown as refusal:
            _asked_if_known(request, form, refusal.found)
            raise
        said = _("Enrolled under study code {code}.").format(code=episode.patient.study_code)
        return course_changed(request, episode, said)

    page = Page(
        _("Enrol a patient"),
        _("Enrol patient"),
        _("The identity is stored encrypted and apart from everything else. Research sees a random code."),
    )
    with timezone.override(own_time_zone(request.user)):
        form = EnrolmentForm(request.POST or None, user=request.user)
        template = "tracking/people/patient_new.html"
        return form_page(request, form, write, page, template, back=reverse("patients"))


def _asked_if_known(request: SignedInRequest, form: EnrolmentForm, found: tuple[Alike, ...]) -> None:
    """Who is shown, and who is only spoken of, is in the read log of both."""
    duplicates.ask_if_known(by=request.user, team=form.cleaned_data["team"], found=found)
    audit.record_reads(by=request.user, patients=[one.patient for one in found], page=ReadPage.PATIENT_NEW)
    form.ask(found)


@for_patient(Patient, page=ReadPage.EPISODE_NEW)
def episode_new(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Begin a further course of treatment."""

    def write(**data: Any) -> HttpResponse:
        episode = care.start_episode(by=request.user, patient=patient, **data)
        return course_changed(request, episode, _("The treatment has begun."))

    page = Page(_("Begin a treatment"), _("Begin treatment"))
    form = EpisodeForm(request.POST or None, user=request.user)
    return form_page(request, form, write, page, **about(patient))


@for_patient(Patient, page=ReadPage.CONSENT)
def consent(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Record what the patient said about research."""

    def write(**data: Any) -> HttpResponse:
        people.record_consent(by=request.user, patient=patient, **data)
        return _saved(request, patient, _("The statement about research is recorded."))

    given = has_consent(patient)
    page = Page(
        _("Consent to research"),
        _("Record statement"),
        _(
            "Without a consent nothing of this patient enters a release. A withdrawal counts for every later one."
        ),
    )
    form = ConsentForm(request.POST or None)
    return form_page(
        request,
        form,
        write,
        page,
        "tracking/people/consent.html",
        statements=statements_about_research(patient),
        given=given,
        **about(patient),
    )


@for_patient(Patient, page=ReadPage.PATIENT_IDENTITY)
def identity(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Correct who a patient is."""

    def write(**data: Any) -> HttpResponse:
        people.change_patient(by=request.user, patient=patient, **data)
        for episode in running_episodes(patient):
            schedule_episode(by=request.user, episode=episode, as_of=local_today(episode.patient))
        return _saved(request, patient, _("Saved."))

    page = Page(
        _("Identity and record"),
        _("Save"),
        _("A change of a name or a number is logged by the name of the field, never by what it held."),
    )
    stored = {name: getattr(patient, name) for name in ("sex", "timezone", "language")}
    initial = IdentityForm.initial_of(getattr(patient, "identity", None)) | stored
    form = PatientForm(request.POST or None, initial=initial)
    return form_page(request, form, write, page, "tracking/people/identity.html", **about(patient))


def _saved(request: HttpRequest, patient: Patient, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(patient_url(patient))
