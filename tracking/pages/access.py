"""Who may come in. Views use these and ``visible_to`` and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh
from django_htmx.middleware import HtmxDetails

from tracking.actions.audit import record_read
from tracking.models import Patient, User
from tracking.queries.second_factor import is_due, owed_from
from tracking.vocabulary import ReadPage, Role

FILLING = "X-Filling"  # a form that is being filled in asks by itself: the page must stay, with what is typed
M = TypeVar("M", bound=Model)
P = ParamSpec("P")


class SiteRequest(HttpRequest):
    """A request as the middleware hands it on. Names types alone: no request is ever made from this class."""

    htmx: HtmxDetails
    second_factor_owed: date | None  # from which day on; set behind ``roles_required``


class SignedInRequest(SiteRequest):
    """The same behind ``roles_required``, where ``user`` is a person and never an anonymous visitor."""

    user: User


View = Callable[Concatenate[SiteRequest, P], HttpResponseBase]
SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


def opened(request: SignedInRequest, patient: Patient, page: ReadPage) -> None:
    """Before anything of a patient is shown: the read is noted, and the time is the patient's."""
    record_read(by=request.user, patient=patient, page=page)
    tell_time_of(patient)


def tell_time_of(patient: Patient) -> None:
    """To its end the request tells the time, and makes days of moments, where the patient lives."""
    timezone.activate(ZoneInfo(patient.timezone))


def roles_required(*roles: Role, without_second_factor: bool = False) -> Callable[[SignedInView[P]], View[P]]:
    """Signed in, holding one of these roles today, and with a second step of the sign-in where that is a duty;
    otherwise sign-in, 403, or the page that offers to set one up."""

    def decorate(view: SignedInView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: SiteRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not _is_signed_in(request):
                return _elsewhere(request, _sign_in(request))
            if not request.user.has_role(*roles):
                raise PermissionDenied
            request.second_factor_owed = owed_from(request.user)
            if is_due(request.second_factor_owed) and not without_second_factor:
                return _elsewhere(request, reverse("second-factor"))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _is_signed_in(request: SiteRequest) -> TypeGuard[SignedInRequest]:
    return request.user.is_authenticated


def _sign_in(request: SiteRequest) -> str:
    return redirect_to_login(request.get_full_path()).url


def _elsewhere(request: SiteRequest, address: str) -> HttpResponse:
    """A part of an open page is not replaced by another page: the whole page goes there, and is not left. One with
    a form that is being filled in stays, and says so itself."""
    if FILLING in request.headers:
        return HttpResponse(status=401)
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect(address)


def one_or_404(rows: QuerySet[M], **lookup: object) -> M:
    """The one visible row, or the same 404 for a row that is absent and for one that is not to be seen."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found
