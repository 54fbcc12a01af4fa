"""Who may come in. Views use these and ``visible_to`` and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from tracking.vocabulary import Role

View = Callable[..., HttpResponse]
M = TypeVar("M", bound=Model)


def roles_required(*roles: Role) -> Callable[[View], View]:
    """Signed in, and holding one of these roles today; otherwise sign-in or 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A part of an open page is not replaced by the sign-in page: the whole page goes there, and is not left."""
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect_to_login(request.get_full_path())


def one_or_404(rows: QuerySet[M], **lookup: object) -> M:
    """The one visible row, or the same 404 for a row that is absent and for one that is not to be seen."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found
