"""What every template may use."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from config.navigation import navigation
from tracking.models import User, current
from tracking.queries.second_factor import last_day_without
from tracking.vocabulary import Role


def site(request: HttpRequest) -> dict[str, object]:
    """``nav``: the pages of the user's roles; ``role_line``: who is signed in; ``last_day_without``: a
    second step of the sign-in, where it is owed; ``simulated``: the people on
    the page are invented (a view that shows a real data set says otherwise)."""
    user: User | AnonymousUser | None = getattr(request, "user", None)
    known = user if user is not None and user.is_authenticated else None
    return {
        "nav": navigation(request),
        "role_line": role_line(known) if known else "",
        "is_staff_member": known is not None and bool(known.roles - {Role.PATIENT}),
        "last_day_without": last_day_without(getattr(request, "second_factor_owed", None)),
        "simulated": settings.SITE_IS_DEMO,
    }


def role_line(user: User) -> str:
    """ "Ada Berg · Clinician · Team North"."""
    roles = [str(role.label) for role in Role if role in user.roles]
    teams = list(user.memberships.filter(current()).values_list("team__name", flat=True)[:2])
    return " · ".join([user.name, *roles, *teams])
