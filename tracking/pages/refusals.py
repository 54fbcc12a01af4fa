"""How a refused action is shown: 409 with what happened and the way back, 403 for what is not permitted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tracking.errors import Conflict, NotPermitted

R = TypeVar("R", bound=HttpRequest)
P = ParamSpec("P")
View = Callable[Concatenate[R, P], HttpResponseBase]


def refusals_shown(view: View[R, P]) -> View[R, P]:
    """Turns a ``Conflict`` of the view's action into the page that says so, ``NotPermitted`` into 403."""

    @wraps(view)
    def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotPermitted as error:
            raise PermissionDenied from error
        except Conflict as error:
            reason = f"{str(error)[:1].upper()}{str(error)[1:]}."
            return render(request, "tracking/conflict.html", {"reason": reason}, status=409)

    return guarded
