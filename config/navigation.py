"""The main navigation: which pages a role has."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tracking.vocabulary import Role

PAGES: list[tuple[str, Promise, set[Role]]] = [
    ("today", gettext_lazy("Today"), {Role.CLINICIAN}),
    ("patients", gettext_lazy("Patients"), {Role.CLINICIAN}),
    ("alerts", gettext_lazy("Alerts"), {Role.CLINICIAN}),
    ("ratings", gettext_lazy("Ratings"), {Role.RATER}),
    ("studies", gettext_lazy("Studies"), {Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD}),
    ("releases", gettext_lazy("Releases"), {Role.RESEARCHER, Role.STEWARD}),
    ("administration", gettext_lazy("Administration"), {Role.ADMINISTRATOR}),
    ("oversight", gettext_lazy("Oversight"), {Role.OFFICER}),
    (
        "protocols",
        gettext_lazy("Protocols"),
        {Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD, Role.ADMINISTRATOR},
    ),
    ("instruments", gettext_lazy("Instruments"), set(Role) - {Role.PATIENT}),
    ("own-course", gettext_lazy("My answers"), {Role.PATIENT}),
]


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The pages of the signed-in user's roles, the current one marked by the longest matching address."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    pages = [(reverse(name), label) for name, label, roles in PAGES if user.has_role(*roles)]
    here = max((url for url, _ in pages if request.path.startswith(url)), key=len, default="")
    return [{"url": url, "label": label, "current": url == here} for url, label in pages]
