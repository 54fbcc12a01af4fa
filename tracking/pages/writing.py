"""The one way in which a page writes: show a form, call one action, put its refusal beside the field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypedDict, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tracking.actions.scheduling import schedule_episode
from tracking.errors import Conflict, InvalidInput, TrackingError
from tracking.models import Patient, TreatmentEpisode, User
from tracking.pages.access import SignedInRequest, View, one_or_404, opened, roles_required
from tracking.queries.names import Whose, whose
from tracking.rules.policies.days import local_today
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage, Role

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEMPLATE = "tracking/form.html"
M = TypeVar("M", bound=Model)
M_co = TypeVar("M_co", bound=Model, covariant=True)
P = ParamSpec("P")
RowView = Callable[Concatenate[SignedInRequest, M, P], HttpResponseBase]


class Head(TypedDict):
    """What every page about a patient shows at its head."""

    patient: Patient
    whose: Whose
    back: str


class VisibleRows(Protocol[M_co]):
    """A manager that knows who may see which rows."""

    def visible_to(self, user: User, /) -> QuerySet[M_co]: ...


class Guarded(Protocol[M_co]):
    """A model with such a manager."""

    @property
    def objects(self) -> VisibleRows[M_co]: ...


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page with one form."""

    title: StrOrPromise
    submit: StrOrPromise
    lead: StrOrPromise = ""


def for_patient(model: Guarded[M], *, page: ReadPage) -> Callable[[RowView[M, P]], View[...]]:
    """A clinician's page about one row of ``model``: found among the visible ones or 404, the read logged
    before anything is shown, all times in the patient's time zone. The view gets the row."""

    def decorate(view: RowView[M, P]) -> View[...]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @roles_required(Role.CLINICIAN)
        @wraps(view)
        def guarded(
            request: SignedInRequest, /, public_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            row = one_or_404(model.objects.visible_to(request.user), public_id=public_id)
            opened(request, patient_of(row), page)
            return view(request, row, *args, **kwargs)

        return guarded

    return decorate


def patient_of(row: Model) -> Patient:
    """The patient that a row belongs to, by the one path that it has."""
    found: Any = row
    for step in ("session", "course", "episode", "patient"):
        found = getattr(found, step, None) or found
    patient: Patient = found
    return patient


def form_page(
    request: HttpRequest,
    form: Form,
    write: Callable[..., HttpResponse],
    page: Page,
    template: str = TEMPLATE,
    **context: object,
) -> HttpResponse:
    """The form, or after a good POST what ``write`` answers. A refusal is shown with the form: status 409 when
    somebody was quicker, else 400; nothing was stored."""
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return write(**form.cleaned_data)
            except TrackingError as refusal:
                show_refusal(form, refusal)
                status = 409 if isinstance(refusal, Conflict) else 400
    return render(request, template, {"form": form, "page": page, **context}, status=status)


def show_refusal(form: Form, refusal: TrackingError) -> None:
    """Puts a refusal beside the field that it names, or above the form."""
    if isinstance(refusal, InvalidInput) and refusal.field in form.fields:
        form.add_error(refusal.field, as_sentence(refusal.reason))
    else:
        form.add_error(None, as_sentence(str(refusal)))


def as_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def about(patient: Patient) -> Head:
    """What every page about a patient shows at its head, so that nobody writes into the wrong record, and
    where it leads back to."""
    return {
        "patient": patient,
        "whose": whose(patient),
        "back": patient_url(patient),
    }


def course_changed(request: SignedInRequest, episode: TreatmentEpisode, said: str) -> HttpResponse:
    """After a write that changes a course: what is due now is asked for, the worker is nudged, back to the
    patient."""
    schedule_episode(by=request.user, episode=episode, as_of=local_today(episode.patient))
    nudge_episode(episode.pk)
    messages.success(request, said)
    return redirect(patient_url(episode.patient))


def patient_url(patient: Patient) -> str:
    return reverse("patient", args=[patient.public_id])
