"""Accounts, roles, teams and studies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking import clock
from tracking.actions.retention import LONGEST_RETENTION
from tracking.models import Site, Study, User
from tracking.pages.parts import Dated, Rowed, day_field, offer_rows
from tracking.queries.administration import (
    administered_sites,
    administered_studies,
    administered_users,
    governs_everything,
)
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.vocabulary import Holding, Role

STAFF_ROLES = [role for role in Role if role != Role.PATIENT]
DAY = timedelta(days=1)
FROM = pgettext_lazy("day", "From")


def staff_roles() -> list[tuple[str, str]]:
    """Every role that can be granted, with what it allows."""
    return [(role, f"{role.label}. {role.sentence}") for role in STAFF_ROLES]


class InviteForm(Rowed):
    """A new member of staff."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), help_text=gettext_lazy("A mail tells how to choose a password.")
    )
    layout = (("name", "email"),)


class SiteForm(Rowed):
    """What a site is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)


class RetentionForm(Rowed):
    """For how many years one kind is kept, and by which law."""

    holding = forms.ChoiceField(label=gettext_lazy("What"), choices=Holding.choices)
    years = forms.IntegerField(
        label=gettext_lazy("Years after the last treatment"), min_value=0, max_value=LONGEST_RETENTION
    )
    law = forms.CharField(
        label=gettext_lazy("Which law or duty asks for it"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("In your words. It is told to whoever asks for an erasure."),
    )
    layout = (("holding", "years"),)


class TeamForm(Rowed):
    """A new care team."""

    name = forms.CharField(label=gettext_lazy("Name of the team"), max_length=120)
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)
    layout = (("name", "site"),)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "site", administered_sites(by))


class GrantForm(Dated):
    """A role for a user, from a day on."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=staff_roles,
        widget=forms.RadioSelect,
    )
    site = forms.ModelChoiceField(
        label=gettext_lazy("Site"),
        queryset=Site.objects.none(),
        required=False,
        help_text=gettext_lazy("Needed for an administrator and for a privacy officer."),
    )
    starts_on = day_field(FROM, future=True)
    layout = (("site", "starts_on"),)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = _("Every site") if governs_everything(by) else _("No particular site")
        offer_rows(self, "site", administered_sites(by), none=named)


class MemberForm(Dated):
    """A person for a team, from a day on."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Person"), queryset=User.objects.none(), empty_label=gettext_lazy("Choose")
    )
    starts_on = day_field(FROM, future=True)
    is_lead = forms.BooleanField(
        label=gettext_lazy("Leads the team"),
        help_text=gettext_lazy("Leads are told of safety alerts that nobody has taken on."),
        required=False,
    )
    layout = (("user", "starts_on"),)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "user", administered_users(by).filter(is_active=True))


class StudyMemberForm(Dated):
    """A study for a user, from a day on."""

    study = forms.ModelChoiceField(
        label=gettext_lazy("Study"), queryset=Study.objects.none(), empty_label=gettext_lazy("Choose")
    )
    starts_on = day_field(FROM, future=True)
    layout = (("study", "starts_on"),)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "study", administered_studies(by))


class EndAccessForm(Rowed):
    """When a role or a membership ends: at once, or with the end of a day."""

    at_once = forms.ChoiceField(
        label=gettext_lazy("When does it end?"),
        choices=[("yes", gettext_lazy("At once")), ("no", gettext_lazy("At the end of this day:"))],
        initial="yes",
        widget=forms.RadioSelect,
    )
    ends_on = day_field(gettext_lazy("Last day"), required=False, future=True)

    def clean(self) -> dict[str, Any]:
        """The choice becomes a last day. At once means that yesterday was the last one."""
        data = super().clean()
        if data.get("at_once") == "no" and not data.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Say which day is the last."))
        at_once = data.pop("at_once", None) == "yes"
        return data | {"ends_on": _yesterday() if at_once else data.get("ends_on")}


def _yesterday() -> date:
    return clock.today() - DAY
