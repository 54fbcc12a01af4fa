"""Whether this process can serve, in one word for whoever balances; and whether all that must run is running, for
whoever is on call. The second is for inside: the proxy of ``docker/`` hands it to nobody."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracking.queries.readiness import late


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """``ok``, or 503 and ``down`` when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM django_migrations LIMIT 1"
            )  # SQLite makes an empty file of one that is gone
    except Error:
        return HttpResponse("down", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 and nothing late, or 503 and what is, each with its age. Names of our own parts alone."""
    try:
        found = {each.key: each.said for each in late(timezone.now())}
    except Error:
        found = {"database": "down"}
    return JsonResponse({"late": found}, status=503 if found else 200)


class HealthWithoutSession:
    """Asks before the session is read: with a cookie that would fail first, and answer with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = {reverse("healthz"): health, reverse("readyz"): ready}
        return own.get(request.path, self.get_response)(request)
