"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from config.navigation import navigation


def site(request: HttpRequest) -> dict[str, object]:
    """``nav``: the pages of the user's roles. ``site_is_demo``: everybody on the pages is invented."""
    return {"nav": navigation(request), "site_is_demo": settings.SITE_IS_DEMO}
