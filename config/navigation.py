"""The main navigation: which pages a role has."""

from django.http import HttpRequest
from django.urls import reverse

from tracking.vocabulary import Role

PAGES: list[tuple[str, str, set[Role]]] = [
    ("today", "Today", {Role.CLINICIAN}),
    ("patients", "Patients", {Role.CLINICIAN}),
    ("alerts", "Alerts", {Role.CLINICIAN}),
    ("ratings", "Ratings", {Role.RATER}),
    ("studies", "Studies", {Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD}),
    ("releases", "Releases", {Role.RESEARCHER, Role.STEWARD}),
    ("administration", "Administration", {Role.ADMINISTRATOR}),
    (
        "protocols",
        "Protocols",
        {Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD, Role.ADMINISTRATOR},
    ),
    ("instruments", "Instruments", set(Role) - {Role.PATIENT}),
    ("own-course", "My answers", {Role.PATIENT}),
]


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The pages of the signed-in user's roles, the current one marked by the longest matching address."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    pages = [(reverse(name), label) for name, label, roles in PAGES if user.has_role(*roles)]
    here = max((url for url, _ in pages if request.path.startswith(url)), key=len, default="")
    return [{"url": url, "label": label, "current": url == here} for url, label in pages]
