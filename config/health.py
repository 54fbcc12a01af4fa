"""Whether this process can serve: one word for whoever watches it, and no detail for anybody."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe


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


class HealthWithoutSession:
    """Asks before the session is read: with a cookie that would fail first, and answer with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health(request) if request.path == reverse("healthz") else self.get_response(request)
