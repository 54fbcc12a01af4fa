"""How a refused action is shown: 409 with what happened and the way back, 403 for what is not permitted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracking.errors import Conflict, NotPermitted

View = Callable[..., HttpResponse]


def refusals_shown(view: View) -> View:
    """Turns a ``Conflict`` of the view's action into the page that says so, ``NotPermitted`` into 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotPermitted as error:
            raise PermissionDenied from error
        except Conflict as error:
            reason = f"{str(error)[:1].upper()}{str(error)[1:]}."
            return render(request, "tracking/conflict.html", {"reason": reason}, status=409)

    return guarded
